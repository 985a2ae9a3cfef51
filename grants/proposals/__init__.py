"""Applications: draft, submit, screen, return, optimise, and what selection makes of them."""
