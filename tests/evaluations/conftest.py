"""The cast on the stage of every test of this room."""

import pytest

from tests.evaluations.cast import Cast, build_cast
from tests.evaluations.rooms import Rooms, build_rooms


@pytest.fixture
def cast(db) -> Cast:
    return build_cast()


@pytest.fixture
def rooms(db) -> Rooms:
    return build_rooms()
