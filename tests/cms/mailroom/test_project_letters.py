"""The letters of a project's life, from its notice to its settlement, all rendered from the real thing."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from cms.mailroom.models import InboxMessage
from cms.mailroom.services import remind
from cms.mailroom.subscribers.catalogue import REMINDERS
from core.policy import Actor
from tests.cms.builders import deliver
from tests.grants.funding import FINAL, MIDTERM, SETTLED, SIGNED, STARTED, Fund, at


@pytest.fixture(autouse=True)
def files_root(settings, tmp_path: Path) -> None:
    settings.FILES_ROOT = tmp_path / "files"


def letters(who: Actor) -> list[InboxMessage]:
    return list(InboxMessage.objects.filter(recipient_id=who.user_id).order_by("pk"))


def codes(who: Actor) -> list[str]:
    return [one.letter for one in letters(who)]


@pytest.mark.django_db
def test_a_life_in_letters() -> None:
    fund = Fund(2)
    first, second = fund.grantees
    deliver(SIGNED)
    assert codes(first.admin)[:2] == ["listed", "awarded"]
    assert "20,000.00" in letters(first.admin)[0].body
    for who in fund.grantees:
        fund.reach_midterm(who, "85.00" if who is first else "40.00")
    deliver(MIDTERM)
    mine, theirs = codes(first.admin), codes(second.admin)
    assert {"agreement_prepared", "agreement_signed", "tranche_due", "midterm_passed"} <= set(mine)
    assert "midterm_failed" in theirs and "midterm_failed" not in mine
    failed = next(one for one in letters(second.admin) if one.letter == "midterm_failed")
    assert "完成整改" in failed.body and "40" not in failed.body.replace("2040", "")
    for message in InboxMessage.objects.all():
        assert "None" not in message.body and "（）" not in message.body, message.letter
        assert "\n\n\n" not in message.body and "{" not in message.body, message.letter


@pytest.mark.django_db
def test_the_audit_in_letters() -> None:
    fund = Fund(1)
    fund.reach_audit(fund.grantee)
    voucher = fund.grantee.project.expenses.first()
    fund.audit(disallow={voucher.pk: 100})
    deliver(SETTLED)
    mine = codes(fund.grantee.admin)
    assert {"final_passed", "findings_issued"} <= set(mine)
    for message in letters(fund.grantee.admin):
        assert "None" not in message.body and "（）" not in message.body, message.letter


@pytest.mark.django_db
def test_a_report_near_its_day_is_recalled_once() -> None:
    fund = Fund(1)
    fund.sign(fund.grantee)
    due = at("2026-10-30")
    told = [
        sum(remind(letter, now=now) for letter in REMINDERS)
        for now in (STARTED, due - timedelta(days=8), due - timedelta(days=7), due, due + timedelta(days=1))
    ]
    assert told == [0, 0, 3, 0, 0]
    assert "midterm_due" in codes(fund.grantee.admin)
    fund.pay(1, SIGNED, fund.grantee)
    fund.hold_activity(fund.grantee)
    fund.judge(fund.report(fund.grantee, "midterm", MIDTERM), "85.00", MIDTERM)
    assert sum(remind(letter, now=FINAL + timedelta(days=5)) for letter in REMINDERS) == 3
    assert "final_due" in codes(fund.grantee.admin)
