"""A funded project, and a store of its own for each test."""

import pytest

from tests.grants.funding import Fund


@pytest.fixture(autouse=True)
def files_root(settings, tmp_path):
    settings.FILES_ROOT = tmp_path / "files"


@pytest.fixture
def fund(db):
    return Fund()
