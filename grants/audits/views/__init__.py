"""The pages of audits and of the archive."""
