"""Persons, users, bodies, memberships: who signs in and what they may do where."""
