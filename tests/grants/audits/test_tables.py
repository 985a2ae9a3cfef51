"""Every state times every verb of engagement and finding; every row times every role."""

from __future__ import annotations

import pytest

from grants.audits.lifecycle import E, F
from grants.audits.models import AuditPage, Engagement, Finding
from grants.audits.permissions import PERMISSIONS
from grants.audits.services import raise_finding, start_fieldwork
from tests.grants.funding import AUDIT
from tests.grants.tables import FORBIDDEN, admitted, answers, edges, force, outcome, spelled

pytestmark = pytest.mark.django_db

ENGAGEMENT = {
    "engaged": "start fieldwork",
    "fieldwork": "issue findings_issued",
    "findings_issued": "close_replies replied",
    "replied": "conclude concluded",
}
FINDING = {"raised": "reply replied", "raised replied": "uphold upheld, lift lifted"}


@pytest.fixture
def audited(fund):
    fund.reach_audit(fund.grantee)
    fund.engagement = fund.engage()
    start_fieldwork(engagement_id=fund.engagement.pk, by=fund.auditor, now=AUDIT)
    fund.page = AuditPage.objects.get()
    fund.finding = raise_finding(
        page_id=fund.page.pk, expense_id=fund.grantee.project.expenses.first().pk, disallowed_fen=100,
        reason="无签收", by=fund.auditor, now=AUDIT,
    )  # fmt: skip
    return fund


def test_the_tables_are_those_that_were_decided():
    assert edges(Engagement) == spelled(ENGAGEMENT)
    assert edges(Finding) == spelled(FINDING)


def test_an_engagement_in_each_state_asked_each_verb(audited):
    force(audited.page, checked_at=AUDIT)
    force(audited.finding, state="upheld", final_fen=100)
    verbs = sorted({verb for _s, verb, _t in spelled(ENGAGEMENT)})
    found = {}
    for state in E.values:
        force(audited.engagement, state=state, report_no="9")
        found[state] = {verb: outcome(audited.engagement, verb, audited.auditor) for verb in verbs}
        for who in (audited.office.stranger, audited.office.clerk, audited.grantee.admin):
            assert {outcome(audited.engagement, verb, who) for verb in verbs} == {FORBIDDEN}
    assert found == answers(spelled(ENGAGEMENT), E.values, verbs)


def test_a_finding_in_each_state_asked_each_verb(audited):
    force(audited.engagement, state="findings_issued")
    actors = {"reply": audited.grantee.finance, "uphold": audited.auditor, "lift": audited.auditor}
    found = {}
    for state in F.values:
        force(audited.finding, state=state, final_fen=0)
        found[state] = {verb: outcome(audited.finding, verb, by) for verb, by in actors.items()}
        assert outcome(audited.finding, "uphold", audited.office.stranger) == FORBIDDEN
        assert outcome(audited.finding, "reply", audited.auditor) == FORBIDDEN
    assert found == answers(spelled(FINDING), F.values, actors)


FINANCE = {"finance_clerk", "finance_approver", "cashier"}
BUREAU = {"clerk", "section_chief", "leader"}
ROWS = {
    "audits.view": BUREAU | FINANCE | {"supervisor"},
    "audits.list": BUREAU | FINANCE | {"supervisor", "auditor"},
    "audits.list_pages": BUREAU
    | FINANCE
    | {
        "supervisor",
        "auditor",
        "applicant_admin",
        "applicant_editor",
        "applicant_finance",
        "community_worker",
    },
    "audits.engage": {"section_chief"},
    "audits.settle": {"section_chief"},
    "audits.archive": {"clerk"},
    "audits.read_archive": BUREAU | {"supervisor"},
}
OF_FIRM = {name: {"auditor"} for name in ("audits.view", "audits.audit", "audits.decide")}
OF_GRANTEE = {
    "audits.view": {"applicant_admin", "applicant_editor", "applicant_finance", "community_worker"},
    "audits.reply": {"applicant_admin", "applicant_finance", "community_worker"},
}


def test_every_row_admits_exactly_these_roles(audited):
    finding = audited.finding
    for name in PERMISSIONS:
        outside = admitted(name, finding)
        assert outside == ROWS.get(name, set()), name
        assert admitted(name, finding, body_id=audited.firm.pk) - outside == OF_FIRM.get(name, set()), name
        assert admitted(name, finding, body_id=audited.grantee.body.pk) == outside, name  # not issued yet
    force(audited.engagement, state="findings_issued")
    finding = Finding.objects.get()
    for name in PERMISSIONS:
        own = admitted(name, finding, body_id=audited.grantee.body.pk) - admitted(name, finding)
        assert own == OF_GRANTEE.get(name, set()), name
