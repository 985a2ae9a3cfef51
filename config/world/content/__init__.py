"""The content of the world: who takes part in a year and what they write, say and spend; no Django here."""
