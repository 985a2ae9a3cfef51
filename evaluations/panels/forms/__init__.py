"""What the pages of panels ask for."""
