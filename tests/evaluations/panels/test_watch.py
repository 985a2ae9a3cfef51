"""What verify finds, what a list costs, what the desk tells, and the documents of a panel."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import DatabaseError, connection, transaction
from django.template.loader import render_to_string
from django.test.utils import CaptureQueriesContext

from core.audit.verify import problems
from core.documents import document_named, render_document
from core.policy import ANONYMOUS
from evaluations.panels import selectors, services
from evaluations.panels.models import AssignmentRun, Dossier, Panel, Sheet, SheetVersion
from tests.evaluations import cast as stage
from tests.evaluations.cast import NOW


def found(code):
    return {problem.where for problem in problems(code)}


def test_a_whole_panel_leaves_nothing_for_verify_to_find(cast):
    stage.concluded(cast, dossiers=3)
    assert problems() == []


def test_a_recused_sheet_smuggled_into_a_score_is_named(cast):
    panel = stage.concluded(cast)
    dossier = panel.dossiers.first()
    sheet = dossier.sheets.filter(state="locked").first()
    Sheet.objects.filter(pk=sheet.pk).update(state="recused", recusal="late")
    assert found("I4") == {f"panels.dossier:{dossier.pk}"}


def test_a_score_by_somebody_without_the_seat_is_named(cast):
    panel = stage.concluded(cast)
    sheet = panel.sheets.filter(state="locked").first()
    Sheet.objects.filter(pk=sheet.pk).update(reviewer_id=cast.stranger.person_id)
    assert f"panels.sheet:{sheet.pk}" in found("I4")


def test_points_changed_after_the_lock_are_named(cast):
    panel = stage.concluded(cast)
    sheet = panel.sheets.filter(state="locked").first()
    Sheet.objects.filter(pk=sheet.pk).update(scores={**sheet.scores, "needs": "40"})
    assert found("I5") == {f"panels.sheet:{sheet.pk}"}


def test_an_edition_without_a_reopening_in_the_log_is_named(cast):
    sheet = stage.locked(cast).sheets.first()
    Sheet.objects.filter(pk=sheet.pk).update(edition=2)
    assert found("I5") == {f"panels.sheet:{sheet.pk}"}


def test_an_official_score_that_does_not_follow_from_the_sheets_is_named(cast):
    dossier = stage.concluded(cast).dossiers.first()
    Dossier.objects.filter(pk=dossier.pk).update(official_score="99.00")
    assert found("I5a") == {f"panels.dossier:{dossier.pk}"}


def test_a_dossier_changed_after_it_was_handed_in_is_named(cast):
    dossier = stage.concluded(cast).dossiers.first()
    Dossier.objects.filter(pk=dossier.pk).update(snapshot={"摘要": "改写"})
    assert found("I3b") == {f"panels.dossier:{dossier.pk}"}


@pytest.mark.parametrize("model", [SheetVersion, AssignmentRun])
def test_the_database_itself_refuses_to_rewrite_what_is_kept(cast, model):
    stage.locked(cast)
    row = model.objects.first()
    for spoil in (
        lambda: model.objects.filter(pk=row.pk).update(**{row._meta.fields[2].attname: 9}),
        lambda: model.objects.filter(pk=row.pk).delete(),
    ):
        with pytest.raises(DatabaseError), transaction.atomic():
            spoil()


def queries(call):
    with CaptureQueriesContext(
        connection,
    ) as captured:
        call()
    return len(captured)


def test_lists_cost_the_same_for_one_dossier_and_for_three(cast):
    counts = []
    for number, dossiers in enumerate((1, 3)):
        panel = stage.forming(cast, dossiers=0, reviewers=7) if number == 0 else None
        panel = panel or another_panel(cast)
        made = [stage.dossier(cast, 20 + 10 * number + n).pk for n in range(dossiers)]
        services.add_dossiers(panel_id=panel.pk, dossier_ids=made, by=cast.clerk, now=NOW)
        services.assign_sheets(panel_id=panel.pk, seed="s", by=cast.secretary, now=NOW)
        services.open_panel(panel_id=panel.pk, by=cast.secretary, now=NOW)
        for sheet in panel.sheets.all():
            stage.fill(cast, sheet)
        panel = Panel.objects.get(pk=panel.pk)
        counts.append(
            (
                queries(lambda p=panel: selectors.ranking(p)),
                queries(lambda p=panel: selectors.progress(p)),
                queries(lambda p=panel: selectors.results(p)),
                queries(lambda p=panel: p.short_dossiers()),
                queries(lambda p=panel: selectors.todo_for(cast.secretary, now=NOW)),
                queries(lambda: selectors.todo_for(next(iter(cast.experts.values())), now=NOW)),
            )
        )
    assert counts[0] == counts[1]
    assert max(counts[0]) <= 3


def another_panel(cast):
    from evaluations.experts.models import Expert

    panel = services.form_panel(
        round_code=stage.ROUND, stage="application", name="二组", rule=stage.RULE, by=cast.clerk, now=NOW
    )
    for expert in Expert.objects.order_by("code")[:7]:
        services.seat_expert(panel_id=panel.pk, expert_id=expert.pk, kind="reviewer", by=cast.clerk, now=NOW)
    for officer, kind in ((cast.chair, "chair"), (cast.secretary, "secretary")):
        services.seat_officer(
            panel_id=panel.pk, person_id=officer.person_id, kind=kind, by=cast.clerk, now=NOW
        )
    return panel


def labels(who):
    return {str(todo.label): todo.count for todo in selectors.todo_for(who, now=NOW) if todo.count}


def test_each_desk_tells_what_waits_there_and_nowhere_else(cast):
    panel = stage.forming(cast, dossiers=1)
    stage.dossier(cast, 50)
    assert labels(cast.clerk) == {"待编入评审组的材料": 1}
    assert "待分配材料的评审组" in labels(cast.secretary)
    services.assign_sheets(panel_id=panel.pk, seed="s", by=cast.secretary, now=NOW)
    sheet = panel.sheets.order_by("pk").first()
    who = cast.expert(sheet)
    assert labels(who) == {} and "待开放评分的评审组" in labels(cast.secretary)
    services.open_panel(panel_id=panel.pk, by=cast.secretary, now=NOW)
    assert labels(who) == {"待声明是否回避的材料": 1}
    services.attest(sheet_id=sheet.pk, by=who, now=NOW)
    assert labels(who) == {"待完成的评分表": 1}
    assert labels(cast.stranger) == labels(ANONYMOUS) == {}


def test_the_last_desks_are_secretary_supervisor_and_chair(cast):
    panel = stage.locked(cast)
    assert "待签署结果的评审组" in labels(cast.secretary) and labels(cast.chair) == {}
    services.sign_conclusion(panel_id=panel.pk, by=cast.secretary, now=NOW)
    assert labels(cast.chair) == {"待主席作出结论的评审组": 1}
    sheet = panel.sheets.first()
    services.ask_reopen(sheet_id=sheet.pk, reason="漏看", by=cast.chair, now=NOW)
    assert labels(cast.supervisor) == {"待监督确认的重开评分申请": 1}


def test_work_of_a_reviewer_carries_the_panels_deadline(cast):
    panel = stage.scoring(cast, dossiers=1)
    due = NOW + timedelta(days=1)
    Panel.objects.filter(pk=panel.pk).update(due_at=due)
    todos = selectors.todo_for(cast.expert(panel.sheets.first()), now=NOW)
    assert [todo.due for todo in todos if todo.count] == [due]


def test_the_cut_line_tells_safe_from_doubtful(cast):
    panel = stage.scoring(cast, dossiers=3)
    for sheet in panel.sheets.select_related("dossier").order_by("pk"):
        stage.fill(cast, sheet, needs={"A-001": "38", "A-002": "30", "A-003": "16"}[sheet.dossier.code])
    services.lock_panel(panel_id=panel.pk, by=cast.secretary, now=NOW)
    asked = {"A-001": 2_000_000, "A-002": 2_000_000, "A-003": 2_000_000}
    line = selectors.cut_line(
        Panel.objects.get(), category="elderly", asked_fen=asked, budget_fen=4_500_000, draws=200
    )
    assert [(s.dossier, s.funded, s.band) for s in line] == [
        ("A-001", True, "in"),
        ("A-002", True, "in"),
        ("A-003", False, "out"),
    ]


def names_of_experts(cast):
    from orgs.people.models import Person

    return list(Person.objects.filter(expert__isnull=False).values_list("name", flat=True))


def test_the_public_summary_numbers_the_experts_and_the_archive_names_them(cast):
    panel = stage.concluded(cast, dossiers=3)
    pages = {}
    for code in ("panels.score_summary", "panels.score_summary_named"):
        document = document_named(code)
        pages[code] = render_to_string(document.template, {"title": "表", **document.context(panel.pk)})
    public, archive = pages["panels.score_summary"], pages["panels.score_summary_named"]
    involved = {s.reviewer.name for s in panel.sheets.select_related("reviewer")}
    assert [name for name in names_of_experts(cast) if name in public] == []
    assert "主席甲" not in public and "专家1" in public and "ZJ0" not in public
    assert all(name in archive for name in involved) and "主席甲" in archive and "秘书甲" in archive
    for dossier in panel.dossiers.all():
        assert f"{dossier.official_score:.2f}" in public and dossier.title in public
    assert "养老助残" in public and "elderly" not in public
    assert "(" in public and Panel.objects.get().signed_digest in public


def test_the_summary_is_a_pdf_and_the_same_content_gives_the_same_bytes(cast):
    panel = stage.concluded(cast, dossiers=1)
    data = render_document("panels.score_summary", panel.pk, now=NOW)
    assert data.startswith(b"%PDF-") and data == render_document("panels.score_summary", panel.pk, now=NOW)
