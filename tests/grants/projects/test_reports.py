"""Mid-term and final reports: frozen, nameless, judged; what follows from each verdict."""

from __future__ import annotations

import json
from datetime import date

import pytest

from core.errors import NotNow, RulesBroken
from grants.payments.models import Tranche
from grants.projects import services
from grants.projects.models import Report
from tests.grants.funding import FINAL, MIDTERM, MIDTERM_ANSWERS, SECOND, SIGNED, Fund, at

pytestmark = pytest.mark.django_db


def test_a_report_needs_answers_and_an_activity(fund):
    fund.sign()
    hand_in = {"project_id": fund.grantee.pk, "stage": "midterm", "by": fund.grantee.admin, "now": MIDTERM}
    with pytest.raises(NotNow):
        services.submit_report(**hand_in)
    services.save_report(
        project_id=fund.grantee.pk,
        stage="midterm",
        answers={"beneficiaries": 3},
        by=fund.grantee.editor,
        now=MIDTERM,
    )
    with pytest.raises(RulesBroken) as refused:
        services.submit_report(**hand_in)
    assert {one.code for one in refused.value.violations} == {"J1", "J4"}
    assert fund.grantee.project.state == "active"


def test_the_panel_sees_no_name_of_the_parties(fund):
    fund.sign()
    fund.hold_activity(fund.grantee)
    answers = MIDTERM_ANSWERS | {"problems": f"{fund.grantee.body.name}的志愿者不足，下一步由社区协助招募。"}
    services.save_report(
        project_id=fund.grantee.pk, stage="midterm", answers=answers, by=fund.grantee.editor, now=MIDTERM
    )
    report = services.submit_report(
        project_id=fund.grantee.pk, stage="midterm", by=fund.grantee.admin, now=MIDTERM
    )
    seen = json.dumps(report.dossier.snapshot, ensure_ascii=False)
    assert "本机构的志愿者不足" in seen
    assert fund.grantee.body.name not in seen + report.dossier.title + report.dossier.code
    assert set(report.dossier.party_bodies) == {fund.grantee.body.pk}


def test_a_late_report_is_taken_and_marked(fund):
    fund.sign()
    fund.hold_activity(fund.grantee)
    report = fund.report(fund.grantee, "midterm", at("2026-10-31"))
    assert report.marks == ["late_report"]
    assert report.dossier.facts == {"deductions": ["late_report"]}


def test_passing_the_midterm_makes_the_second_instalment_due(fund):
    project = fund.reach_midterm(fund.grantee)
    assert (project.state, project.midterm_passed) == ("active", True)
    assert fund.grantee.tranche(2).state == "due"


def test_failing_sets_a_day_and_the_second_try_may_pass(fund):
    project = fund.reach_midterm(fund.grantee, "55.00", SECOND)
    assert project.state == "rectifying"
    assert project.rectify_by == date(2026, 12, 11)  # twenty working days
    assert fund.grantee.tranche(2).state == "planned"
    again = fund.report(fund.grantee, "midterm", at("2026-12-01"))
    assert (again.no, again.due_on) == (2, date(2026, 12, 11))
    fund.judge(again, "75.00", at("2026-12-08"))
    assert (fund.grantee.project.state, fund.grantee.tranche(2).state) == ("active", "due")


def test_failing_twice_leaves_the_leader_to_decide(fund):
    fund.reach_midterm(fund.grantee, "55.00", SECOND)
    fund.judge(fund.report(fund.grantee, "midterm", at("2026-12-01")), "50.00", at("2026-12-08"))
    project = fund.grantee.project
    assert (project.state, project.midterm_failures) == ("rectifying", 2)
    with pytest.raises(NotNow):
        fund.report(fund.grantee, "midterm", at("2026-12-10"))
    services.terminate_project(
        project_id=project.pk, reason="复评仍不合格", by=fund.office.leader, now=at("2026-12-15")
    )
    assert fund.grantee.project.state == "recovering"


def test_what_waits_to_be_paid_is_held_while_things_are_put_right(fund):
    fund.sign()
    fund.hold_activity(fund.grantee)
    fund.judge(fund.report(fund.grantee, "midterm", MIDTERM), "50.00", MIDTERM)
    first = fund.grantee.tranche(1)
    assert (first.state, first.held_because) == ("held", "rectifying")
    fund.judge(fund.report(fund.grantee, "midterm", SECOND), "80.00", SECOND)
    assert fund.grantee.tranche(1).state == "due"


def test_a_final_report_comes_after_the_midterm(fund):
    fund.sign()
    fund.hold_activity(fund.grantee)
    with pytest.raises(NotNow):
        fund.report(fund.grantee, "final", FINAL)


def test_a_micro_project_has_no_midterm(db):
    fund = Fund(yuan=10_000, tracks=MICRO)
    fund.sign()
    fund.pay(1, SIGNED)
    fund.hold_activity(fund.grantee)
    with pytest.raises(NotNow):
        fund.report(fund.grantee, "midterm", MIDTERM)
    services.save_report(
        project_id=fund.grantee.pk, stage="final", answers={}, by=fund.grantee.editor, now=FINAL
    )
    fund.judge(fund.report(fund.grantee, "final", FINAL), "90.00", FINAL)
    assert fund.grantee.project.state == "auditing"
    assert [t.percent for t in Tranche.objects.all()] == [80, 20]


MICRO = {
    "light": {
        "cap_yuan": 20_000,
        "applicants": "any",
        "midterm": False,
        "tranches": [[80, "agreement_signed"], [20, "audit_settled"]],
    }
}


def test_a_failed_final_waits_for_the_leader(fund):
    fund.reach_midterm(fund.grantee)
    fund.judge(fund.report(fund.grantee, "final", FINAL), "40.00", FINAL)
    project = fund.grantee.project
    assert (project.state, project.final_failed) == ("final_review", True)
    assert Report.objects.get(stage="final").state == "failed"
