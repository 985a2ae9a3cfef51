"""What the tests of applications start from."""

from __future__ import annotations

import pytest

from tests.grants.applying import Call


@pytest.fixture
def call():
    return Call()
