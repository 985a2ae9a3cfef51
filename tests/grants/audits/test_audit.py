"""The audit of a round: drawn, found, replied to, concluded, settled to the last fen."""

from __future__ import annotations

import doctest
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.audit.verify import problems
from core.errors import Forbidden, NotNow, Refused, RulesBroken
from grants.audits import rules, services
from grants.audits.models import AuditPage, Engagement, Finding, Settlement
from grants.audits.selectors import pages_to_settle, sampled_share, todo_for, visible_pages
from grants.payments.models import Recovery
from grants.payments.selectors import standings
from tests.grants.funding import AUDIT, SETTLED, Fund
from tests.orgs.builders import a_body, someone

pytestmark = pytest.mark.django_db


def test_examples_in_the_rules_hold():
    assert doctest.testmod(rules).failed == 0


@given(
    st.lists(st.tuples(st.integers(1, 6), st.integers(1, 10**6)), max_size=40),
    st.integers(30, 100),
    st.text(max_size=5),
)
def test_a_draw_is_large_enough_touches_every_project_and_can_be_repeated(rows, percent, seed):
    vouchers = [rules.Voucher(key, project, amount) for key, (project, amount) in enumerate(rows, start=1)]
    drawn = rules.draw(vouchers, percent=percent, seed=seed)
    assert drawn == rules.draw(list(reversed(vouchers)), percent=percent, seed=seed)
    chosen = [one for one in vouchers if one.key in drawn]
    assert sum(one.amount_fen for one in chosen) * 100 >= percent * sum(one.amount_fen for one in vouchers)
    assert {one.project for one in chosen} == {one.project for one in vouchers}


def test_another_seed_draws_other_vouchers():
    vouchers = [rules.Voucher(key, 1, 100) for key in range(1, 101)]
    assert rules.draw(vouchers, percent=30, seed="a") != rules.draw(vouchers, percent=30, seed="b")
    assert len(rules.draw(vouchers, percent=30, seed="a")) == 30


@pytest.fixture
def ready(fund):
    """A project in audit: 18,000 yuan paid, 15,000 spent in three vouchers."""
    fund.reach_audit(fund.grantee)
    return fund


def test_the_sample_is_drawn_by_the_seed_of_the_bureau(ready):
    engagement = ready.engage()
    services.start_fieldwork(engagement_id=engagement.pk, by=ready.auditor, now=AUDIT)
    sampled, claimed = sampled_share(Engagement.objects.get())
    assert claimed == 1_500_000 and sampled * 100 >= 30 * claimed
    page = AuditPage.objects.get()
    assert page.sample.count() >= 1
    assert {row.expense.project_id for row in page.sample.all()} == {ready.grantee.pk}


def test_only_an_audit_firm_is_engaged_once_and_looks_at_thirty_percent(ready):
    engage = {
        "round_id": ready.round.pk,
        "contract_no": "1",
        "seed": "x",
        "by": ready.office.section_chief,
        "now": AUDIT,
    }
    with pytest.raises(Refused):
        services.engage_auditor(firm=ready.office.section, **engage)
    firm = a_body("audit_firm", "某会计师事务所")
    with pytest.raises(Refused):
        services.engage_auditor(firm=firm, sample_percent=29, **engage)
    services.engage_auditor(firm=firm, **engage)
    with pytest.raises(Refused) as refused:
        services.engage_auditor(firm=firm, **engage)
    assert refused.value.code == "engaged_already"


def test_fieldwork_waits_for_every_project():
    fund = Fund(2)
    fund.reach_audit(fund.grantees[0])
    fund.sign(fund.grantees[1])
    engagement = fund.engage()
    with pytest.raises(NotNow):
        services.start_fieldwork(engagement_id=engagement.pk, by=fund.auditor, now=AUDIT)


def test_another_firm_and_the_bureau_do_not_audit(ready):
    engagement = ready.engage()
    other = someone("别的审计", a_body("audit_firm", "另一会计师事务所"), "auditor")
    for who in (other, ready.office.section_chief, ready.grantee.admin, ready.office.stranger):
        with pytest.raises(Forbidden):
            services.start_fieldwork(engagement_id=engagement.pk, by=who, now=AUDIT)


@pytest.fixture
def fieldwork(ready):
    ready.engagement = ready.engage()
    services.start_fieldwork(engagement_id=ready.engagement.pk, by=ready.auditor, now=AUDIT)
    ready.page = AuditPage.objects.get()
    ready.voucher = ready.grantee.project.expenses.order_by("amount_fen").first()
    return ready


def find(fund, yuan, **fields):
    values = {"reason": "无签收记录", "by": fund.auditor, "now": AUDIT} | fields
    return services.raise_finding(
        page_id=fund.page.pk, expense_id=fund.voucher.pk, disallowed_fen=yuan * 100, **values
    )


def test_no_more_of_a_voucher_is_doubted_than_it_is_made_out_for(fieldwork):
    find(fieldwork, 3_000)
    with pytest.raises(RulesBroken):
        find(fieldwork, 751)
    find(fieldwork, 750)
    with pytest.raises(RulesBroken):
        find(fieldwork, 0)


def test_findings_are_issued_only_when_every_page_is_checked(fieldwork):
    issue = {"engagement_id": fieldwork.engagement.pk, "by": fieldwork.auditor, "now": AUDIT}
    with pytest.raises(NotNow):
        services.issue_findings(**issue)
    services.check_page(page_id=fieldwork.page.pk, remark="齐全", by=fieldwork.auditor, now=AUDIT)
    services.issue_findings(**issue)
    with pytest.raises(NotNow):
        find(fieldwork, 1)
    assert Engagement.objects.get().reply_by == date(2027, 5, 24)


def issued(fund, yuan=1_000):
    finding = find(fund, yuan)
    services.check_page(page_id=fund.page.pk, remark="齐全", by=fund.auditor, now=AUDIT)
    services.issue_findings(engagement_id=fund.engagement.pk, by=fund.auditor, now=AUDIT)
    return finding


def test_the_grantee_sees_findings_once_they_are_issued_and_replies_in_time(fieldwork):
    who = fieldwork.grantee.finance
    finding = find(fieldwork, 1_000)
    reply = {"finding_id": finding.pk, "answer": "补交签收单", "by": who}
    assert list(visible_pages(who)) == []
    with pytest.raises((Forbidden, NotNow)):
        services.reply_finding(now=AUDIT, **reply)
    services.check_page(page_id=fieldwork.page.pk, remark="齐全", by=fieldwork.auditor, now=AUDIT)
    services.issue_findings(engagement_id=fieldwork.engagement.pk, by=fieldwork.auditor, now=AUDIT)
    assert list(visible_pages(who)) == [fieldwork.page]
    with pytest.raises(NotNow):
        services.reply_finding(now=AUDIT + timedelta(days=15), **reply)
    with pytest.raises(Forbidden):
        services.reply_finding(now=AUDIT, **{**reply, "by": fieldwork.auditor})
    services.reply_finding(now=AUDIT, **reply)
    assert Finding.objects.get().state == "replied"


def test_silence_ends_with_the_day_and_not_before(fieldwork):
    issued(fieldwork)
    close = {"engagement_id": fieldwork.engagement.pk, "by": fieldwork.auditor}
    with pytest.raises(NotNow) as refused:
        services.close_replies(now=AUDIT + timedelta(days=14), **close)
    assert refused.value.code == "replies_missing"
    services.close_replies(now=AUDIT + timedelta(days=15), **close)


def concluded(fund, final_yuan, raised_yuan=1_000):
    finding = issued(fund, raised_yuan)
    services.reply_finding(finding_id=finding.pk, answer="补交", by=fund.grantee.admin, now=AUDIT)
    services.close_replies(engagement_id=fund.engagement.pk, by=fund.auditor, now=AUDIT)
    conclude = {
        "engagement_id": fund.engagement.pk,
        "report_no": "允诚审字9号",
        "by": fund.auditor,
        "now": SETTLED,
    }
    with pytest.raises(NotNow):
        services.conclude_audit(**conclude)
    with pytest.raises(RulesBroken):
        services.decide_finding(
            finding_id=finding.pk,
            final_fen=raised_yuan * 100 + 1,
            ruling="加重",
            by=fund.auditor,
            now=SETTLED,
        )
    services.decide_finding(
        finding_id=finding.pk, final_fen=final_yuan * 100, ruling="部分采纳", by=fund.auditor, now=SETTLED
    )
    services.conclude_audit(**conclude)
    return AuditPage.objects.get()


def settle(fund, page):
    return services.settle_page(page_id=page.pk, by=fund.office.section_chief, now=SETTLED)


def test_too_little_spent_is_asked_back(fieldwork):
    page = concluded(fieldwork, final_yuan=400)
    assert (page.claimed_fen, page.disallowed_fen, page.eligible_fen) == (1_500_000, 40_000, 1_460_000)
    one = settle(fieldwork, page)
    assert (one.pay_fen, one.release_fen, one.recover_fen) == (0, 200_000, 340_000)
    assert fieldwork.grantee.project.state == "settled"
    recovery = Recovery.objects.get()
    assert (recovery.cause, recovery.amount_fen) == ("settlement", 340_000)
    assert fieldwork.grantee.tranche(3).state == "cancelled"
    assert problems("ledger") == []


def test_a_lifted_finding_costs_nothing(fieldwork):
    page = concluded(fieldwork, final_yuan=0)
    assert (page.eligible_fen, Finding.objects.get().state) == (1_500_000, "lifted")


def test_the_last_instalment_is_cut_to_what_is_eligible_and_then_the_project_closes(fund):
    fund.reach_audit(fund.grantee, yuan=19_400)
    voucher = fund.grantee.project.expenses.first()
    fund.audit(disallow={voucher.pk: 100})
    page = pages_to_settle(fund.round).get()
    one = settle(fund, page)
    assert (one.eligible_fen, one.paid_fen, one.pay_fen, one.release_fen) == (
        1_930_000,
        1_800_000,
        130_000,
        70_000,
    )
    last = fund.grantee.tranche(3)
    assert (last.state, last.payable_fen) == ("due", 130_000)
    assert fund.grantee.project.state == "settled"
    fund.pay(3, SETTLED)
    assert fund.grantee.project.state == "closed"
    paid = sum(s.paid_fen for s in standings(fund.round).values())
    assert paid == 1_930_000 and problems("ledger") == []


def test_nothing_is_settled_before_the_audit_ends_or_while_money_is_on_its_way(fieldwork):
    with pytest.raises(NotNow):
        settle(fieldwork, fieldwork.page)
    page = concluded(fieldwork, final_yuan=0)
    from tests.grants.tables import force

    force(fieldwork.grantee.tranche(2), state="due")
    with pytest.raises(NotNow) as refused:
        settle(fieldwork, page)
    assert refused.value.code == "earlier_instalment_open"
    for who in (fieldwork.auditor, fieldwork.office.clerk, fieldwork.office.stranger):
        with pytest.raises(Forbidden):
            services.settle_page(page_id=page.pk, by=who, now=SETTLED)
    assert not Settlement.objects.exists()


def labels(actor, now=AUDIT):
    return {str(todo.label): todo.count for todo in todo_for(actor, now) if todo.count}


def test_the_desk_says_what_waits(fieldwork):
    assert labels(fieldwork.auditor) == {"待核对的项目": 1}
    issued(fieldwork)
    assert labels(fieldwork.grantee.finance) == {"待答复的审计发现": 1}
    assert labels(fieldwork.office.stranger) == {}


def test_verify_recomputes_pages_and_settlements(fieldwork):
    from core.audit.verify import run
    from tests.grants.tables import force

    settle(fieldwork, concluded(fieldwork, final_yuan=400))
    force(Finding.objects.get(), final_fen=0)
    broken = {item.code for item, found in run(["ledger"]) if found}
    assert broken == {"S2"}
    force(Finding.objects.get(), final_fen=40_000)
    force(Settlement.objects.get(), recover_fen=1)
    assert {item.code for item, found in run(["ledger"]) if found} == {"S3"}
