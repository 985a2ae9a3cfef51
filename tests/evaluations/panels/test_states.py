"""Every state asked every verb: exactly the table, for panel, dossier and sheet."""

from __future__ import annotations

import itertools

import pytest

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
    try:
        take(model, pk, verb, by)
    except NotNow:
        return None
    return model.objects.get(pk=pk).state


@pytest.mark.parametrize(
    ("state", "verb"), list(itertools.product(P.values, ["assign", "open", "lock", "conclude"]))
)
def test_a_panel_in_each_state_asked_each_verb(cast, state, verb):
    panel = PANEL_IN[P(state)](cast)
    by = cast.chair if verb == "conclude" else cast.secretary
    assert outcome(Panel, panel.pk, verb, by) == leads_to(PANEL, verb, state)


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


@pytest.mark.parametrize(
    ("state", "verb"), list(itertools.product(S.values, ["attest", "lock", "recuse", "reopen"]))
)
def test_a_sheet_in_each_state_asked_each_verb(cast, state, verb):
    sheet = sheet_in(cast, S(state))
    by = cast.supervisor if verb == "reopen" else cast.expert(sheet)
    assert outcome(Sheet, sheet.pk, verb, by) == leads_to(SHEET, verb, state)


OUTSIDERS = ["stranger", "auditor", "supervisor", "clerk"]


@pytest.mark.parametrize(("who", "verb"), list(itertools.product(OUTSIDERS, ["open", "lock", "conclude"])))
def test_nobody_without_the_seat_moves_a_panel(cast, who, verb):
    states = {"open": stage.assigned, "lock": stage.all_filled, "conclude": stage.signed}
    panel = states[verb](cast)
    with pytest.raises(Forbidden):
        take(Panel, panel.pk, verb, getattr(cast, who))
    assert Panel.objects.get(pk=panel.pk).state == panel.state


@pytest.mark.parametrize(
    ("who", "state", "verb"),
    [(w, *p) for w in [*OUTSIDERS, "chair", "secretary"] for p in ((S.ASSIGNED, "attest"), (S.OPEN, "lock"))],
)
def test_nobody_but_its_reviewer_attests_or_locks_a_sheet(cast, who, state, verb):
    sheet = sheet_in(cast, state)
    with pytest.raises(Forbidden):
        take(Sheet, sheet.pk, verb, getattr(cast, who))


@pytest.mark.parametrize("who", ["stranger", "auditor", "secretary", "chair", "clerk"])
def test_nobody_but_a_supervisor_reopens(cast, who):
    sheet = sheet_in(cast, S.LOCKED)
    with pytest.raises(Forbidden):
        take(Sheet, sheet.pk, "reopen", getattr(cast, who))


def test_only_the_kernel_gives_verdicts(cast):
    panel = stage.locked(cast)
    for who in (cast.chair, cast.secretary, cast.clerk, cast.supervisor):
        with pytest.raises(Forbidden):
            take(Dossier, panel.dossiers.first().pk, "give_verdict", who)
