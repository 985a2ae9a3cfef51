"""What the editor of this house leaves out: links to other hosts, and accounts, which people's rooms keep."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from wagtail import hooks

KEPT_HELP: frozenset[str] = frozenset({"keyboard-shortcuts-trigger"})


@hooks.register("construct_help_menu")
def keep_help_at_home(request: HttpRequest, items: list[Any]) -> None:
    """Leave out every help page of another host."""
    items[:] = [item for item in items if item.name in KEPT_HELP]


@hooks.register("construct_settings_menu")
def accounts_are_kept_elsewhere(request: HttpRequest, items: list[Any]) -> None:
    """Leave out users and groups: they follow the memberships."""
    items[:] = [item for item in items if item.name not in {"users", "groups"}]
