"""The rules of spending, moving, prolonging and reporting, at their edges."""

from __future__ import annotations

import doctest
from datetime import date
from importlib import import_module

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.rulebook import violations
from grants.projects import rules
from grants.projects.rules import reports

ROOMY = {"lines": {2: rules.Line(2, "105", "物资", 200_000)}, "award_fen": 200_000}
LINES = {1: rules.Line(1, "103", "讲座", 10_000), 2: rules.Line(2, "105", "物资", 20_000)}


def books(**changes):
    fields = {
        "first_day": date(2026, 7, 1),
        "last_day": date(2027, 3, 31),
        "lines": LINES,
        "spent_fen": {},
        "award_fen": 30_000,
        "move_percent": 10,
        "forbidden": ("购物卡",),
    }
    return rules.Books(**(fields | changes))


def broken(amount=1_000, on=date(2026, 7, 1), line=1, method="transfer", item="讲座", **changes):
    spending = rules.Spending(on, line, amount, method, item)
    return [one.code for one in violations(rules.SPENDING_RULES, spending, books(**changes))]


@pytest.mark.parametrize("module", ["grants.projects.rules", "grants.projects.rules.reports"])
def test_examples_in_the_rules_hold(module):
    assert doctest.testmod(import_module(module)).failed == 0


@pytest.mark.parametrize(
    ("case", "codes"),
    [
        ({}, []),
        ({"on": date(2026, 6, 30)}, ["X1"]),
        ({"on": date(2027, 3, 31)}, []),
        ({"on": date(2027, 4, 1)}, ["X1"]),
        ({"line": 3}, ["X2"]),
        ({"amount": 11_000}, []),
        ({"amount": 11_001}, ["X3"]),
        ({"amount": 1_000, "spent_fen": {1: 10_001}}, ["X3"]),
        ({"amount": 2_000, "line": 2, "spent_fen": {1: 11_000, 2: 17_001}}, ["X4"]),
        ({"amount": 0}, ["X7"]),
        ({"item": "发放购物卡"}, ["X6"]),
        ({"amount": 100_000, "line": 2, "method": "cash", **ROOMY}, []),
        ({"amount": 100_001, "line": 2, "method": "cash", **ROOMY}, ["X5"]),
        ({"amount": 100_001, "line": 2, **ROOMY}, []),
    ],
)
def test_a_voucher_keeps_the_agreement(case, codes):
    assert broken(**case) == codes


@given(st.lists(st.integers(1, 10_000_00), min_size=1, max_size=8), st.integers(1, 100))
def test_a_cut_budget_makes_exactly_the_award(amounts, percent):
    lines = [rules.Line(no, "105", "物资", amount) for no, amount in enumerate(amounts, start=1)]
    award = max(1, sum(amounts) * percent // 100)
    cut = rules.cut(lines, award)
    assert sum(line.amount_fen for line in cut) == award
    for before, after in zip(lines, cut, strict=True):
        exact = before.amount_fen * award / sum(amounts)
        assert exact - 1 < after.amount_fen < exact + 1


def test_small_moves_do_not_add_up_unseen():
    approved = {1: 10_000, 2: 20_000}
    first, second = {1: 11_000, 2: 19_000}, {1: 12_000, 2: 18_000}
    assert rules.is_free(rules.Move(approved, first), 10)
    assert not rules.is_free(rules.Move(approved, second), 10)


@pytest.mark.parametrize(
    ("wanted", "codes"),
    [
        ({1: 9_000, 2: 21_000}, []),
        ({1: 9_000, 2: 20_000}, ["H1"]),
        ({1: 9_000, 3: 21_000}, ["H2"]),
        ({1: 31_000, 2: -1_000}, ["H2", "H3"]),
        ({1: 4_999, 2: 25_001}, ["H3"]),
    ],
)
def test_moves_keep_total_lines_and_what_was_spent(wanted, codes):
    move = rules.Move({1: 10_000, 2: 20_000}, wanted, {1: 5_000})
    assert [one.code for one in violations(rules.MOVE_RULES, move, 10)] == codes


@pytest.mark.parametrize(
    ("months", "before", "on", "codes"),
    [
        (3, 0, date(2027, 3, 1), []),
        (4, 0, date(2027, 1, 1), ["H5"]),
        (0, 0, date(2027, 1, 1), ["H5"]),
        (1, 2, date(2027, 1, 1), ["H4"]),
        (1, 0, date(2027, 3, 2), ["H6"]),
    ],
)
def test_more_time_is_given_once_and_asked_for_early(months, before, on, codes):
    wish = rules.Prolonging(months, before, date(2027, 3, 31), on, 3)
    assert [one.code for one in violations(rules.EXTENSION_RULES, wish)] == codes


def test_a_report_asks_for_everything_and_nothing_else():
    assert [one.code for one in violations(reports.ANSWER_RULES, "midterm", {})] == ["J1"] * 6
    answers = {"progress": "短", "satisfaction_percent": 101, "secret": "x"}
    codes = [one.code for one in violations(reports.ANSWER_RULES, "midterm", answers)]
    assert sorted(set(codes)) == ["J1", "J2", "J3"]
    assert codes.count("J2") == 2


def test_an_extended_project_is_late_only_after_its_own_day():
    due = date(2026, 10, 30)
    assert reports.marks(due=due, on=due, changes_undecided=0) == []
    assert reports.marks(due=due, on=date(2026, 10, 31), changes_undecided=1) == [
        "late_report",
        "unreported_change",
    ]
