"""What the public is told about a round: stages and figures, and its terms in words."""
