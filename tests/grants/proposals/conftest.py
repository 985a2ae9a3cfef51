"""What the tests of applications start from."""

from __future__ import annotations

import pytest

from tests.grants.applying import Call
from tests.grants.proposals.browsing import Tab, moment
from tests.orgs.builders import browser


@pytest.fixture
def call():
    return Call()


@pytest.fixture
def draft(call):
    return call.draft()


@pytest.fixture
def tab(call, draft):
    with moment():
        yield Tab(browser(call.house.admin_user), draft)
