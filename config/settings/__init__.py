"""Settings: base is shared; dev, test and production say only where they differ."""
