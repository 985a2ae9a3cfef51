"""What the home page asks of the rounds; a tag, so that the editor's preview shows the same."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django import template

from cms.pages.selectors import Card, Front, front
from cms.pages.selectors.figures import Figures, figures_of, latest_notices
from grants.publicity.models import Notice

register = template.Library()


@register.simple_tag(takes_context=True)
def rounds_now(context: Any) -> Front:
    """Return the rounds of the home page as they stand at the page's moment."""
    now: datetime = context["now"]
    return front(now=now)


@register.simple_tag
def round_figures(card: Card) -> Figures:
    """Return the public figures of a round at its stage."""
    return figures_of(card.round, stage=card.stage)


@register.simple_tag
def newest_notices() -> list[Notice]:
    """Return the latest public notices."""
    return latest_notices()
