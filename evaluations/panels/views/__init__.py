"""The pages of panels and score sheets."""
