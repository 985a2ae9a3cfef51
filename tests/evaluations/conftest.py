"""The cast on the stage of every test of this room."""

import pytest

from tests.evaluations.cast import Cast, build_cast


@pytest.fixture
def cast(db) -> Cast:
    return build_cast()
