"""What the home page asks of the rounds; a tag, so that the editor's preview shows the same."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django import template

from cms.pages.selectors import Front, front

register = template.Library()


@register.simple_tag(takes_context=True)
def rounds_now(context: Any) -> Front:
    """Return the rounds of the home page as they stand at the page's moment."""
    now: datetime = context["now"]
    return front(now=now)
