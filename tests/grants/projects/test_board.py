"""The board: each rule that makes a project red or amber, and what ended."""

from __future__ import annotations

import doctest
from dataclasses import replace
from datetime import date

import pytest

from grants.projects.rules import board
from grants.projects.rules.board import Course, light

CALM = Course(
    state="active", today=date(2026, 9, 1), sign_by=date(2026, 6, 30), is_accepted=True,
    first_day=date(2026, 7, 1), ends_on=date(2027, 3, 31), award_fen=2_000_000, spent_fen=500_000,
    has_midterm=True, midterm_passed=False, midterm_failures=0, midterm_due=date(2026, 10, 30),
    final_due=date(2027, 4, 20), last_activity_on=date(2026, 8, 20),
)  # fmt: skip
WAITING = {"state": "awaiting_agreement", "is_accepted": False, "first_day": None}
RECTIFYING = {"state": "rectifying", "midterm_failures": 1, "rectify_by": date(2026, 9, 10)}


def test_examples_in_the_rules_hold():
    assert doctest.testmod(board).failed == 0


def test_a_project_that_goes_as_planned_is_green():
    assert (light(CALM).colour, light(CALM).reasons) == ("green", ())


@pytest.mark.parametrize(
    ("changes", "colour", "codes"),
    [
        (WAITING | {"today": date(2026, 7, 1)}, "red", ["V1"]),
        (WAITING | {"today": date(2026, 6, 30)}, "amber", ["V10"]),
        (WAITING | {"today": date(2026, 6, 20)}, "green", []),
        (WAITING | {"is_accepted": True, "today": date(2026, 7, 9)}, "green", []),
        ({"today": date(2026, 10, 31), "last_activity_on": date(2026, 10, 1)}, "red", ["V2"]),
        ({"today": date(2026, 10, 30), "spent_fen": 1_000_000, "last_activity_on": date(2026, 10, 1)},
         "amber", ["V9"]),
        ({"midterm_passed": True, "today": date(2027, 4, 21)}, "red", ["V2"]),
        ({"has_midterm": False, "today": date(2027, 4, 21)}, "red", ["V2"]),
        (RECTIFYING, "amber", ["V8"]),
        (RECTIFYING | {"today": date(2026, 9, 11)}, "red", ["V3"]),
        (RECTIFYING | {"midterm_failures": 2}, "red", ["V4"]),
        ({"state": "final_review", "final_failed": True}, "red", ["V5"]),
        ({"state": "suspended"}, "red", ["V6"]),
        ({"state": "recovering"}, "red", ["V7"]),
        ({"spent_fen": 0, "today": date(2026, 9, 30), "last_activity_on": date(2026, 9, 20)},
         "amber", ["V11"]),
        ({"last_activity_on": date(2026, 7, 2)}, "amber", ["V12"]),
        ({"last_activity_on": None, "today": date(2026, 8, 30)}, "green", []),
        ({"state": "closed"}, "done", []),
        ({"state": "auditing"}, "green", []),
    ],
)  # fmt: skip
def test_the_light_and_its_reasons(changes, colour, codes):
    found = light(replace(CALM, **changes))
    assert (found.colour, [one.code for one in found.reasons]) == (colour, codes)
    assert found.word and found.tone
