"""What the lock-out counts by: an account without its name, and the address of the last trusted hop."""

from __future__ import annotations

import hashlib
import hmac
from typing import Any

from django.conf import settings
from django.http import HttpRequest


def account_key(request: HttpRequest | None, credentials: dict[str, Any] | None = None) -> str:
    """A keyed hash of what was typed as account, so that the lock-out table holds no phone and no e-mail."""
    typed = ""
    for name in ("username", "login", "email"):
        value = (credentials or {}).get(name) or (request.POST.get(name) if request is not None else "")
        if value:
            typed = str(value)
            break
    folded = typed.strip().casefold().encode()
    return hmac.new(settings.BLIND_INDEX_KEY.encode(), b"lockout:" + folded, hashlib.sha256).hexdigest()


def client_address(request: HttpRequest) -> str:
    """The peer, or behind our own TLS proxy the last address that the proxy itself appended."""
    if getattr(settings, "SECURE_PROXY_SSL_HEADER", None):
        hops = request.META.get("HTTP_X_FORWARDED_FOR", "").split(",")
        if hops[-1].strip():
            return hops[-1].strip()
    return str(request.META.get("REMOTE_ADDR", ""))
