"""A store of its own for each test, and an owner to keep files for."""

import pytest

from core.calendar.models import HolidayYear
from core.policy import SYSTEM
from tests.core.files.corpus import NOW


@pytest.fixture(autouse=True)
def files_root(settings, tmp_path):
    settings.FILES_ROOT = tmp_path / "files"
    return settings.FILES_ROOT


@pytest.fixture
def owner(db):
    from core.calendar.services import load_holidays

    rows = [{"date": "2026-01-01", "kind": "off", "name": "元旦"}]
    load_holidays(rows=rows, year=2026, source="通知", by=SYSTEM, now=NOW)
    return HolidayYear.objects.get(year=2026)
