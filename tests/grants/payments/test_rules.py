"""What an entry moves, what the last instalment is, what a result file may say."""

from __future__ import annotations

import doctest
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.rulebook import violations
from grants.payments import rules


def test_examples_in_the_rules_hold():
    assert doctest.testmod(rules).failed == 0


@pytest.mark.parametrize("kind", sorted(rules.MOVES))
def test_every_entry_balances(kind):
    assert rules.is_balanced(amount for _account, amount in rules.postings(kind, 12_345))
    with pytest.raises(ValueError, match="positive"):
        rules.postings(kind, 0)


@given(st.integers(0, 10**7), st.integers(0, 10**7), st.integers(0, 10**7))
def test_a_settlement_loses_no_fen(planned, eligible, paid):
    one = rules.settlement(planned_fen=planned, eligible_fen=eligible, paid_fen=paid)
    assert min(one.pay_fen, one.release_fen, one.recover_fen) >= 0
    assert one.pay_fen + one.release_fen == planned
    assert not (one.pay_fen and one.recover_fen)
    assert paid + one.pay_fen - one.recover_fen == min(eligible, paid + planned)


@pytest.mark.parametrize(
    ("paid", "eligible", "everything", "back"),
    [
        (10_000, 4_000, False, 6_000),
        (10_000, 12_000, False, 0),
        (10_000, 4_000, True, 10_000),
        (0, 0, True, 0),
    ],
)
def test_a_stopped_project_gives_back_what_it_did_not_properly_spend(paid, eligible, everything, back):
    assert rules.recoverable(paid_fen=paid, eligible_fen=eligible, recover_all=everything) == back


@pytest.mark.parametrize(
    ("day", "is_open"),
    [
        (date(2026, 12, 18), True),
        (date(2026, 12, 19), False),
        (date(2026, 12, 31), False),
        (date(2027, 1, 1), True),
    ],
)
def test_the_treasury_shuts_once_a_year(day, is_open):
    assert rules.treasury_is_open(day, date(2026, 12, 18)) is is_open


@pytest.mark.parametrize(
    ("kind", "amount", "instrument", "codes"),
    [
        ("settlement_receipt", 1_000, "grant_agreement", []),
        ("donation_receipt", 1_000, "grant_agreement", []),
        ("settlement_receipt", 999, "grant_agreement", ["Z1"]),
        ("vat_invoice", 1_000, "grant_agreement", ["Z2"]),
        ("vat_invoice", 1_000, "service_purchase", []),
        ("donation_receipt", 1_001, "service_purchase", ["Z1", "Z2"]),
    ],
)
def test_a_paper_fits_amount_and_instrument(kind, amount, instrument, codes):
    paper = rules.Paper(kind, amount, 1_000, instrument)
    assert [one.code for one in violations(rules.PAPER_RULES, paper)] == codes


@pytest.mark.parametrize(
    ("outcomes", "codes"),
    [
        ([rules.Outcome("A", True, "1", date(2026, 6, 18))], []),
        ([rules.Outcome("A", True, "", date(2026, 6, 18))], ["Z3"]),
        ([rules.Outcome("A", True, "1")], ["Z3"]),
        ([rules.Outcome("A", False)], ["Z4"]),
        ([rules.Outcome("A", False, failure="户名不符"), rules.Outcome("A", False, failure="x")], ["Z5"]),
        ([rules.Outcome(n, True, "1", date(2026, 6, 18)) for n in "AB"], ["Z5"]),
    ],
)
def test_a_result_file_does_not_contradict_itself(outcomes, codes):
    assert [one.code for one in violations(rules.OUTCOME_RULES, outcomes)] == codes
