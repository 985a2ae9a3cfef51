"""Standing still, ending early, and a round that cannot close over an open project."""

from __future__ import annotations

import pytest

from core import policy
from core.errors import NotNow, Refused
from grants.projects import services
from grants.projects.models import Project
from grants.projects.selectors import earlier_projects, idle_since, todo_for, visible_to
from grants.rounds.services import close_round, start_execution
from tests.grants.funding import AUDIT, AWARDED, FINAL, MIDTERM, SECOND, SIGNED, STARTED, Fund
from tests.grants.tables import force

pytestmark = pytest.mark.django_db


def test_nothing_is_paid_while_a_project_stands_still(fund):
    fund.sign()
    stop = {"project_id": fund.grantee.pk, "by": fund.office.section_chief, "now": STARTED}
    services.suspend_project(reason="负责人失联", **stop)
    assert fund.grantee.tranche(1).state == "held"
    with pytest.raises(NotNow):
        fund.order(1, STARTED)
    services.resume_project(reason="已恢复", **stop)
    assert (fund.grantee.project.state, fund.grantee.tranche(1).state) == ("active", "due")


def test_a_termination_says_why(fund):
    fund.sign()
    with pytest.raises(Refused):
        services.terminate_project(project_id=fund.grantee.pk, reason=" ", by=fund.office.leader, now=STARTED)


def test_an_unpaid_project_is_terminated_and_closed_at_once(fund):
    fund.sign()
    services.terminate_project(
        project_id=fund.grantee.pk, reason="主动退出", by=fund.office.leader, now=STARTED
    )
    project = fund.grantee.project
    assert (project.state, project.was_stopped) == ("closed", True)
    assert project.plan.open_fen == 0


def test_a_round_does_not_close_over_an_open_project(fund):
    start_execution(round_id=fund.round.pk, by=fund.office.section_chief, now=AWARDED)
    fund.sign()
    with pytest.raises(NotNow) as refused:
        close_round(round_id=fund.round.pk, by=fund.office.section_chief, now=STARTED)
    assert refused.value.code == "projects_open"
    services.terminate_project(project_id=fund.grantee.pk, reason="退出", by=fund.office.leader, now=STARTED)
    close_round(round_id=fund.round.pk, by=fund.office.section_chief, now=STARTED)


def test_the_next_round_hears_of_this_one(fund):
    heard = lambda: earlier_projects([fund.grantee.body.pk])[fund.grantee.body.pk][0]  # noqa: E731
    assert (heard().report_filed, heard().settled, heard().failed) == (False, False, False)
    force(fund.grantee.project, state="auditing", signed_on=SIGNED.date())
    assert (heard().report_filed, heard().settled) == (True, False)
    force(fund.grantee.project, state="closed")
    assert heard().settled
    force(fund.grantee.project, was_stopped=True)
    assert heard().failed and not heard().settled


def test_each_sees_what_is_theirs(db):
    fund = Fund(2)
    mine, other = fund.grantees
    assert list(visible_to(mine.admin)) == [mine.project]
    assert list(visible_to(fund.office.stranger)) == []
    assert visible_to(fund.office.clerk).count() == 2
    for actor in (mine.admin, fund.office.clerk, fund.office.stranger, fund.cashier, other.finance):
        seen = {p.pk for p in visible_to(actor)}
        assert seen == {p.pk for p in Project.objects.all() if policy.check(actor, "projects.view", p)}


def labels(actor, now):
    return {str(todo.label): todo.count for todo in todo_for(actor, now) if todo.count}


def test_the_desk_says_what_waits(fund):
    assert labels(fund.grantee.admin, SIGNED) == {"待签署的协议": 1}
    assert labels(fund.office.section_chief, MIDTERM) == {"逾期未签约的项目": 1}
    fund.accept()
    assert labels(fund.office.leader, SIGNED) == {"待主办单位签署的协议": 1}
    force(fund.grantee.project, state="active", signed_on=SIGNED.date())
    assert labels(fund.grantee.admin, STARTED) == {"待提交的中期报告": 1}
    force(fund.grantee.project, state="rectifying", midterm_failures=2)
    assert labels(fund.office.leader, SECOND) == {"评估不合格、待决定是否终止的项目": 1}
    assert labels(fund.office.stranger, FINAL) == {}


def test_the_desk_counts_in_a_fixed_number_of_queries(fund, django_assert_max_num_queries):
    with django_assert_max_num_queries(12):
        todo_for(fund.grantee.admin, AUDIT)


def test_a_project_without_activity_is_noticed(fund):
    fund.sign()
    assert list(idle_since(fund.round, MIDTERM.date())) == [fund.grantee.project]
    fund.hold_activity(fund.grantee, MIDTERM)
    assert list(idle_since(fund.round, MIDTERM.date())) == []
