"""The applicant's buttons: hand in, hand in again, take back, ask for a recheck."""

from __future__ import annotations

from core.ui.buttons import Button

APPLICANT: tuple[Button, ...] = ()
