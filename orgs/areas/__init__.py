"""District, streets and communities of one installation, keyed by code and valid between dates."""
