"""Every state asked every verb: exactly the table, for panel, dossier and sheet."""

from __future__ import annotations

import pytest
from django.db import transaction

from core.audit.invariants import edges_of
from core.errors import Forbidden, NotNow
from core.lifecycle import changing
from core.policy import SYSTEM
from evaluations.panels import services
from evaluations.panels.lifecycle import D, P, S
from evaluations.panels.models import Dossier, Panel, Sheet
from tests.evaluations import cast as stage

PANEL = {
    ("assign", P.FORMING, P.ASSIGNED),
    ("open", P.ASSIGNED, P.SCORING),
    ("lock", P.SCORING, P.LOCKED),
    ("conclude", P.LOCKED, P.CONCLUDED),
}
DOSSIER = {("give_verdict", D.WAITING, D.JUDGED)}
SHEET = {
    ("attest", S.ASSIGNED, S.OPEN),
    ("lock", S.OPEN, S.LOCKED),
    ("recuse", S.ASSIGNED, S.RECUSED),
    ("recuse", S.OPEN, S.RECUSED),
    ("recuse", S.LOCKED, S.RECUSED),
    ("reopen", S.LOCKED, S.OPEN),
}
PANEL_IN = {
    P.FORMING: stage.forming,
    P.ASSIGNED: stage.assigned,
    P.SCORING: stage.all_filled,
    P.LOCKED: stage.signed,
    P.CONCLUDED: stage.concluded,
}


@pytest.mark.parametrize(("model", "table"), [(Panel, PANEL), (Dossier, DOSSIER), (Sheet, SHEET)])
def test_the_machine_is_exactly_its_table(model, table):
    assert edges_of(model) == {(verb, str(a), str(b)) for verb, a, b in table}


def take(model, pk, verb, by):
    with changing(model, pk, by=by, now=stage.NOW, reason="试") as obj:
        if model is Sheet and verb == "recuse":
            obj.recusal = "declared"
        if model is Sheet and verb == "attest":
            obj.attested_at = stage.NOW
        if model is Sheet and verb == "lock":
            obj.total, obj.locked_at = 70, stage.NOW
        if model is Dossier:
            obj.official_score, obj.verdict = 70, "pass"
        getattr(obj, verb)(by=by)


def leads_to(table, verb, state):
    return next((str(b) for v, a, b in table if (v, a) == (verb, state)), None)


def outcome(model, pk, verb, by):
    """Where the verb leads (None: not from here, "forbidden": not by this person); nothing of it stays."""
    mark = transaction.savepoint()
    try:
        take(model, pk, verb, by)
        return model.objects.get(pk=pk).state
    except NotNow:
        return None
    except Forbidden:
        return "forbidden"
    finally:
        transaction.savepoint_rollback(mark)


VERBS = {Panel: ["assign", "open", "lock", "conclude"], Sheet: ["attest", "lock", "recuse", "reopen"]}


@pytest.mark.parametrize("state", P.values)
def test_a_panel_in_each_state_asked_each_verb(cast, state):
    panel = PANEL_IN[P(state)](cast)
    by = {"conclude": cast.chair}
    found = {v: outcome(Panel, panel.pk, v, by.get(v, cast.secretary)) for v in VERBS[Panel]}
    assert found == {verb: leads_to(PANEL, verb, state) for verb in VERBS[Panel]}


@pytest.mark.parametrize("state", D.values)
def test_a_dossier_in_each_state_asked_for_its_verdict(cast, state):
    panel = stage.concluded(cast) if state == D.JUDGED else stage.locked(cast)
    found = outcome(Dossier, panel.dossiers.first().pk, "give_verdict", SYSTEM)
    assert found == leads_to(DOSSIER, "give_verdict", state)


def sheet_in(cast, state):
    panel = stage.scoring(cast)
    sheet = panel.sheets.order_by("pk").first()
    if state == S.OPEN:
        stage.fill(cast, sheet, lock=False)
    if state == S.LOCKED:
        stage.fill(cast, sheet)
        services.ask_reopen(sheet_id=sheet.pk, reason="漏看附件", by=cast.chair, now=stage.NOW)
    if state == S.RECUSED:
        services.recuse(sheet_id=sheet.pk, reason="亲属", by=cast.expert(sheet), now=stage.NOW)
    return sheet


@pytest.mark.parametrize("state", S.values)
def test_a_sheet_in_each_state_asked_each_verb(cast, state):
    sheet = sheet_in(cast, S(state))
    by = {"reopen": cast.supervisor}
    found = {v: outcome(Sheet, sheet.pk, v, by.get(v, cast.expert(sheet))) for v in VERBS[Sheet]}
    assert found == {verb: leads_to(SHEET, verb, state) for verb in VERBS[Sheet]}


@pytest.mark.parametrize(
    ("verb", "build"), [("open", stage.assigned), ("lock", stage.all_filled), ("conclude", stage.signed)]
)
def test_nobody_without_the_seat_moves_a_panel(cast, verb, build):
    panel = build(cast)
    outsiders = [cast.stranger, cast.auditor, cast.supervisor, cast.clerk, next(iter(cast.experts.values()))]
    assert {outcome(Panel, panel.pk, verb, who) for who in outsiders} == {"forbidden"}


@pytest.mark.parametrize(("state", "verb"), [(S.ASSIGNED, "attest"), (S.OPEN, "lock"), (S.LOCKED, "reopen")])
def test_nobody_but_its_own_person_moves_a_sheet(cast, state, verb):
    sheet = sheet_in(cast, state)
    others = [cast.stranger, cast.auditor, cast.clerk, cast.chair, cast.secretary]
    others.append(cast.expert(sheet) if verb == "reopen" else cast.supervisor)
    others.append(next(a for a in cast.experts.values() if a.person_id != sheet.reviewer_id))
    assert {outcome(Sheet, sheet.pk, verb, who) for who in others} == {"forbidden"}


def test_only_the_kernel_gives_verdicts(cast):
    dossier = stage.locked(cast).dossiers.first()
    people = [cast.chair, cast.secretary, cast.clerk, cast.supervisor]
    assert {outcome(Dossier, dossier.pk, "give_verdict", who) for who in people} == {"forbidden"}
