"""Every state times every verb, and every permission times every role."""

from __future__ import annotations

import pytest

from core.policy import SYSTEM
from grants.payments.models import PaymentPlan, Tranche
from grants.projects.lifecycle import A, C, E, J, R
from grants.projects.models import Agreement, ChangeRequest, Expense, Project, Report
from grants.projects.permissions import PERMISSIONS
from grants.projects.services import request_extension
from tests.grants.funding import MIDTERM, SIGNED, STARTED
from tests.grants.tables import FORBIDDEN, NOT_NOW, admitted, answers, edges, force, outcome, spelled

pytestmark = pytest.mark.django_db

PROJECT = {
    "awaiting_agreement": "sign active, lapse lapsed",
    "active": "submit_midterm midterm_review, submit_final final_review, suspend suspended",
    "midterm_review": "pass_midterm active, fail_midterm rectifying",
    "rectifying": "submit_midterm midterm_review, suspend suspended",
    "suspended": "resume active",
    "final_review": "pass_final auditing",
    "auditing": "settle settled",
    "settled recovering": "close closed",
    "closed": "archive archived",
}
STOPPABLE = "active midterm_review rectifying suspended final_review auditing"
PROJECT |= {STOPPABLE: "terminate recovering, revoke recovering"}
REVOKED = {("settled", "revoke", "recovering")}
AGREEMENT = {"prepared": "accept accepted", "accepted": "countersign signed"}
REPORT = {"draft": "submit submitted", "submitted": "mark_passed passed, mark_failed failed"}
CHANGE = {"requested": "record recorded, approve approved, refuse refused"}
EXPENSE = {"recorded": "void voided"}


def actor_for(fund, verb):
    """Return who presses a verb of a project."""
    office, by = fund.office, fund.grantee
    return {
        "sign": office.section_chief,
        "submit_midterm": by.admin,
        "submit_final": by.admin,
        "settle": office.section_chief,
        "archive": office.clerk,
        "suspend": office.section_chief,
        "resume": office.section_chief,
        "terminate": office.leader,
        "revoke": office.leader,
    }.get(verb, SYSTEM)


def ready(fund, project, state, verb):
    """Put the project where every guard of a verb would let it pass, so that only the table can refuse."""
    flags = {"midterm_passed": verb == "submit_final", "final_passed": True, "signed_on": SIGNED.date()}
    force(project, state=state, **flags)
    force(project.agreement, state=A.SIGNED, **SEALED)
    if verb == "close":
        for tranche in project.tranches.all():
            force(tranche, state="cancelled", released_fen=tranche.amount_fen)
        force(PaymentPlan.objects.get(project=project), released_fen=project.award_fen)


SEALED = {"pdf_sha256": "a" * 64, "seal_sha256": "b" * 64, "accepted_by_id": 1, "countersigned_by_id": 2}


def test_the_table_of_a_project_is_the_one_that_was_decided():
    assert edges(Project) == spelled(PROJECT) | REVOKED


def test_a_project_in_each_state_asked_each_verb(fund):
    project, table = fund.grantee.project, spelled(PROJECT) | REVOKED
    verbs = sorted({verb for _s, verb, _t in table})
    found = {}
    for state in J.values:
        for verb in verbs:
            ready(fund, project, state, verb)
            found.setdefault(state, {})[verb] = outcome(project, verb, actor_for(fund, verb))
    assert found == answers(table, J.values, verbs)


def test_guards_refuse_what_the_table_would_allow(fund):
    project, by = fund.grantee.project, fund.grantee
    assert outcome(project, "sign", fund.office.section_chief) == NOT_NOW
    fund.sign()
    assert outcome(project, "submit_final", by.admin) == NOT_NOW
    force(project, midterm_failures=2)
    assert outcome(project, "submit_midterm", by.admin) == NOT_NOW
    force(project, state="final_review", final_passed=False)
    assert outcome(project, "pass_final", SYSTEM) == NOT_NOW
    force(project, state="settled")
    assert outcome(project, "close", SYSTEM) == NOT_NOW  # money is open


def test_the_papers_of_a_project_have_the_tables_that_were_decided():
    for model, table in (
        (Agreement, AGREEMENT),
        (Report, REPORT),
        (ChangeRequest, CHANGE),
        (Expense, EXPENSE),
    ):
        assert edges(model) == spelled(table), model


def ask(obj, states, actors, prepare):
    """Put the object in each state and ask it every verb."""
    found = {}
    for state in states:
        prepare(state)
        found[state] = {verb: outcome(obj, verb, by) for verb, by in actors.items()}
    return found


def test_an_agreement_in_each_state_asked_each_verb(fund):
    agreement = fund.grantee.project.agreement
    sealed = {**SEALED, "accepted_by_id": fund.grantee.admin.user_id}
    actors = {"accept": fund.grantee.admin, "countersign": fund.office.leader}
    found = ask(agreement, A.values, actors, lambda state: force(agreement, state=state, **sealed))
    assert found == answers(spelled(AGREEMENT), A.values, actors)


def test_a_report_in_each_state_asked_each_verb(fund):
    fund.sign()
    fund.hold_activity(fund.grantee)
    report = fund.report(fund.grantee, "midterm", MIDTERM)
    force(report.dossier, verdict="pass")
    actors = {"submit": fund.grantee.admin, "mark_passed": SYSTEM, "mark_failed": SYSTEM}
    found = ask(report, R.values, actors, lambda state: force(report, state=state))
    assert found == answers(spelled(REPORT), R.values, actors)


def test_a_change_in_each_state_asked_each_verb(fund):
    fund.sign()
    change = request_extension(
        project_id=fund.grantee.pk, months=1, reason="雨季", by=fund.grantee.admin, now=STARTED
    )
    chief = fund.office.section_chief
    actors = {"record": fund.grantee.admin, "approve": chief, "refuse": chief}
    found = ask(change, C.values, actors, lambda state: force(change, state=state))
    assert found == answers(spelled(CHANGE), C.values, actors)


def test_a_voucher_in_each_state_asked_its_verb(fund):
    fund.sign()
    expense = fund.spend(fund.grantee, 100)
    actors = {"void": fund.grantee.finance}
    found = ask(expense, E.values, actors, lambda state: force(expense, state=state))
    assert found == answers(spelled(EXPENSE), E.values, actors)


def test_no_outsider_moves_a_project(fund):
    others = Project.objects.get()
    stranger, rival = fund.office.stranger, fund.office.clerk
    for state, verb, _target in sorted(spelled(PROJECT)):
        ready(fund, others, state, verb)
        assert outcome(others, verb, stranger) == FORBIDDEN, verb
        if verb != "archive":
            assert outcome(others, verb, rival) == FORBIDDEN, verb


# Roles that a row admits although they belong to no party of the project, and roles of the grantee.
BUREAU = {"clerk", "section_chief", "leader"}
OUTSIDE = {
    "projects.view": BUREAU
    | {"finance_clerk", "finance_approver", "cashier", "supervisor", "operator", "evaluator", "auditor"},
    "projects.countersign": {"section_chief", "leader"},
    "projects.sign": {"section_chief", "leader"},
    "projects.lapse": {"section_chief"},
    "projects.decide_change": {"section_chief"},
    "projects.suspend": {"section_chief"},
    "projects.resume": {"section_chief"},
    "projects.terminate": {"leader"},
    "projects.revoke": {"leader"},
    "projects.settle": {"section_chief"},
    "projects.archive": {"clerk"},
}
APPLICANTS = {"applicant_admin", "applicant_editor", "applicant_finance"}
OUTSIDE["projects.list"] = OUTSIDE["projects.view"] | APPLICANTS | {"community_worker", "street_officer"}
OWN = {
    "projects.view": APPLICANTS | {"community_worker"},
    "projects.accept_agreement": {"applicant_admin", "community_worker"},
    "projects.record_activity": {"applicant_admin", "applicant_editor"},
    "projects.record_expense": {"applicant_admin", "applicant_finance", "community_worker"},
    "projects.void_expense": {"applicant_admin", "applicant_finance", "community_worker"},
    "projects.request_change": {"applicant_admin"},
    "projects.write_report": {"applicant_admin", "applicant_editor"},
    "projects.submit_report": {"applicant_admin"},
}


def test_every_row_admits_exactly_these_roles(fund):
    project = fund.grantee.project
    for name in PERMISSIONS:
        assert admitted(name, project) == OUTSIDE.get(name, set()), name
        inside = admitted(name, project, body_id=fund.grantee.body.pk)
        assert inside - admitted(name, project) == OWN.get(name, set()), name


@pytest.mark.parametrize(
    ("row", "fields"),
    [
        ("projects.read_rectification", {"midterm_failures": 1}),
        ("projects.read_certificate", {"state": "closed", "signed_on": SIGNED.date()}),
    ],
)
def test_a_paper_of_its_time_is_read_by_whoever_sees_the_project(fund, row, fields):
    force(fund.grantee.project, **fields)
    body = fund.grantee.body.pk
    assert admitted(row, fund.grantee.project) == OUTSIDE["projects.view"]
    assert admitted(row, fund.grantee.project, body_id=body) == admitted(
        "projects.view", fund.grantee.project, body_id=body
    )


def test_a_stopped_project_has_no_certificate(fund):
    force(fund.grantee.project, state="closed", signed_on=SIGNED.date(), was_stopped=True)
    assert admitted("projects.read_certificate", fund.grantee.project) == set()


def test_recusal_stands_above_every_row(fund):
    from dataclasses import replace

    friend = replace(fund.office.section_chief, interests=frozenset({fund.grantee.body.pk}))
    assert admitted("projects.view", fund.grantee.project, actors={"section_chief": friend}) == (
        OUTSIDE["projects.view"] - {"section_chief"}
    )
    assert Tranche.objects.count() == 3
