"""A room as small as can be, on which the kernel is tested: lamps that are lit, dimmed and broken."""
