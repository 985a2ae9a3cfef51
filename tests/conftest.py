"""What every test may rely on: the engine of this run, and tests that belong to one engine only."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.test.utils import setup_databases, teardown_databases
from hypothesis import HealthCheck
from hypothesis import settings as hypothesis

from tests import databases

# Machines are noisy: how long an example takes says nothing about the rule it tests.
hypothesis.register_profile("house", deadline=None, suppress_health_check=[HealthCheck.too_slow])
hypothesis.load_profile("house")


DATABASES = {"db", "transactional_db", "django_db_setup", "database_template", "own_database"}
# The files that take longest, the longest first.
FIRST = (
    "trust/test_confidentiality",
    "journeys/test_life",
    "trust/test_fuzz",
    "config/world/test_year",
    "journeys/",
    "config/test_moving",
)


def engine() -> str:
    """sqlite or postgres: the engine of this run."""
    return "sqlite" if settings.DATABASES["default"]["ENGINE"].endswith("sqlite3") else "postgres"


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out what belongs to the other engine; it is not skipped, it runs in the other run.

    Journeys click through what all other tests press on both engines; they take minutes and run on SQLite,
    on PostgreSQL when they are asked for (make test ENGINE=postgres ARGS=tests/journeys). What takes long
    comes first, so that no process is left alone with it at the end.
    """
    away = {item for item in items if _is_left_out(item, asked=" ".join(config.args))}
    if away:
        config.hook.pytest_deselected(items=list(away))
    kept = [item for item in items if item not in away]
    items[:] = sorted(
        kept, key=lambda item: next((n for n, name in enumerate(FIRST) if name in item.nodeid), len(FIRST))
    )


def _is_left_out(item: pytest.Item, *, asked: str) -> bool:
    if engine() == "sqlite":
        return item.get_closest_marker("postgres_only") is not None
    if os.environ.get("ONLY_DATABASE") and not _asks_a_database(item):
        return True
    is_journey = "tests/journeys/" in item.nodeid and "journeys" not in asked
    return is_journey or item.get_closest_marker("sqlite_only") is not None


def _asks_a_database(item: pytest.Item) -> bool:
    fixtures = set(getattr(item, "fixturenames", ()))
    return item.get_closest_marker("django_db") is not None or not fixtures.isdisjoint(DATABASES)


@pytest.fixture(scope="session")
def django_db_setup(
    django_test_environment: None,
    django_db_modify_db_settings: None,
    django_db_blocker: Any,
    django_db_keepdb: bool,
    django_db_createdb: bool,
) -> Iterator[None]:
    """Make the test database for every run: the plugin leaves it out where tests only use private copies."""
    keep = django_db_keepdb and not django_db_createdb
    with django_db_blocker.unblock():
        made = setup_databases(verbosity=0, interactive=False, keepdb=keep)
    yield
    if not django_db_keepdb:
        with django_db_blocker.unblock():
            teardown_databases(made, verbosity=0)


@pytest.fixture(scope="session")
def database_template(
    django_db_setup: None, django_db_blocker: Any, tmp_path_factory: pytest.TempPathFactory
) -> Path | str:
    """The migrated, empty database from which private copies are made."""
    with django_db_blocker.unblock():
        return databases.make_template(tmp_path_factory.mktemp("template"))


@pytest.fixture
def own_database(database_template: Path | str, django_db_blocker: Any, tmp_path: Path) -> Iterator[str]:
    """A committed database of this test's own; yields its DATABASE_URL for child processes."""
    with django_db_blocker.unblock(), databases.own_database(database_template, tmp_path) as url:
        yield url
