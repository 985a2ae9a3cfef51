"""From sheets to an official score, a verdict and a rank."""

import doctest
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evaluations.panels import rules
from evaluations.panels.rules import Entry, PanelRuleError, SheetFact, official, parse_rule, place
from evaluations.rubrics.rules import parse

APPLICATION = {
    "reviewers": 5,
    "reserves": 2,
    "drop_high": 1,
    "drop_low": 1,
    "drop_from": 5,
    "valid_min": 3,
    "pass_mark": 60,
    "finance_experts_min": 1,
    "per_employer_max": 1,
    "components": {"desk": 100, "pitch": 0},
    "comment_required": {"below": 60, "above": 95},
    "tie_break": ["needs", "design", "budget", "panel_vote"],
    "bands": {"excellent": 90, "good": 80, "pass": 60},
}
RULE = parse_rule(APPLICATION)
SPEC = parse(
    {
        "stage": "application",
        "criteria": [
            {"code": "needs", "name": "需求", "maximum": 60, "items": []},
            {"code": "design", "name": "设计", "maximum": 40, "items": []},
        ],
        "bonus": {"max": 3, "items": [{"code": "party", "name": "党组织", "points": 1}]},
        "deductions": [{"code": "late", "name": "逾期", "points": 5}],
        "red_lines": [{"code": "fraud", "name": "弄虚作假"}],
    }
)


def sheets(*totals, component="desk", marks=()):
    return [
        SheetFact(
            key=f"{component}-{n}",
            component=component,
            marks=dict(marks),
            points={"needs": Decimal(t) * 6 / 10, "design": Decimal(t) * 4 / 10},
        )
        for n, t in enumerate(totals)
    ]


def score(*totals, rule=RULE, facts=()):
    return official(SPEC, rule, sheets(*totals), dict(facts))


def test_examples_in_the_rules_hold():
    assert doctest.testmod(rules).failed == 0


@pytest.mark.parametrize(
    ("totals", "says"),
    [
        ((80, 85, 90, 70, 95), "85.00"),
        ((88, 92, 75, 90, 60, 99, 85), "86.00"),
        ((80, 81, 83), "81.33"),
        ((80, 81, 83, 90), "83.50"),
        ((70, 70, 70, 70, 70), "70.00"),
        ((0, 60, 60, 60, 100), "60.00"),
    ],
)
def test_one_high_and_one_low_are_dropped_from_five_sheets_on(totals, says):
    assert score(*totals).score == Decimal(says)


def test_fewer_than_three_valid_sheets_give_no_score_and_no_verdict():
    result = score(90, 95)
    assert (result.score, result.verdict, result.band) == (None, "", "")


def test_equal_extremes_lose_one_sheet_only_and_never_the_same_twice():
    part = score(60, 60, 80, 90, 90).components["desk"]
    assert part.dropped_low == ("desk-0",) and part.dropped_high == ("desk-4",)
    level = score(75, 75, 75, 75, 75).components["desk"]
    assert len(level.kept) == 3 and level.dropped_low != level.dropped_high


@given(st.lists(st.integers(0, 200), min_size=5, max_size=9), st.randoms(use_true_random=False))
def test_the_score_does_not_depend_on_the_order_of_sheets(halves, random):
    totals = [Decimal(h) / 2 for h in halves]
    shuffled = totals[:]
    random.shuffle(shuffled)
    assert score(*totals).score == score(*shuffled).score
    assert min(totals) <= score(*totals).score <= max(totals)


@pytest.mark.parametrize(("totals", "verdict"), [((60, 60, 60), "pass"), ((60, 60, "59.5"), "fail")])
def test_the_pass_mark_itself_passes(totals, verdict):
    assert score(*totals).verdict == verdict


def test_registry_bonus_is_added_after_the_mean_and_may_pass_one_hundred():
    result = score(100, 100, 100, facts={"bonus": ["party"]})
    assert result.score == Decimal("101.00") and result.adjusted == 1


def test_a_deduction_counts_when_more_than_half_of_the_sheets_tick_it():
    two = sheets(80, 80, marks={"deductions": ("late",)}) + [
        SheetFact("z", "desk", {"needs": Decimal(50), "design": Decimal(30)})
    ]
    one = two[1:] + [SheetFact("y", "desk", {"needs": Decimal(50), "design": Decimal(30)})]
    assert official(SPEC, RULE, two, {}).score == Decimal("75.00")
    assert official(SPEC, RULE, one, {}).score == Decimal("80.00")


def test_a_red_line_fails_at_once_whatever_the_score():
    result = score(99, 99, 99, facts={"red_lines": ["fraud"]})
    assert (result.verdict, result.band, result.score) == ("fail", "fail", Decimal("99.00"))


def test_desk_and_pitch_are_weighed_and_a_weightless_part_needs_no_sheet():
    rule = parse_rule({**APPLICATION, "components": {"desk": 40, "pitch": 60}})
    both = sheets(80, 80, 80) + sheets(90, 90, 90, component="pitch")
    assert official(SPEC, rule, both, {}).score == Decimal("86.00")
    assert official(SPEC, rule, both[:3], {}).score is None
    assert RULE.live_components == ("desk",)


def test_criterion_means_are_those_of_the_kept_sheets():
    assert score(80, 85, 90, 70, 95).criteria == {"needs": Decimal("51.00"), "design": Decimal("34.00")}


def test_items_left_to_finance_experts_reach_the_other_sheets_as_their_mean():
    spec = parse(
        {
            "stage": "x",
            "criteria": [
                {"code": "needs", "name": "需求", "maximum": 10},
                {"code": "compliant", "name": "合规", "maximum": 5},
            ],
            "by_machine": ["compliant"],
        }
    )
    plain = SheetFact("a", "desk", {"needs": Decimal(8)})
    finance = [
        SheetFact(k, "desk", {"needs": Decimal(8), "compliant": Decimal(p)}) for k, p in (("b", 5), ("c", 4))
    ]
    filled = rules.with_finance_items(spec, [plain, *finance], frozenset("bc"))
    assert [sheet.total for sheet in filled] == [Decimal("12.50"), Decimal(13), Decimal(12)]


@pytest.mark.parametrize(
    "change",
    [
        {"components": {"desk": 90}},
        {"valid_min": 6},
        {"valid_min": 0},
        {"drop_from": 2},
        {"reviewers": 0},
        {"finance_experts_min": 6},
    ],
)
def test_a_rule_that_contradicts_itself_is_refused(change):
    with pytest.raises(PanelRuleError):
        parse_rule({**APPLICATION, **change})


def entry(key, points, needs=0, design=0, budget=0, votes=0, passed=True):
    criteria = {"needs": Decimal(needs), "design": Decimal(design), "budget": Decimal(budget)}
    return Entry(key, Decimal(points), passed, criteria, votes)


def test_ties_are_broken_by_needs_then_design_then_budget_then_vote():
    entries = [
        entry("f", 70, 18, 15, 10, 4),
        entry("e", 70, 18, 15, 10, 5),
        entry("d", 70, 18, 15, 11),
        entry("c", 70, 18, 16),
        entry("b", 70, 19),
        entry("a", 71),
    ]
    placed = place(entries)
    assert [p.key for p in placed] == ["a", "b", "c", "d", "e", "f"]
    assert [p.rank for p in placed] == [1, 2, 3, 4, 5, 6]
    assert [p.decided_by for p in placed] == ["", "needs", "design", "budget", "panel_vote", "panel_vote"]
    assert not any(p.tied for p in placed)


def test_what_no_step_can_tell_apart_shares_a_rank_and_is_marked():
    placed = place([entry("a", 70), entry("b", 70), entry("c", 69)])
    assert [(p.key, p.rank, p.tied) for p in placed] == [("a", 1, True), ("b", 1, True), ("c", 3, False)]


def test_a_failed_dossier_stands_behind_a_passed_one_with_a_lower_score():
    assert [p.key for p in place([entry("red", 99, passed=False), entry("plain", 61)])] == ["plain", "red"]


def test_only_a_quarter_may_be_called_excellent_where_the_stage_says_so():
    final = parse_rule({"reviewers": 2, "excellent_share_max_percent": 25})
    assert rules.share_of_excellent([Decimal(95)] * 10, final) == 2
    assert rules.share_of_excellent([Decimal(95)] * 10, RULE) == 10
