"""The world: the loader of a district's data pack, the cast, the year that is played, and the demo."""
