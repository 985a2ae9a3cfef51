"""Public notices on the legal calendar, and objections to what they announce."""
