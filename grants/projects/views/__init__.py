"""The pages of funded projects."""
