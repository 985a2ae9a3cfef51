"""What every test may rely on: the engine of this run, and tests that belong to one engine only."""

from __future__ import annotations

import pytest
from django.conf import settings


def engine() -> str:
    """sqlite or postgres: the engine of this run."""
    return "sqlite" if settings.DATABASES["default"]["ENGINE"].endswith("sqlite3") else "postgres"


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out what belongs to the other engine; it is not skipped, it runs in the other run."""
    other = "postgres_only" if engine() == "sqlite" else "sqlite_only"
    away = [item for item in items if item.get_closest_marker(other)]
    if away:
        config.hook.pytest_deselected(items=away)
        items[:] = [item for item in items if item not in away]
