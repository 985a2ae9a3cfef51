"""Long work in the worker: leased, swept, with visible progress and a way to stop it."""
