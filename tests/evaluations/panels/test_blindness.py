"""No page of a reviewer can leak an applicant, and no colleague's score can leak to a reviewer."""

from __future__ import annotations

import ast
import json
from dataclasses import asdict
from pathlib import Path

import pytest

from core.errors import Forbidden, Refused
from core.policy import check
from evaluations.panels import selectors, services
from evaluations.panels.models import Panel, Sheet
from evaluations.panels.rules import blind
from tests.evaluations import cast as stage
from tests.evaluations.cast import BLIND, NOW

ROOT = Path(__file__).parents[3]


def imports(source: str) -> set[str]:
    found = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        if isinstance(node, ast.ImportFrom) and node.module:
            found.add(node.module)
    return {name.split(".")[0] for name in found}


def test_evaluations_import_nothing_from_grants_or_above():
    files = [p for p in (ROOT / "evaluations").rglob("*.py") if "migrations" not in p.parts]
    assert len(files) > 30
    offenders = {
        str(p) for p in files if imports(p.read_text()) & {"grants", "cms", "config", "wagtail", "tests"}
    }
    assert offenders == set()
    assert imports("import grants.proposals.models") == {"grants"}


def test_no_foreign_key_of_evaluations_points_into_grants():
    from django.apps import apps

    for label in ("rubrics", "experts", "panels"):
        for model in apps.get_app_config(label).get_models():
            targets = {
                f.related_model._meta.app_label for f in model._meta.concrete_fields if f.related_model
            }
            assert targets <= {"rubrics", "experts", "panels", "people"}


CANARIES = ["武昌区心光社会工作服务中心", "心光社工", "欧阳明澈"]


@pytest.fixture
def leaky(cast):
    """A dossier whose text betrays the applicant everywhere a text can."""
    return stage.dossier(
        cast,
        7,
        title="心光社工银龄守护项目",
        snapshot={
            "摘要": "武昌区心光社会工作服务中心（负责人欧阳明澈）为老人助餐",
            "活动": [{"名称": "心光社工志愿日", "心光社工说明": ["由欧阳明澈带队"]}],
        },
    )


def test_names_of_the_parties_are_veiled_wherever_they_stand(leaky):
    seen = json.dumps([leaky.title, leaky.snapshot], ensure_ascii=False)
    assert [name for name in CANARIES if name in seen] == []
    assert seen.count(blind.VEIL) == 6 and "银龄守护项目" in leaky.title


def test_brackets_of_the_other_width_do_not_save_a_name():
    hidden = blind.names_to_hide(["助学中心（武昌）"])
    assert blind.redact("助学中心(武昌)", hidden) == (blind.VEIL, 1)


def test_a_stage_that_is_not_blind_keeps_its_text(cast):
    from core.policy import SYSTEM
    from evaluations.rubrics.services import freeze_rubric

    spec = {"stage": "final", "criteria": [{"code": "a", "name": "A", "maximum": "100", "items": []}]}
    rubric = freeze_rubric(code="final", name="末期", spec=spec, by=SYSTEM, now=NOW)
    made = stage.dossier(
        cast, 3, stage="final", rubric_version=rubric, machine_points={}, title="心光社工项目"
    )
    assert made.title == "心光社工项目"


def test_a_reviewer_sees_nothing_before_declaring_and_the_team_only_after_the_blind_part(cast):
    panel = stage.scoring(cast, dossiers=1)
    sheet = panel.sheets.order_by("pk").first()
    who = cast.expert(sheet)
    seen = selectors.reading(sheet)
    assert (seen.content, seen.open_part, seen.machine_points) == (None, None, {})
    services.attest(sheet_id=sheet.pk, by=who, now=NOW)
    seen = selectors.reading(Sheet.objects.get(pk=sheet.pk))
    assert seen.content and seen.open_part is None
    services.lock_blind(sheet_id=sheet.pk, scores=BLIND, by=who, now=NOW)
    assert selectors.reading(Sheet.objects.get(pk=sheet.pk)).open_part == {"团队": "三名持证社工"}


def test_what_a_reviewer_reads_names_no_party_at_all(cast, leaky):
    panel = stage.forming(cast, dossiers=0)
    services.add_dossiers(panel_id=panel.pk, dossier_ids=[leaky.pk], by=cast.clerk, now=NOW)
    services.assign_sheets(panel_id=panel.pk, seed="s", by=cast.secretary, now=NOW)
    services.open_panel(panel_id=panel.pk, by=cast.secretary, now=NOW)
    sheet = panel.sheets.order_by("pk").first()
    services.attest(sheet_id=sheet.pk, by=cast.expert(sheet), now=NOW)
    text = repr(asdict(selectors.reading(Sheet.objects.get(pk=sheet.pk))))
    assert [name for name in CANARIES if name in text] == []


def test_a_reviewer_lists_and_views_own_sheets_only(cast):
    panel = stage.all_filled(cast)
    mine = panel.sheets.order_by("pk").first()
    who = cast.expert(mine)
    theirs = panel.sheets.exclude(reviewer_id=who.person_id).first()
    assert {s.reviewer_id for s in selectors.sheets_of(who)} == {who.person_id}
    assert check(who, "panels.view_sheet", mine) and not check(who, "panels.view_sheet", theirs)
    for service in (services.save_scores, services.lock_sheet, services.lock_blind):
        with pytest.raises(Forbidden):
            service(sheet_id=theirs.pk, scores={"needs": "1"}, by=who, now=NOW)


def test_nobody_without_a_person_owns_a_sheet(cast):
    from core.policy import ANONYMOUS

    stage.scoring(cast)
    assert not selectors.sheets_of(ANONYMOUS).exists()


def test_an_expert_reads_only_dossiers_declared_for(cast):
    panel = stage.scoring(cast, dossiers=3)
    sheet = panel.sheets.order_by("pk").first()
    who = cast.expert(sheet)
    assert not check(who, "panels.view_dossier", sheet.dossier)
    services.attest(sheet_id=sheet.pk, by=who, now=NOW)
    assert check(who, "panels.view_dossier", sheet.dossier)
    services.recuse(sheet_id=sheet.pk, reason="亲属", by=who, now=NOW)
    assert not check(who, "panels.view_dossier", sheet.dossier)
    assert not check(cast.stranger, "panels.view_dossier", sheet.dossier)


def test_until_the_lock_chair_secretary_and_supervisor_see_progress_but_no_score(cast):
    panel = stage.all_filled(cast)
    sheet = panel.sheets.first()
    for who in (cast.chair, cast.secretary, cast.supervisor, cast.auditor, cast.clerk):
        assert not check(who, "panels.view_sheet", sheet)
        assert not check(who, "panels.ranking", panel)
    assert selectors.progress_for(cast.chair, panel) == selectors.progress(panel)
    with pytest.raises(Forbidden):
        selectors.progress_for(cast.stranger, panel)
    totals = {str(t) for t in panel.sheets.values_list("total", flat=True)}
    assert not any(total in repr(selectors.progress(panel)) for total in totals)
    services.lock_panel(panel_id=panel.pk, by=cast.secretary, now=NOW)
    panel, sheet = Panel.objects.get(), Sheet.objects.get(pk=sheet.pk)
    for who in (cast.chair, cast.secretary, cast.supervisor, cast.auditor):
        assert check(who, "panels.view_sheet", sheet) and check(who, "panels.ranking", panel)


def test_the_progress_is_the_same_whoever_of_two_reviewers_scored_what(cast):
    """What the chair watches tells how many, never how high."""
    panel = stage.scoring(cast, dossiers=1)
    first, second = panel.sheets.order_by("pk")[:2]
    stage.fill(cast, first, needs="40")
    stage.fill(cast, second, needs="20")
    seen = selectors.progress(panel)
    assert seen.sheets == {"locked": 2, "assigned": 3}
    assert seen.dossiers == (("A-001", 5, 5, 2),)


def test_a_supervisor_changes_nothing(cast):
    panel = stage.scoring(cast)
    sheet = panel.sheets.first()
    for row in ("panels.score", "panels.attest", "panels.lock_sheet", "panels.recuse", "panels.ask_reopen"):
        assert not check(cast.supervisor, row, sheet)
    for row in (
        "panels.form",
        "panels.seat",
        "panels.assign",
        "panels.open",
        "panels.lock",
        "panels.conclude",
    ):
        assert not check(cast.supervisor, row, panel)


def test_points_and_facts_the_sheet_does_not_know_are_refused(cast):
    for wrong in ({"machine_points": {"needs": "40"}}, {"facts": {"bonus": ["charm"]}}):
        with pytest.raises(Refused):
            stage.dossier(cast, 6, **wrong)
