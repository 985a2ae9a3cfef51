"""What every page may need to know of this installation."""

from __future__ import annotations

import json
import time
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse

from core import clock
from core.models import DemoClock


def demo(request: HttpRequest) -> dict[str, Any]:
    """Give the moment at which a demo believes to be; pages show it in a banner, nothing elsewhere.

    The pages of sign-in also get one account for each role, with its one-time code of now.
    """
    if settings.PRODUCTION or not settings.DEMO or not DemoClock.objects.exists():
        return {}
    found: dict[str, Any] = {"demo_now": clock.now()}
    if request.path in (reverse("account_login"), reverse("mfa_authenticate")):
        found["demo_sign_ins"] = sign_ins()
    return found


def sign_ins() -> list[dict[str, str]]:
    """Read the accounts that the demo wrote down for whoever runs it; none where it did not."""
    from config.world.demo import code_of

    kept, codes = settings.VAR_DIR / "demo-sign-ins.txt", settings.VAR_DIR / "demo-codes.json"
    if not kept.is_file():
        return []
    secret_roles = set(json.loads(codes.read_text(encoding="utf-8"))) if codes.is_file() else set()
    found = []
    for line in kept.read_text(encoding="utf-8").splitlines():
        parts = line.split("\t")
        if len(parts) < 5:
            continue
        label, role, name, login, password = parts[:5]
        found.append(
            {
                "label": label,
                "name": name,
                "login": login.rpartition(" ")[2],
                "password": password.rpartition(" ")[2],
                "code": code_of(role, time.time()) if role in secret_roles else "",
            }
        )
    return found
