"""The public site: home, the page of a round, and the editors who look after the words."""
