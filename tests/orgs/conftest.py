"""The small world in which pages of this area are opened: a bureau, an organisation, its rival, a day."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import time_machine

from tests.orgs.builders import NOW, Bureau, House, load_places


@pytest.fixture
def today() -> Iterator[None]:
    """Let the pages believe that it is the day of the builders."""
    with time_machine.travel(NOW, tick=True):
        yield


@pytest.fixture
def bureau() -> Bureau:
    """The bureau, in a district of one street."""
    load_places("420106014")
    return Bureau()


@pytest.fixture
def house(bureau: Bureau) -> House:
    """The organisation the tests are about."""
    return House("武昌区夕阳红助老服务中心", domicile="石洞街道1号")


@pytest.fixture
def rival(bureau: Bureau) -> House:
    """Another organisation."""
    return House("武昌区邻里互助社")
