"""The mailroom: one catalogue of who hears of which fact, by inbox and by e-mail."""
