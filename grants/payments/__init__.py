"""Money: double-entry ledger, tranches, payment orders in batches, recovery."""
