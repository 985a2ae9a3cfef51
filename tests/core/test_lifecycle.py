"""The door: who passes, when, how often, and what is written."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from core.audit.models import Entry, Reason
from core.errors import Forbidden, KeyReused, NotFound, NotNow, OutsideTheDoor, Refused, Stale
from core.events import on
from core.lifecycle import changing
from core.models import StoredReceipt
from core.policy import SYSTEM, Actor, Grant, Role
from core.unit import unit
from tests.core.specimen import services
from tests.core.specimen.models import L, Lamp, LampLit

pytestmark = pytest.mark.django_db


@pytest.fixture
def lamp(clerk, noon):
    return services.make_lamp(owner_id=7, label="门灯", by=clerk, now=noon)


def state(lamp):
    return Lamp.objects.get(pk=lamp.pk).state


def test_a_transition_outside_the_door_is_refused(lamp, clerk):
    with pytest.raises(OutsideTheDoor):
        Lamp.objects.get(pk=lamp.pk).light(by=clerk)


def test_a_state_cannot_be_assigned(lamp):
    with pytest.raises(AttributeError):
        Lamp.objects.get(pk=lamp.pk).state = L.LIT


def test_the_database_refuses_an_unknown_state(lamp):
    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("UPDATE specimen_lamp SET state = 'purple'")


def test_a_step_is_saved_counted_dated_and_logged_with_role_body_and_label(lamp, clerk, later):
    receipt = services.light_lamp(lamp_id=lamp.pk, by=clerk, now=later)
    lit = Lamp.objects.get(pk=lamp.pk)
    entry = Entry.objects.get(seq=receipt.entry_seq)
    assert (lit.state, lit.row_version, lit.state_since) == (L.LIT, 2, later)
    assert (entry.verb, entry.source, entry.target, entry.fact) == (
        "light",
        "dark",
        "lit",
        "specimen.LampLit",
    )
    assert (entry.actor_id, entry.role, entry.body_id, entry.label) == (1, "clerk", 7, "经办")
    assert receipt.entry_hash == entry.hash and receipt.number == f"HZ20260428-{entry.seq:07d}"


def test_permission_is_asked_with_the_object(lamp, rival_clerk, stranger, later):
    for outsider in (rival_clerk, stranger, Actor()):
        with pytest.raises(Forbidden):
            services.light_lamp(lamp_id=lamp.pk, by=outsider, now=later)
    assert state(lamp) == L.DARK


def test_a_declared_interest_overrides_every_row(lamp, clerk_with_interest, later):
    with pytest.raises(Forbidden, match="回避"):
        services.light_lamp(lamp_id=lamp.pk, by=clerk_with_interest, now=later)


def test_the_one_who_lit_it_may_not_dim_it_but_a_colleague_may(lamp, clerk, other_clerk, later):
    services.light_lamp(lamp_id=lamp.pk, by=clerk, now=later)
    with pytest.raises(Forbidden):
        services.dim_lamp(lamp_id=lamp.pk, by=clerk, now=later)
    services.dim_lamp(lamp_id=lamp.pk, by=other_clerk, now=later)
    assert state(lamp) == L.DARK


def test_a_step_from_the_wrong_state_says_so_and_a_stranger_hears_no_states(lamp, clerk, stranger, later):
    services.light_lamp(lamp_id=lamp.pk, by=clerk, now=later)
    with pytest.raises(NotNow, match="亮"):
        services.light_lamp(lamp_id=lamp.pk, by=clerk, now=later)
    with pytest.raises(Forbidden):
        services.light_lamp(lamp_id=lamp.pk, by=stranger, now=later)


def test_a_guard_that_says_no_gives_its_sentence(clerk, later, lamp):
    with changing(Lamp, lamp.pk, by=clerk, now=later, verb="label", permission="lamps.label") as held:
        held.has_bulb = False
    with pytest.raises(NotNow, match="灯泡没有装好"):
        services.light_lamp(lamp_id=lamp.pk, by=clerk, now=later)


def test_a_stale_version_is_refused_with_what_changed(lamp, clerk, other_clerk, later):
    seen = lamp.row_version
    services.label_lamp(lamp_id=lamp.pk, label="走廊灯", by=other_clerk, now=later)
    with pytest.raises(Stale) as refusal:
        services.light_lamp(lamp_id=lamp.pk, by=clerk, now=later, version=seen)
    assert [entry.verb for entry in refusal.value.changed] == ["label"]
    assert refusal.value.status == 409


def test_the_same_key_gives_the_same_receipt_and_one_entry(lamp, clerk, later):
    key = uuid4()
    first = services.light_lamp(lamp_id=lamp.pk, by=clerk, now=later, key=key)
    again = services.light_lamp(lamp_id=lamp.pk, by=clerk, now=later + timedelta(seconds=5), key=key)
    assert again == first
    assert Entry.objects.filter(verb="light").count() == 1


def test_the_same_key_gives_the_same_object(clerk, later):
    key = uuid4()
    first = services.make_lamp(owner_id=7, by=clerk, now=later, key=key)
    assert services.make_lamp(owner_id=7, by=clerk, now=later, key=key).pk == first.pk


def test_a_key_is_bound_to_person_action_and_request(lamp, clerk, other_clerk, later):
    key = uuid4()
    services.label_lamp(lamp_id=lamp.pk, label="甲", by=clerk, now=later, key=key)
    for attempt in (
        lambda: services.label_lamp(lamp_id=lamp.pk, label="乙", by=clerk, now=later, key=key),
        lambda: services.label_lamp(lamp_id=lamp.pk, label="甲", by=other_clerk, now=later, key=key),
        lambda: services.light_lamp(lamp_id=lamp.pk, by=clerk, now=later, key=key),
    ):
        with pytest.raises(KeyReused):
            attempt()


def test_a_refused_request_leaves_nothing_not_even_its_key(lamp, clerk, later):
    key = uuid4()
    with pytest.raises(Refused):
        services.label_lamp(lamp_id=lamp.pk, label="", by=clerk, now=later, key=key)
    assert not StoredReceipt.objects.exists() and not Entry.objects.filter(verb="label").exists()
    services.label_lamp(lamp_id=lamp.pk, label="灯", by=clerk, now=later, key=uuid4())


def test_delegation_is_recorded(lamp, later):
    deputy = Actor(
        user_id=9, person_id=9, grants=(Grant(Role.LEADER, body_id=7, delegation_id=41, label="局领导"),)
    )
    receipt = services.smash_lamp(lamp_id=lamp.pk, by=deputy, now=later)
    assert Entry.objects.get(seq=receipt.entry_seq).delegation_id == 41


def test_words_given_for_a_step_stay_out_of_the_chain_but_are_bound_to_it(lamp, clerk, later):
    receipt = services.light_lamp(lamp_id=lamp.pk, by=clerk, now=later, reason="王某某夜归，请求开灯")
    entry = Entry.objects.get(seq=receipt.entry_seq)
    assert "王某某" not in str(entry.payload) and len(entry.payload["reason_sha256"]) == 64
    assert Reason.objects.get(pk=entry.seq).text == "王某某夜归，请求开灯"


def test_a_fact_is_handled_in_the_same_transaction_and_its_steps_name_their_cause(
    lamp, clerk, later, monkeypatch
):
    from core import events

    monkeypatch.setattr(events, "_handlers", events.defaultdict(list))

    @on(LampLit)
    def too_bright(fact, *, by, now):
        services.smash_lamp(lamp_id=fact.lamp_id, by=SYSTEM, now=now)

    services.light_lamp(lamp_id=lamp.pk, by=clerk, now=later)
    lit, smashed = Entry.objects.order_by("seq")[1:]
    assert state(lamp) == L.BROKEN
    assert (smashed.role, smashed.cause_seq) == ("system", lit.seq)


def test_a_handler_that_refuses_undoes_everything(lamp, clerk, later, monkeypatch):
    from core import events

    monkeypatch.setattr(events, "_handlers", events.defaultdict(list))

    @on(LampLit)
    def veto(fact, *, by, now):
        raise Refused("不许开灯")

    with pytest.raises(Refused):
        services.light_lamp(lamp_id=lamp.pk, by=clerk, now=later)
    assert state(lamp) == L.DARK and not Entry.objects.filter(verb="light").exists()


def test_a_swallowed_refusal_spoils_the_unit(lamp, clerk, later):
    with pytest.raises(RuntimeError, match="swallowed"), unit():
        services.label_lamp(lamp_id=lamp.pk, label="灯", by=clerk, now=later)
        try:
            services.label_lamp(lamp_id=lamp.pk, label="", by=clerk, now=later)
        except Refused:
            pass
    assert not Entry.objects.filter(verb="label").exists()


def test_a_missing_object_is_not_found(clerk, later):
    with pytest.raises(NotFound):
        services.light_lamp(lamp_id=999_999, by=clerk, now=later)


def test_a_change_without_a_verb_is_a_programming_error(lamp, clerk, later):
    with pytest.raises(OutsideTheDoor), changing(Lamp, lamp.pk, by=clerk, now=later) as held:
        held.label = "悄悄改"
    assert Lamp.objects.get(pk=lamp.pk).label == "门灯"


def test_the_kernel_may_only_do_what_a_row_admits_it_to(lamp, later):
    with pytest.raises(Forbidden):
        services.light_lamp(lamp_id=lamp.pk, by=SYSTEM, now=later)
    services.smash_lamp(lamp_id=lamp.pk, by=SYSTEM, now=later)


def test_a_step_costs_few_queries(lamp, clerk, later):
    with CaptureQueriesContext(
        connection,
    ) as queries:
        services.light_lamp(lamp_id=lamp.pk, by=clerk, now=later, key=uuid4())
    written = [q["sql"] for q in queries if not q["sql"].startswith(("SAVEPOINT", "RELEASE", "BEGIN"))]
    assert len(written) <= 8, written


@pytest.mark.parametrize("verb", ["light", "dim", "smash"])
@pytest.mark.parametrize("start", list(L))
def test_every_state_is_asked_every_question(clerk, other_clerk, leader, later, verb, start):
    lamp = services.make_lamp(owner_id=7, by=clerk, now=later)
    if start != L.DARK:
        services.light_lamp(lamp_id=lamp.pk, by=clerk, now=later)
    if start == L.BROKEN:
        services.smash_lamp(lamp_id=lamp.pk, by=leader, now=later)
    table = {
        ("light", L.DARK): L.LIT,
        ("dim", L.LIT): L.DARK,
        ("smash", L.DARK): L.BROKEN,
        ("smash", L.LIT): L.BROKEN,
    }
    by = {"light": clerk, "dim": other_clerk, "smash": leader}[verb]
    press = getattr(services, f"{verb}_lamp")
    if target := table.get((verb, start)):
        press(lamp_id=lamp.pk, by=by, now=later)
        assert state(lamp) == target
    else:
        with pytest.raises(NotNow):
            press(lamp_id=lamp.pk, by=by, now=later)
        assert state(lamp) == start


def test_two_rows_for_one_permission_are_a_programming_error():
    from core import policy

    with pytest.raises(ValueError, match="twice"):
        policy.register({"lamps.light": policy.allow(Role.LEADER)})


def test_interest_of_one_person_does_not_bind_another(lamp, clerk, clerk_with_interest, later):
    assert not replace(clerk, interests=frozenset({8})).interests & lamp.parties()
    services.light_lamp(lamp_id=lamp.pk, by=replace(clerk, interests=frozenset({8})), now=later)
    assert state(lamp) == L.LIT
