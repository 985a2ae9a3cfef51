"""The scene of the public site, the desk and the mailroom."""

from __future__ import annotations

import pytest

from tests.cms.builders import Scene


@pytest.fixture
def scene(db: None) -> Scene:
    """A published round of 2026, an applicant, her rival, the community worker, and the officers."""
    return Scene()
