"""Every state times every verb, and every permission times every role: the tables say it all."""

from __future__ import annotations

from datetime import timedelta

import pytest

from core.errors import NotNow
from core.lifecycle import changing
from core.policy import SYSTEM, Actor, Grant, Role, check
from grants.publicity import services
from grants.publicity.models import Notice, NoticeItem, Objection
from grants.publicity.permissions import PERMISSIONS
from tests.grants.publicity.conftest import LATER, RUNNING

pytestmark = pytest.mark.django_db

NOTICE = {("drafted", "publish"): "published", ("published", "end"): "ended"}
# The notice of an item runs, or is over: what an item may do depends on it.
ITEM = {
    ("listed", "running", "hold"): "held",
    ("listed", "running", "withdraw"): "withdrawn",
    ("held", "running", "strike"): "struck",
    ("held", "running", "withdraw"): "withdrawn",
    ("answered", "running", "release"): "listed",
    ("answered", "running", "strike"): "struck",
    ("answered", "running", "withdraw"): "withdrawn",
    ("held", "over", "strike"): "struck",
    ("held", "over", "withdraw"): "withdrawn",
    ("answered", "over", "clear"): "cleared",
    ("answered", "over", "strike"): "struck",
    ("answered", "over", "withdraw"): "withdrawn",
    ("cleared", "over", "withdraw"): "withdrawn",
}
OBJECTION = {
    ("lodged", "investigate"): "investigating",
    ("investigating", "uphold"): "upheld",
    ("investigating", "dismiss"): "dismissed",
}


def press(obj, verb, by):
    with changing(type(obj), obj.pk, by=by, now=LATER) as held:
        getattr(held, verb)(by=by)
    return held.state


def expect(obj, verb, by, target):
    if target is None:
        with pytest.raises(NotNow):
            press(obj, verb, by)
        assert type(obj).objects.get(pk=obj.pk).state == obj.state
    else:
        assert press(obj, verb, by) == target


@pytest.mark.parametrize("verb", ["publish", "end"])
@pytest.mark.parametrize("state", ["drafted", "published", "ended"])
def test_notice(stand, state, verb):
    notice = stand.draft() if state == "drafted" else stand.publish()
    if state == "ended":
        stand.end(notice)
    target = NOTICE.get((state, verb))
    if target == "published":  # number and period come from the service; the door alone must not do
        services.publish_notice(notice_id=notice.pk, by=stand.office.leader, now=RUNNING)
        assert Notice.objects.get(pk=notice.pk).state == target
    else:
        expect(Notice.objects.get(pk=notice.pk), verb, stand.office.second_leader, target)


def an_item(stand, state, notice_state):
    """Bring an item where the case wants it; "answered" is held with nobody objecting any more."""
    notice = stand.publish()
    item = notice.items.get(position=1)
    if state in ("held", "answered", "struck"):
        objection = stand.object_to(item)
        if state == "struck":
            stand.conclude(objection, "uphold")
        elif state == "answered":
            by = stand.office.second_chief
            services.investigate_objection(objection_id=objection.pk, by=by, now=RUNNING)
            with changing(Objection, objection.pk, by=by, now=RUNNING) as held:
                held.dismiss(by=by)
                held.replied_at = RUNNING
    if state == "withdrawn":
        services.withdraw_item(subject=item.subject, by=SYSTEM, now=RUNNING)
    if notice_state == "over":
        stand.end(notice)
    return NoticeItem.objects.get(pk=item.pk)


STANDS = [
    ("listed", "running"),
    ("held", "running"),
    ("answered", "running"),
    ("struck", "running"),
    ("withdrawn", "running"),
    ("held", "over"),
    ("answered", "over"),
    ("cleared", "over"),
    ("struck", "over"),
    ("withdrawn", "over"),
]


@pytest.mark.parametrize("verb", ["hold", "release", "clear", "strike", "withdraw"])
@pytest.mark.parametrize(("state", "notice_state"), STANDS)
def test_item(stand, state, notice_state, verb):
    item = an_item(stand, state, notice_state)
    expect(item, verb, SYSTEM, ITEM.get((state, notice_state, verb)))


@pytest.mark.parametrize("verb", ["investigate", "uphold", "dismiss"])
@pytest.mark.parametrize("state", ["lodged", "investigating", "upheld", "dismissed", "noted"])
def test_objection(stand, state, verb):
    notice, by = stand.publish(), stand.office.second_chief
    kind = "anonymous" if state == "noted" else "person"
    objection = stand.object_to(notice.items.get(position=1), kind=kind)
    if state == "investigating":
        services.investigate_objection(objection_id=objection.pk, by=by, now=RUNNING)
    elif state in ("upheld", "dismissed"):
        stand.conclude(objection, {"upheld": "uphold", "dismissed": "dismiss"}[state])
    found, target = Objection.objects.get(pk=objection.pk), OBJECTION.get((state, verb))
    if target in ("upheld", "dismissed"):
        getattr(services, f"{verb}_objection")(
            objection_id=found.pk, finding="已核查", reply="答复", by=by, now=LATER
        )
        assert Objection.objects.get(pk=found.pk).state == target
    else:
        expect(found, verb, by, target)


ALL = set(Role.values)
BUREAU = {"clerk", "section_chief", "leader"}
WATCH = BUREAU | {"supervisor", "auditor"}
# permission -> (roles on a draft or an open matter, does the kernel pass)
TABLE = {
    "publicity.view": (ALL, False),
    "publicity.list": (WATCH | {"editor"}, False),
    "publicity.list_objections": (WATCH, False),
    "publicity.draft": ({"clerk", "section_chief"}, False),
    "publicity.edit": ({"clerk", "section_chief"}, False),
    "publicity.publish": ({"leader"}, False),
    "publicity.end": (BUREAU, True),
    "publicity.record_posting": ({"clerk", "editor"}, False),
    "publicity.hold": (set(), True),
    "publicity.release": (set(), True),
    "publicity.clear": (set(), True),
    "publicity.strike": (set(), True),
    "publicity.withdraw": (set(), True),
    "publicity.lodge": (ALL, True),
    "publicity.view_objection": (WATCH, False),
    "publicity.investigate": (BUREAU, False),
    "publicity.conclude": (BUREAU, False),
    "publicity.see_objector": (BUREAU | {"supervisor"}, False),
}


def test_the_permission_table_is_exactly_this_one(stand):
    assert set(TABLE) == set(PERMISSIONS)
    notice = stand.publish()
    objection = stand.object_to(notice.items.get(position=1))
    matters = {
        "investigate": objection,
        "conclude": objection,
        "see_objector": objection,
        "view_objection": objection,
        "lodge": notice.items.get(position=3),
    }
    newcomers = {role: Actor(700_000 + n, 700_000 + n, (Grant(role),)) for n, role in enumerate(Role.values)}
    for name, (roles, kernel) in TABLE.items():
        about = matters.get(name.partition(".")[2], notice)
        admitted = {role for role, who in newcomers.items() if check(who, name, about)}
        assert admitted == roles, name
        assert bool(check(SYSTEM, name, about)) is kernel, name
        assert check(stand.office.stranger, name, about) is None, name


def test_a_draft_is_seen_by_those_who_work_on_it_and_watch(stand):
    notice = stand.draft()
    seen = {role for role in Role.values if check(Actor(1, 1, (Grant(role),)), "publicity.view", notice)}
    assert seen == WATCH


def test_a_list_of_notices_costs_the_same_for_one_and_three(stand, django_assert_num_queries):
    from grants.publicity.selectors import public_notices

    for position, draft in enumerate(stand.items()):
        notice = stand.draft([draft], now=RUNNING + timedelta(minutes=position))
        services.publish_notice(notice_id=notice.pk, by=stand.office.leader, now=RUNNING)
        with django_assert_num_queries(1):
            assert len(list(public_notices())) == position + 1
