"""Permission rows: which grant admits, and what the refused are told."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from core import policy
from core.errors import Forbidden
from core.policy import ANONYMOUS, SYSTEM, SYSTEM_ONLY, Actor, Grant, Role, Seat, allow, predicate


@dataclass
class Thing:
    owner: int

    def parties(self):
        return {self.owner}


@predicate
def is_own(seat: Seat, thing: Thing) -> bool:
    return seat.grant.body_id == thing.owner


@pytest.fixture
def rows(monkeypatch):
    monkeypatch.setattr(policy, "_rows", {})
    policy.register(
        {
            "things.view": allow(Role.CLERK) | allow(Role.APPLICANT_ADMIN, when=is_own),
            "things.settle": SYSTEM_ONLY,
            "things.lead": allow(Role.LEADER),
        }
    )


TWO_HATS = Actor(
    1, 1, (Grant(Role.APPLICANT_ADMIN, body_id=3), Grant(Role.APPLICANT_ADMIN, body_id=4, membership_id=9))
)


def test_the_grant_that_admits_is_the_one_of_that_body(rows):
    assert policy.check(TWO_HATS, "things.view", Thing(4)).membership_id == 9
    assert policy.check(TWO_HATS, "things.view", Thing(5)) is None


def test_an_interest_closes_what_a_row_opens(rows):
    clerk = Actor(2, 2, (Grant(Role.CLERK),), interests=frozenset({5}))
    assert policy.check(clerk, "things.view", Thing(4)) and not policy.check(clerk, "things.view", Thing(5))
    assert "回避" in str(policy.refusal(clerk, "things.view", Thing(5)))


def test_the_kernel_passes_only_rows_made_for_it(rows):
    assert policy.check(SYSTEM, "things.settle") and not policy.check(SYSTEM, "things.view", Thing(3))
    assert not policy.check(TWO_HATS, "things.settle")


def test_nobody_in_particular_may_nothing(rows):
    for name in ("things.view", "things.settle", "things.lead"):
        assert policy.check(ANONYMOUS, name, Thing(3)) is None


def test_a_typo_never_permits(rows):
    with pytest.raises(KeyError):
        policy.check(TWO_HATS, "things.veiw", Thing(3))


def test_the_refused_are_told_who_may(rows):
    with pytest.raises(Forbidden, match="局领导"):
        policy.require(TWO_HATS, "things.lead")
    assert "不能办理这一件" in str(policy.refusal(TWO_HATS, "things.view", Thing(5)))
    assert "自动完成" in str(policy.refusal(TWO_HATS, "things.settle"))


def test_every_role_code_is_ascii_and_none_is_both_staff_and_applicant():
    assert all(role.value.isascii() for role in Role) and len(Role) == 21
    assert not policy.STAFF_ROLES & policy.APPLICANT_ROLES
    assert policy.ADMINISTRATORS < policy.STAFF_ROLES


def test_every_transition_of_the_house_names_a_declared_row():
    from config.reference.lifecycles import edges, machines

    for model in machines():
        for _source, verb, _target, permission, _guards, _fact in edges(model):
            assert permission != "—", f"{model.__name__}.{verb} admits nobody"
            policy.row(permission)
