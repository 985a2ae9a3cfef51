"""System checks of the log."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.core.checks import CheckMessage, Error

from core.audit import triggers


def triggers_are_installed(databases: Sequence[str] | None = None, **kwargs: Any) -> list[CheckMessage]:
    """Report every append-only table whose triggers are gone."""
    found = [name for alias in databases or () for name in triggers.missing(alias)]
    if not found:
        return []
    hint = "run: manage.py migrate (it installs the triggers again)"
    return [Error(f"append-only triggers are missing: {', '.join(found)}", hint=hint, id="audit.E001")]
