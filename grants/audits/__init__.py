"""Third-party audit, findings, settlement, archive."""
