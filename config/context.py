"""What every page may need to know of this installation."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpRequest

from core import clock
from core.models import DemoClock


def demo(request: HttpRequest) -> dict[str, Any]:
    """Give the moment at which a demo believes to be; pages show it in a banner, nothing elsewhere."""
    if not settings.DEMO or not DemoClock.objects.exists():
        return {}
    return {"demo_now": clock.now()}
