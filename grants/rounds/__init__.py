"""A year's competition: terms, calendar, money, form and sheets; frozen once published."""
