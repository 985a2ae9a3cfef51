"""What one may press on the pages of panels and score sheets."""

from evaluations.panels.buttons.panel import PANEL, panel_buttons
from evaluations.panels.buttons.sheet import SCORING, SHEET

__all__ = ["PANEL", "SCORING", "SHEET", "panel_buttons"]
