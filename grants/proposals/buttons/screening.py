"""The officers' buttons: check, return, find eligible or not, look again, send to optimise."""

from __future__ import annotations

from core.ui.buttons import Button

SCREENING: tuple[Button, ...] = ()
