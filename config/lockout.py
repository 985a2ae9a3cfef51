"""The address the lock-out counts by: that of the last trusted hop."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest


def client_address(request: HttpRequest) -> str:
    """The peer, or behind our own TLS proxy the last address that the proxy itself appended."""
    if getattr(settings, "SECURE_PROXY_SSL_HEADER", None):
        hops = request.META.get("HTTP_X_FORWARDED_FOR", "").split(",")
        if hops[-1].strip():
            return hops[-1].strip()
    return str(request.META.get("REMOTE_ADDR", ""))
