"""Funded projects: agreement, execution, reports, changes, mid-term, final, end."""
