"""The cast of the kernel's tests: who stands around a lamp."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from core.policy import Actor, Grant, Role

HOUSE, RIVAL_HOUSE = 7, 8
NOON = datetime(2026, 4, 28, 4, 0, tzinfo=UTC)


def person(user_id: int, role: Role, *, body_id: int = HOUSE, **more: object) -> Actor:
    return Actor(
        user_id=user_id, person_id=user_id, grants=(Grant(role, body_id=body_id, label=role.label),), **more
    )


@pytest.fixture
def clerk() -> Actor:
    return person(1, Role.CLERK)


@pytest.fixture
def other_clerk() -> Actor:
    return person(2, Role.CLERK)


@pytest.fixture
def clerk_with_interest() -> Actor:
    return person(3, Role.CLERK, interests=frozenset({HOUSE}))


@pytest.fixture
def rival_clerk() -> Actor:
    return person(4, Role.CLERK, body_id=RIVAL_HOUSE)


@pytest.fixture
def leader() -> Actor:
    return person(5, Role.LEADER)


@pytest.fixture
def stranger() -> Actor:
    return person(6, Role.EDITOR)


@pytest.fixture
def noon() -> datetime:
    return NOON


@pytest.fixture
def later() -> datetime:
    return NOON + timedelta(hours=1)
