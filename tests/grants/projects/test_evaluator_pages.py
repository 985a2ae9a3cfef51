"""The evaluator finds the file of the project behind a sheet, and nobody learns whose sheet it is."""

from __future__ import annotations

import pytest
import time_machine
from django.urls import reverse

from core.lifecycle import creating
from core.policy import SYSTEM
from evaluations.experts.services import register_expert
from evaluations.panels.models import Dossier, Panel, PanelSeat, Sheet
from orgs.people.models import Person
from tests.evaluations.cast import RULE
from tests.grants.funding import MIDTERM
from tests.grants.pages import text_of
from tests.orgs.builders import a_body, browser, someone

pytestmark = pytest.mark.django_db
WORK = "/projects/?waits=judging"


@pytest.fixture
def judged(fund):
    """A mid-term report that lies before one of two evaluators."""
    fund.sign()
    fund.hold_activity(fund.grantee)
    report = fund.report(fund.grantee, "midterm", MIDTERM)
    firm = a_body("evaluator_firm", "南湖评估中心")
    fund.evaluator, fund.colleague = (
        someone("罗评估", firm, "evaluator"),
        someone("宋评估", firm, "evaluator"),
    )
    who = Person.objects.get(pk=fund.evaluator.person_id)
    expert = register_expert(person_id=who.pk, fields=[], by=fund.office.clerk, now=MIDTERM)
    made = {"by": SYSTEM, "now": MIDTERM, "permission": "panels.seat"}
    panel = creating(Panel(round_code=fund.round.code, stage="midterm", name="中期一组", rule=RULE), **made)
    seat = creating(PanelSeat(panel=panel, person=who, expert=expert, kind="reviewer"), **made)
    dossier = Dossier.objects.get(pk=report.dossier_id)
    creating(Sheet(panel=panel, dossier=dossier, seat=seat, reviewer=who), **made)
    return fund


def test_the_desk_leads_the_evaluator_to_the_file_of_the_project(judged):
    with time_machine.travel(MIDTERM, tick=False):
        evaluator, colleague = browser(judged.evaluator), browser(judged.colleague)
        assert WORK in text_of(evaluator.get("/desk/"))
        assert "银龄守望1号" in text_of(evaluator.get(WORK))
        assert WORK not in text_of(colleague.get("/desk/"))
        assert "银龄守望1号" not in text_of(colleague.get(WORK))
        page = reverse("project", args=[judged.grantee.project.public_id])
        report = reverse("report", args=[judged.grantee.project.public_id, "midterm"])
        assert "按计划每周" in text_of(evaluator.get(report))
        assert "我可以办理" not in text_of(evaluator.get(page))


def test_nobody_reads_on_a_project_who_judges_it(judged):
    project = judged.grantee.project
    pages = [
        reverse("project", args=[project.public_id]),
        reverse("report", args=[project.public_id, "midterm"]),
    ]
    with time_machine.travel(MIDTERM, tick=False):
        for who in (judged.grantee.admin, judged.office.clerk, judged.colleague):
            for page in pages:
                text = text_of(browser(who).get(page))
                assert "罗评估" not in text and "中期一组" not in text
