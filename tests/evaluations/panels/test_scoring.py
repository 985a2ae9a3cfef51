"""A reviewer at work, and the two signatures at the end."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from uuid import uuid4

import pytest

from core.audit.models import Entry
from core.errors import Forbidden, NotNow, Refused, RulesBroken, Stale
from core.events import _handlers, on
from core.policy import SYSTEM, Role
from evaluations.panels import selectors, services
from evaluations.panels.events import PanelConcluded, VerdictGiven
from evaluations.panels.models import Dossier, Panel, Sheet
from orgs.people.services import declare_interest
from tests.evaluations import cast as stage
from tests.evaluations.cast import BLIND, NOW, OPEN


@pytest.fixture
def sheet(cast) -> Sheet:
    return stage.scoring(cast, dossiers=1).sheets.order_by("pk").first()


def press(service, sheet, who, **more):
    return service(sheet_id=sheet.pk, by=who, now=NOW, **more)


def codes(broken):
    return {(v.code, v.subject) for v in broken.value.violations}


def test_nothing_can_be_scored_before_the_declaration(cast, sheet):
    with pytest.raises(NotNow):
        press(services.save_scores, sheet, cast.expert(sheet), scores={"needs": "30"})


def test_points_are_saved_as_they_come_and_taken_back(cast, sheet):
    who = cast.expert(sheet)
    press(services.attest, sheet, who)
    press(services.save_scores, sheet, who, scores={"needs": 30, "design": "25.5"}, comment="初步")
    press(services.save_scores, sheet, who, scores={"design": None})
    sheet.refresh_from_db()
    assert (sheet.scores, sheet.comment, sheet.total) == ({"needs": "30"}, "初步", Decimal("35.00"))


@pytest.mark.parametrize(
    ("scores", "code"),
    [
        ({"needs": "40.5"}, "SH3"),
        ({"needs": "七"}, "SH3"),
        ({"needs": "7.25"}, "SH4"),
        ({"charm": "1"}, "SH1"),
        ({"budget.compliant": "5"}, "SH5"),
        ({"team": "7"}, "SH7"),
    ],
)
def test_points_that_break_the_sheet_are_refused_and_nothing_is_kept(cast, sheet, scores, code):
    who = cast.expert(sheet)
    press(services.attest, sheet, who)
    with pytest.raises(RulesBroken) as broken:
        press(services.save_scores, sheet, who, scores={"design": "20", **scores})
    assert {c for c, _ in codes(broken)} == {code}
    sheet.refresh_from_db()
    assert sheet.scores == {}


def test_the_blind_part_is_locked_before_the_open_part_and_stays(cast, sheet):
    who = cast.expert(sheet)
    press(services.attest, sheet, who)
    with pytest.raises(NotNow):
        press(services.lock_sheet, sheet, who, scores={**BLIND, **OPEN})
    with pytest.raises(RulesBroken) as broken:
        press(services.lock_blind, sheet, who, scores={"needs": "30"})
    assert codes(broken) == {("SH10", "design"), ("SH10", "budget.complete")}
    press(services.lock_blind, sheet, who, scores=BLIND)
    with pytest.raises(RulesBroken) as broken:
        press(services.lock_sheet, sheet, who, scores={**OPEN, "needs": "40"})
    assert codes(broken) == {("SH8", "needs")}
    press(services.lock_sheet, sheet, who, scores=OPEN)
    sheet.refresh_from_db()
    assert (sheet.state, sheet.total) == ("locked", Decimal("75.00"))


def test_a_low_or_high_total_needs_a_comment(cast, sheet):
    who = cast.expert(sheet)
    press(services.attest, sheet, who)
    press(services.lock_blind, sheet, who, scores={"needs": "10", "design": "10", "budget.complete": "5"})
    with pytest.raises(RulesBroken) as broken:
        press(services.lock_sheet, sheet, who, scores=OPEN)
    assert codes(broken) == {("SH6", "comment")}
    press(services.lock_sheet, sheet, who, scores=OPEN, comment="需求依据不足")


def test_a_locked_sheet_takes_no_more_points(cast, sheet):
    stage.fill(cast, sheet)
    with pytest.raises(NotNow):
        press(services.save_scores, sheet, cast.expert(sheet), scores={"needs": "40"})


@pytest.mark.parametrize("service", ["attest", "lock_blind", "lock_sheet"])
def test_a_tie_declared_meanwhile_stops_the_reviewer_at_each_step(cast, sheet, service):
    who = cast.expert(sheet)
    if service != "attest":
        press(services.attest, sheet, who)
    if service == "lock_sheet":
        press(services.lock_blind, sheet, who, scores=BLIND)
    declare_interest(person_id=who.person_id, body_id=cast.applicant.pk, kind="kin", by=SYSTEM, now=NOW)
    more = {} if service == "attest" else {"scores": BLIND if service == "lock_blind" else OPEN}
    with pytest.raises(Refused) as refused:
        press(getattr(services, service), sheet, who, **more)
    assert refused.value.code == "conflict_of_interest"
    press(services.recuse, sheet, who, reason="亲属")
    sheet.refresh_from_db()
    assert sheet.state == "recused"


def test_two_tabs_do_not_overwrite_each_other(cast, sheet):
    who = cast.expert(sheet)
    press(services.attest, sheet, who)
    seen = Sheet.objects.get(pk=sheet.pk).row_version
    press(services.save_scores, sheet, who, scores={"needs": "30"}, version=seen)
    with pytest.raises(Stale) as stale:
        press(services.save_scores, sheet, who, scores={"needs": "20"}, version=seen)
    assert [entry.verb for entry in stale.value.changed] == ["save_scores"]


def test_pressing_twice_locks_once(cast, sheet):
    who, key = cast.expert(sheet), uuid4()
    press(services.attest, sheet, who)
    press(services.lock_blind, sheet, who, scores=BLIND)
    first = press(services.lock_sheet, sheet, who, scores=OPEN, key=key)
    again = press(services.lock_sheet, sheet, who, scores=OPEN, key=key)
    assert first.number == again.number and sheet.versions.count() == 1


def test_a_sheet_reopens_by_chair_and_supervisor_and_the_old_one_is_kept(cast):
    panel = stage.locked(cast)
    sheet = panel.sheets.order_by("pk").first()
    old = sheet.total
    with pytest.raises(NotNow):
        press(services.reopen_sheet, sheet, cast.supervisor, reason="同意")
    with pytest.raises(Refused):
        press(services.ask_reopen, sheet, cast.chair, reason=" ")
    press(services.ask_reopen, sheet, cast.chair, reason="评委漏看附件")
    press(services.reopen_sheet, sheet, cast.supervisor, reason="同意重开")
    who = cast.expert(sheet)
    press(services.lock_sheet, sheet, who, scores={"needs": "40", "team": "9"})
    sheet.refresh_from_db()
    assert sheet.edition == 2 and sheet.total != old
    assert [(v.edition, v.total) for v in sheet.versions.all()] == [(1, old), (2, sheet.total)]
    reasons = Entry.objects.filter(object_type="panels.sheet", verb__in=["ask_reopen", "reopen"])
    assert [e.reason.text for e in reasons.order_by("seq")] == ["评委漏看附件", "同意重开"]


def test_one_person_who_is_chair_and_supervisor_cannot_do_both_halves(cast):
    panel = stage.locked(cast)
    sheet = panel.sheets.order_by("pk").first()
    both = stage.Actor(
        cast.chair.user_id,
        cast.chair.person_id,
        (stage.Grant(role=Role.EXPERT), stage.Grant(role=Role.SUPERVISOR)),
    )
    press(services.ask_reopen, sheet, both, reason="漏看")
    with pytest.raises(Forbidden):
        press(services.reopen_sheet, sheet, both, reason="同意")


def test_a_panel_is_not_locked_while_a_sheet_is_open(cast):
    panel = stage.scoring(cast, dossiers=1)
    for sheet in panel.sheets.order_by("pk")[:4]:
        stage.fill(cast, sheet)
    with pytest.raises(NotNow):
        services.lock_panel(panel_id=panel.pk, by=cast.secretary, now=NOW)


def test_the_secretary_signs_first_and_the_chair_concludes(cast):
    panel = stage.locked(cast)
    with pytest.raises(NotNow):
        services.conclude_panel(panel_id=panel.pk, by=cast.chair, now=NOW)
    with pytest.raises(Forbidden):
        services.sign_conclusion(panel_id=panel.pk, by=cast.chair, now=NOW)
    services.sign_conclusion(panel_id=panel.pk, by=cast.secretary, now=NOW)
    with pytest.raises(Forbidden):
        services.conclude_panel(panel_id=panel.pk, by=cast.secretary, now=NOW)
    services.conclude_panel(panel_id=panel.pk, by=cast.chair, now=NOW)
    assert Panel.objects.get().state == "concluded"
    assert set(Dossier.objects.values_list("state", "verdict")) == {("judged", "pass")}


def test_a_signature_does_not_cover_what_changed_after_it(cast):
    panel = stage.signed(cast)
    sheet = panel.sheets.order_by("pk").first()
    press(services.ask_reopen, sheet, cast.chair, reason="漏看")
    press(services.reopen_sheet, sheet, cast.supervisor, reason="同意")
    with pytest.raises(NotNow):
        services.conclude_panel(panel_id=panel.pk, by=cast.chair, now=NOW)
    press(services.lock_sheet, sheet, cast.expert(sheet), scores={"needs": "40", "design": "35"})
    for other in panel.sheets.filter(dossier=sheet.dossier).exclude(pk=sheet.pk)[:1]:
        press(services.ask_reopen, other, cast.chair, reason="漏看")
        press(services.reopen_sheet, other, cast.supervisor, reason="同意")
        press(services.lock_sheet, other, cast.expert(other), scores={"needs": "40", "design": "35"})
    with pytest.raises(NotNow) as refused:
        services.conclude_panel(panel_id=panel.pk, by=cast.chair, now=NOW)
    assert refused.value.code == "signature_is_stale"
    services.sign_conclusion(panel_id=panel.pk, by=cast.secretary, now=NOW)
    services.conclude_panel(panel_id=panel.pk, by=cast.chair, now=NOW)


def test_verdicts_and_conclusion_are_told_in_the_same_transaction(cast):
    heard = []
    handler = on(VerdictGiven, PanelConcluded)(lambda fact, *, by, now: heard.append((fact.name, fact.ids())))
    try:
        panel = stage.concluded(cast, dossiers=3)
    finally:
        for fact in (VerdictGiven, PanelConcluded):
            _handlers[fact].remove(handler)
    assert heard == [
        *(("panels.VerdictGiven", {"dossier_id": d.pk}) for d in panel.dossiers.order_by("code")),
        ("panels.PanelConcluded", {"panel_id": panel.pk}),
    ]


def test_a_listener_who_refuses_undoes_the_whole_conclusion(cast):
    panel = stage.signed(cast)

    def refuse(fact, *, by, now):
        raise Refused("no")

    on(VerdictGiven)(refuse)
    try:
        with pytest.raises(Refused):
            services.conclude_panel(panel_id=panel.pk, by=cast.chair, now=NOW)
    finally:
        _handlers[VerdictGiven].remove(refuse)
    assert Panel.objects.get().state == "locked"
    assert set(Dossier.objects.values_list("state", "official_score")) == {("waiting", None)}


def test_votes_tell_apart_only_what_no_score_can(cast):
    panel = stage.scoring(cast, dossiers=2)
    for sheet in panel.sheets.order_by("pk"):
        stage.fill(cast, sheet)
    services.lock_panel(panel_id=panel.pk, by=cast.secretary, now=NOW)
    first, second = panel.dossiers.order_by("code")
    assert [row.tied for row in selectors.ranking(panel)] == [True, True]
    services.record_votes(panel_id=panel.pk, votes={first.pk: 2, second.pk: 3}, by=cast.secretary, now=NOW)
    ranked = selectors.ranking(panel)
    assert [(row.code, row.rank, row.decided_by) for row in ranked] == [
        ("A-002", 1, "panel_vote"),
        ("A-001", 2, "panel_vote"),
    ]
    assert not any(row.tied for row in ranked)


def test_votes_on_what_a_score_told_apart_are_refused(cast):
    panel = stage.scoring(cast, dossiers=2)
    for sheet in panel.sheets.select_related("dossier"):
        stage.fill(cast, sheet, needs="30" if sheet.dossier.code == "A-001" else "35")
    services.lock_panel(panel_id=panel.pk, by=cast.secretary, now=NOW)
    first = panel.dossiers.order_by("code").first()
    with pytest.raises(Refused):
        services.record_votes(panel_id=panel.pk, votes={first.pk: 5}, by=cast.secretary, now=NOW)


def test_bonus_facts_are_added_once_and_minutes_are_measured(cast):
    panel = stage.forming(cast, dossiers=0)
    made = stage.dossier(cast, 5, facts={"bonus": ["grade_3a"]})
    services.add_dossiers(panel_id=panel.pk, dossier_ids=[made.pk], by=cast.clerk, now=NOW)
    services.assign_sheets(panel_id=panel.pk, seed="s", by=cast.secretary, now=NOW)
    services.open_panel(panel_id=panel.pk, by=cast.secretary, now=NOW)
    for sheet in panel.sheets.all():
        stage.fill(cast, sheet)
    assert selectors.results(panel)[made.pk].score == Decimal("76.00")
    assert {view.minutes for view in selectors.agreement(panel).reviewers} == {20.0}
    assert NOW + timedelta(minutes=20) == panel.sheets.first().locked_at
