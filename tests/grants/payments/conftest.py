"""A funded project, and a store of its own for each test."""

import pytest

from grants.payments import services
from tests.grants.funding import SIGNED, Fund


@pytest.fixture(autouse=True)
def files_root(settings, tmp_path):
    settings.FILES_ROOT = tmp_path / "files"


@pytest.fixture
def fund(db):
    return Fund()


@pytest.fixture
def two(db):
    """Two grantees who signed: their first instalments are due."""
    found = Fund(2)
    for one in found.grantees:
        found.sign(one)
    return found


@pytest.fixture
def recovery(two):
    """A part of the first instalment asked back."""
    two.pay(1, SIGNED, two.grantee)
    return services.demand_recovery(
        project_id=two.grantee.pk, amount_fen=50_000, cause="settlement", reason="票据不合规",
        by=two.office.section_chief, now=SIGNED,
    )  # fmt: skip
