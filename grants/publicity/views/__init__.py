"""Pages of notices and objections: those of the desk, and those of everybody."""
