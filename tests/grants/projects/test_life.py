"""One project from award to the auditor, and each way it can leave the road."""

from __future__ import annotations

import pytest

from grants.projects.models import Project
from tests.grants.funding import FINAL, SIGNED

pytestmark = pytest.mark.django_db


def test_an_award_becomes_a_project_that_waits_for_its_agreement(fund):
    project = fund.grantee.project
    assert project.state == "awaiting_agreement"
    assert project.number == "WCCT-2026-YL-001"
    assert project.sign_by.isoformat() == "2026-06-30"  # ten working days, the dragon-boat holiday between
    assert [line.amount_fen for line in project.budgets.get().lines.all()] == [500_000, 1_000_000, 500_000]
    assert project.agreement.content["amount_capital"] == "人民币贰万元整"
    assert [t["amount_fen"] for t in project.agreement.content["tranches"]] == [1_000_000, 800_000, 200_000]


def test_signed_by_both_the_project_runs(fund):
    project = fund.sign()
    assert project.state == "active"
    assert project.signed_on == SIGNED.date()
    assert project.eligible_from.isoformat() == "2026-07-01"


def test_the_whole_way_to_the_auditor(fund):
    project = fund.reach_audit(fund.grantee)
    assert project.state == "auditing"
    assert (project.midterm_passed, project.final_passed, project.band) == (True, True, "good")
    assert Project.objects.get().state_since == FINAL
