"""A score sheet: what it may be, what a reviewer may write on it, what it comes to."""

import copy
import doctest
from decimal import Decimal

import pytest

from evaluations.rubrics import rules
from evaluations.rubrics.rules import CommentRule, Filled, SheetSpecError

PACK = {
    "application": [
        [
            "needs",
            "需求调研",
            20,
            [["evidence", "需求依据", 10], ["target_group", "服务对象", 5], ["policy_fit", "政策", 5]],
        ],
        ["team", "团队能力", 10, []],
        ["budget", "预算合理性", 15, [["complete", "完整", 10], ["compliant", "合规", 5]]],
    ],
    "midterm": [["progress", "进度", 100, []]],
    "not_blind": {"application": ["team"]},
    "by_machine_or_finance_expert": {"application": ["budget.compliant"]},
    "bonus": {"application": {"max": 3, "items": [["party", "党组织", 2], ["grade", "等级", 2]]}},
    "deductions": {"midterm": [["late", "逾期", 5]]},
    "red_lines": {"midterm": ["fraud"]},
}
SPEC = rules.from_pack(PACK, "application")
SHEET = rules.parse(SPEC)
MACHINE = {"budget.compliant": "5"}
BLIND = {"needs.evidence": "8", "needs.target_group": "4", "needs.policy_fit": "4.5", "budget.complete": "9"}
FULL = {**BLIND, "team": "7"}


def filled(scores, *, is_finance=False, machine=MACHINE, **more):
    items = rules.own_items(SHEET, is_finance=is_finance, machine=machine)
    return Filled(spec=SHEET, scores=scores, items=items, machine=machine, **more)


def codes(found):
    return [(v.code, v.subject) for v in found]


def test_examples_in_the_rules_hold():
    assert doctest.testmod(rules).failed == 0


def test_the_districts_rows_become_a_sheet_that_adds_up():
    assert SHEET.maximum == 45 and len(SHEET.items) == 6
    assert [i.path for i in SHEET.items if not i.blind] == ["team"]
    assert [i.path for i in SHEET.items if i.by_machine] == ["budget.compliant"]
    assert SHEET.has_open_part and not rules.parse(rules.from_pack(PACK, "midterm")).has_open_part


def test_a_criterion_that_is_open_opens_all_its_items():
    spec = rules.parse({**SPEC, "not_blind": ["needs"]})
    assert {i.path for i in spec.items if not i.blind} == {
        "needs.evidence",
        "needs.target_group",
        "needs.policy_fit",
    }


@pytest.mark.parametrize(
    "spoil",
    [
        lambda s: s["criteria"][0].update(maximum="21"),
        lambda s: s["criteria"][1].update(maximum="0"),
        lambda s: s["criteria"][0]["items"][0].update(code="policy_fit"),
        lambda s: s["criteria"][1].update(code="needs"),
        lambda s: s.update(not_blind=["tem"]),
        lambda s: s.update(by_machine=["budget.nothing"]),
    ],
)
def test_a_sheet_that_contradicts_itself_is_refused(spoil):
    spec = copy.deepcopy(SPEC)
    spoil(spec)
    with pytest.raises(SheetSpecError):
        rules.parse(spec)


def test_the_digest_changes_with_a_single_word_and_not_with_the_order_of_keys():
    turned = dict(reversed(list(SPEC.items())))
    assert rules.digest(turned) == rules.digest(SPEC)
    other = copy.deepcopy(SPEC)
    other["criteria"][0]["name"] = "需求"
    assert rules.digest(other) != rules.digest(SPEC)


@pytest.mark.parametrize("value", ["-0.5", "10.5", "NaN", "Infinity", "八", "1e3"])
def test_points_outside_the_bounds_are_refused(value):
    assert codes(rules.draft_violations(filled({"needs.evidence": value}))) == [("SH3", "needs.evidence")]


@pytest.mark.parametrize("value", ["0", "0.5", "9.5", "10", 10, 7.5, "10.0"])
def test_points_at_and_within_the_bounds_are_taken(value):
    assert rules.draft_violations(filled({"needs.evidence": value})) == []


def test_points_between_the_half_steps_are_refused():
    assert codes(rules.draft_violations(filled({"needs.evidence": "7.3"}))) == [("SH4", "needs.evidence")]


def test_a_draft_may_have_gaps_a_locked_sheet_may_not():
    draft = filled({"needs.evidence": "8", "needs.policy_fit": ""}, blind_points={"needs.evidence": "8"})
    assert rules.draft_violations(draft) == []
    assert ("SH2", "needs.policy_fit") in codes(rules.lock_violations(draft))
    assert ("SH2", "team") in codes(rules.lock_violations(draft))


def test_unknown_items_and_marks_are_refused_not_ignored():
    assert codes(rules.draft_violations(filled({"charm": "3"}))) == [("SH1", "charm")]
    marked = filled({}, marks={"bonus": ["party", "charm"], "gifts": ["x"]})
    assert codes(rules.draft_violations(marked)) == [("SH9", "bonus.charm"), ("SH9", "gifts.x")]


def test_the_machines_item_is_for_nobody_once_the_machine_has_scored_it():
    for is_finance in (True, False):
        found = rules.draft_violations(filled({"budget.compliant": "5"}, is_finance=is_finance))
        assert codes(found) == [("SH5", "budget.compliant")]


def test_without_the_machine_only_a_finance_expert_scores_compliance():
    assert rules.draft_violations(filled({"budget.compliant": "5"}, is_finance=True, machine={})) == []
    found = rules.draft_violations(filled({"budget.compliant": "5"}, is_finance=False, machine={}))
    assert codes(found) == [("SH5", "budget.compliant")]


def test_the_open_part_waits_and_the_blind_part_stays():
    assert codes(rules.draft_violations(filled({"team": "7"}))) == [("SH7", "team")]
    assert rules.draft_violations(filled(FULL, blind_points=BLIND)) == []
    bent = filled({**FULL, "needs.evidence": "10"}, blind_points=BLIND)
    assert codes(rules.draft_violations(bent)) == [("SH8", "needs.evidence")]


def test_the_blind_part_is_locked_whole():
    assert rules.blind_violations(filled(BLIND)) == []
    gap = {k: v for k, v in BLIND.items() if k != "budget.complete"}
    assert codes(rules.blind_violations(filled(gap))) == [("SH10", "budget.complete")]


@pytest.mark.parametrize(
    ("needs", "comment", "asked"),
    [("10", "", False), ("9.5", "", True), ("9.5", " \n", True), ("9.5", "理由", False)],
)
def test_a_total_under_the_threshold_wants_a_comment(needs, comment, asked):
    sheet = filled(
        {**FULL, "needs.evidence": needs},
        comment=comment,
        comment_rule=CommentRule(below=Decimal("39.5")),
        blind_points={**BLIND, "needs.evidence": needs},
    )
    assert (("SH6", "comment") in codes(rules.lock_violations(sheet))) is asked


def test_a_total_over_the_threshold_wants_a_comment_and_the_threshold_itself_does_not():
    assert CommentRule(Decimal(60), Decimal(95)).asks(Decimal("95.5"))
    assert not CommentRule(Decimal(60), Decimal(95)).asks(Decimal(95))
    assert not CommentRule(Decimal(60), Decimal(95)).asks(Decimal(60))
    assert not CommentRule().asks(Decimal(0))


def test_the_machines_points_count_in_the_total():
    assert rules.total(FULL, MACHINE) == Decimal("37.5")
    assert rules.criterion_totals(SHEET, {**FULL, **MACHINE})["budget"] == 14


def test_bonus_is_capped_and_ticking_twice_counts_once():
    assert rules.adjustment(SHEET, {"bonus": ["party"]}) == 2
    assert rules.adjustment(SHEET, {"bonus": ["party", "party"]}) == 2
    assert rules.adjustment(SHEET, {"bonus": ["party", "grade"]}) == 3
    assert rules.adjustment(rules.parse(rules.from_pack(PACK, "midterm")), {"deductions": ["late"]}) == -5


@pytest.mark.parametrize(
    ("score", "says"),
    [
        ("90", "excellent"),
        ("89.99", "good"),
        ("80", "good"),
        ("79.99", "pass"),
        ("60", "pass"),
        ("59.99", "fail"),
    ],
)
def test_bands_are_cut_at_ninety_eighty_and_sixty(score, says):
    assert rules.band(Decimal(score), {"excellent": 90, "good": 80, "pass": 60}) == says


def test_halves_go_up_where_bankers_rounding_would_go_down():
    assert rules.half_up(Decimal("0.125")) == Decimal("0.13")
    assert rules.half_up(Decimal("0.135")) == Decimal("0.14")


@pytest.mark.parametrize(
    ("percent", "points"), [("95", "15"), ("90", "15"), ("60", "0"), ("40", "0"), ("74", "7")]
)
def test_satisfaction_is_linear_between_sixty_and_ninety(percent, points):
    assert rules.linear_points(
        Decimal(percent), Decimal(15), full_at=Decimal(90), zero_at=Decimal(60)
    ) == Decimal(points)
