"""Rank, line, sources: no fen is lost, no source and no category gives more than it has."""

from __future__ import annotations

from decimal import Decimal
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.rulebook import violations
from grants.awards import rules
from grants.awards.rules import Candidate, Line, Meeting, Move

CHAIN = ("needs", "design", "budget", "panel_vote")


def someone(key: int, score: str = "80.00", asked: int = 20_000_00, **fields) -> Candidate:
    points = Decimal(score)
    values = {"category": "elderly", "passed": points >= 60, "criteria": {}, "votes": 0} | fields
    return Candidate(key=key, asked_fen=asked, score=points, **values)


def order(*candidates: Candidate) -> list[int]:
    ranked = rules.ranked_by_category(candidates, CHAIN)
    return [one.candidate.key for one in ranked["elderly"]]


def shares(ranked, money, **more):
    return rules.allocate(ranked, money, cut_max_percent=20, **more)


class TestTheRank:
    def test_the_higher_score_stands_first_and_who_failed_last(self):
        assert order(someone(1, "59.99"), someone(2, "75.00"), someone(3, "91.50")) == [3, 2, 1]

    @pytest.mark.parametrize("depth", range(4))
    def test_a_tie_is_broken_by_the_first_step_that_differs(self, depth):
        criteria = {step: Decimal(10) for step in CHAIN[:3]}
        better, votes = dict(criteria), 0
        if depth < 3:
            better[CHAIN[depth]] = Decimal(11)
        else:
            votes = 3
        ranked = rules.ranked_by_category(
            [someone(1, criteria=criteria), someone(2, criteria=better, votes=votes)], CHAIN
        )["elderly"]
        assert [one.candidate.key for one in ranked] == [2, 1]
        assert {one.decided_by for one in ranked} == {CHAIN[depth]}
        assert not any(one.tied for one in ranked)

    def test_whom_the_whole_chain_leaves_equal_are_marked_and_stand_by_number(self):
        ranked = rules.ranked_by_category([someone(7), someone(3)], CHAIN)["elderly"]
        assert [(one.candidate.key, one.rank, one.tied) for one in ranked] == [(3, 1, True), (7, 2, True)]


class TestTheLine:
    def test_money_goes_down_the_rank_and_stops_at_the_first_that_does_not_fit(self):
        ranked = rules.ranked_by_category(
            [someone(1, "90.00"), someone(2, "80.00"), someone(3, "70.00", 1_000_00), someone(4, "50.00")],
            CHAIN,
        )
        got = shares(ranked, {"elderly": 30_000_00})
        assert [(a.key, a.outcome, a.amount_fen) for a in got.advice] == [
            (1, "propose", 20_000_00),
            (2, "waitlist", 0),
            (3, "waitlist", 0),
            (4, "decline", 0),
        ]
        assert [(x.why, x.amount_fen, x.key) for x in got.left] == [("next_asks_more", 10_000_00, 2)]

    def test_the_last_one_is_cut_by_at_most_a_fifth_and_only_by_consent(self):
        ranked = rules.ranked_by_category([someone(1, "90.00"), someone(2, "80.00")], CHAIN)
        without = shares(ranked, {"elderly": 36_000_00})
        assert [(x.why, x.amount_fen, x.key) for x in without.left] == [("cut_needs_consent", 16_000_00, 2)]
        agreed = shares(ranked, {"elderly": 36_000_00}, consented={2})
        assert [a.amount_fen for a in agreed.advice] == [20_000_00, 16_000_00]
        assert agreed.left == ()
        too_far = shares(ranked, {"elderly": 35_999_99}, consented={2})
        assert [(x.why, x.amount_fen) for x in too_far.left] == [("next_asks_more", 15_999_99)]

    def test_too_few_who_passed_leave_money_and_say_so(self):
        ranked = rules.ranked_by_category([someone(1), someone(2, "40.00")], CHAIN)
        got = shares(ranked, {"elderly": 50_000_00, "youth": 10_000_00})
        assert [(x.category, x.why, x.amount_fen) for x in got.left] == [
            ("elderly", "no_more_passing", 30_000_00),
            ("youth", "no_more_passing", 10_000_00),
        ]

    candidates = st.lists(
        st.tuples(
            st.sampled_from(["elderly", "youth", "governance"]),
            st.integers(1, 20_000_00),
            st.integers(4000, 10000),
            st.booleans(),
        ),
        max_size=40,
    )

    @settings(max_examples=300, deadline=None)
    @given(
        rows=candidates,
        money=st.fixed_dictionaries(
            {name: st.integers(0, 200_000_00) for name in ("elderly", "youth", "governance")}
        ),
    )
    def test_every_fen_is_given_or_explained(self, rows, money):
        people = [
            someone(key, f"{score / 100:.2f}", asked, category=category)
            for key, (category, asked, score, _) in enumerate(rows, 1)
        ]
        consented = {key for key, row in enumerate(rows, 1) if row[3]}
        ranked = rules.ranked_by_category(people, CHAIN)
        got = shares(ranked, money, consented=consented)
        assert got.funded_fen() + got.left_fen() == sum(money.values())
        assert all(left.amount_fen > 0 for left in got.left)
        asked = {one.key: one for one in people}
        for category, whole in money.items():
            advice = [a for a in got.advice if a.category == category]
            assert sum(a.amount_fen for a in advice) <= whole
            outcomes = [a.outcome for a in advice]
            assert outcomes == sorted(outcomes, key=["propose", "waitlist", "decline"].index)
            cut = [a for a in advice if 0 < a.amount_fen < asked[a.key].asked_fen]
            assert len(cut) <= 1
            assert all(a.key in consented and a.amount_fen * 5 >= asked[a.key].asked_fen * 4 for a in cut)
        assert all((a.outcome == "decline") == (not asked[a.key].passed) for a in got.advice)


class TestTheSources:
    def test_a_full_year_is_assigned_to_the_last_fen(self):
        amounts = dict.fromkeys(range(1, 46), 2000000) | dict.fromkeys(range(46, 56), 1000000)
        found = rules.assign_sources(amounts, {"lottery": 900_000_00, "charity": 100_000_00})
        charity = sum(amounts[key] for key, code in found.items() if code == "charity")
        assert (sum(amounts.values()), charity) == (1_000_000_00, 100_000_00)

    def test_where_the_greedy_way_fails_the_exact_one_does_not(self):
        amounts = {1: 70, 2: 60, 3: 40}
        found = rules.assign_sources(amounts, {"a": 100, "b": 70})
        assert found == {1: "b", 2: "a", 3: "a"}

    def test_no_way_is_told_apart_from_too_much(self):
        with pytest.raises(rules.NoFit, match="no choice"):
            rules.assign_sources({1: 60, 2: 60}, {"a": 100, "b": 50})
        with pytest.raises(rules.NoFit, match="more than all"):
            rules.assign_sources({1: 60, 2: 100}, {"a": 100, "b": 50})

    def test_one_source_pays_all(self):
        assert rules.assign_sources({1: 5, 2: 7}, {"a": 12}) == {1: "a", 2: "a"}
        assert rules.assign_sources({}, {"a": 12}) == {}

    def test_awkward_fen_are_searched_exactly(self):
        amounts = {key: 19_999_00 + key for key in range(1, 51)}
        limits = {"lottery": sum(amounts.values()) - amounts[7] - amounts[23], "charity": 39_998_30}
        found = rules.assign_sources(amounts, limits)
        assert sum(amounts[k] for k, code in found.items() if code == "lottery") <= limits["lottery"]
        assert sum(amounts[k] for k, code in found.items() if code == "charity") == 39_998_30

    @settings(max_examples=200, deadline=None)
    @given(
        amounts=st.lists(st.integers(1, 12), min_size=1, max_size=7),
        limits=st.lists(st.integers(0, 30), min_size=1, max_size=3),
    )
    def test_it_finds_an_assignment_exactly_when_there_is_one(self, amounts, limits):
        named, keyed = dict(zip("abc", limits, strict=False)), dict(enumerate(amounts))

        def fits(choice) -> bool:
            return all(
                sum(a for a, code in zip(amounts, choice, strict=True) if code == name) <= limit
                for name, limit in named.items()
            )

        possible = any(fits(choice) for choice in product(named, repeat=len(amounts)))
        try:
            found = rules.assign_sources(keyed, named)
        except rules.NoFit:
            assert not possible
        else:
            assert set(found) == set(keyed)
            assert fits([found[key] for key in sorted(found)])
            assert found == rules.assign_sources(dict(reversed(keyed.items())), named)


class TestMoneyAndSourcesTogether:
    def test_where_no_source_can_pay_whole_the_lowest_score_waits_and_the_money_is_explained(self):
        ranked = rules.ranked_by_category([someone(1, "90.00", 60_00), someone(2, "80.00", 60_00)], CHAIN)
        drawn = shares(ranked, {"elderly": 130_00})
        fitted, sources = rules.with_sources(drawn, ranked, {"lottery": 80_00, "charity": 50_00})
        assert [(a.key, a.outcome) for a in fitted.advice] == [(1, "propose"), (2, "waitlist")]
        assert sources == {1: "lottery"}
        assert [(x.why, x.amount_fen, x.key) for x in fitted.left] == [("no_source_fits", 70_00, 2)]

    @settings(max_examples=150, deadline=None)
    @given(
        rows=TestTheLine.candidates,
        shares_of=st.tuples(st.integers(0, 60), st.integers(0, 40)),
        split_at=st.integers(0, 100),
    )
    def test_no_fen_is_lost_on_the_way_to_its_source(self, rows, shares_of, split_at):
        total = 300_000_00
        money = {
            "elderly": total * shares_of[0] // 100,
            "youth": total * shares_of[1] // 100,
        }
        money["governance"] = total - sum(money.values())
        charity = total * split_at // 100
        people = [
            someone(key, f"{score / 100:.2f}", asked // 10_000 * 10_000 + 10_000, category=category)
            for key, (category, asked, score, _) in enumerate(rows, 1)
        ]
        ranked = rules.ranked_by_category(people, CHAIN)
        limits = {"lottery": total - charity, "charity": charity}
        fitted, sources = rules.with_sources(shares(ranked, money), ranked, limits)
        assert fitted.funded_fen() + fitted.left_fen() == total
        funded = {a.key: a.amount_fen for a in fitted.advice if a.outcome == "propose"}
        assert set(sources) == set(funded)
        for code, limit in limits.items():
            assert sum(funded[key] for key in funded if sources[key] == code) <= limit


def line(key: int = 1, **fields) -> Line:
    values = {
        "key": key,
        "name": f"项目{key}",
        "category": "elderly",
        "rank": key,
        "passed": True,
        "asked_fen": 20_000_00,
        "advised": "propose",
        "advised_fen": 20_000_00,
        "outcome": "propose",
        "amount_fen": 20_000_00,
    }
    return Line(**{**values, **fields})


def meeting(*lines: Line, **fields) -> Meeting:
    values = {
        "budgets": {"elderly": 40_000_00, "youth": 30_000_00},
        "sources": {"lottery": 60_000_00, "charity": 10_000_00},
        "cut_max_percent": 20,
        "move_max_percent": 10,
        "left": {"elderly": 4_000_00, "youth": 0},
    }
    return Meeting(tuple(lines), **{**values, **fields})


def codes(which, about) -> list[str]:
    return [violation.code for violation in violations(which, about)]


class TestTheMeeting:
    def test_what_follows_the_advice_needs_nothing(self):
        assert codes(rules.MEETING, meeting(line(1), line(2))) == []

    @pytest.mark.parametrize(
        ("change", "code"),
        [
            ({"outcome": "decline", "amount_fen": 0}, "L4"),
            ({"amount_fen": 18_000_00, "consent": "同意函"}, "L4"),
            ({"passed": False, "advised": "decline", "advised_fen": 0, "reason": "特殊"}, "L5"),
            ({"asked_fen": 19_000_00, "reason": "加额"}, "L6"),
            ({"amount_fen": 15_999_99, "reason": "核减", "consent": "同意函"}, "L6"),
            ({"amount_fen": 18_000_00, "reason": "核减"}, "L7"),
            ({"outcome": "waitlist", "reason": "缓办"}, "L8"),
        ],
    )
    def test_each_clause_stops_what_it_is_about(self, change, code):
        assert codes(rules.MEETING, meeting(line(1, **change))) == [code]

    def test_category_and_source_are_kept(self):
        assert codes(rules.MEETING, meeting(line(1), line(2), line(3))) == ["L9"]
        thirds = {"elderly": 60_000_00, "youth": 10_000_00}
        few = meeting(line(1), line(2), line(3), budgets=thirds, sources={"a": 50_000_00, "b": 10_000_00})
        assert codes(rules.MEETING, few) == ["L10"]

    @pytest.mark.parametrize(
        ("move", "expected"),
        [
            (Move("elderly", "youth", 4_000_00, "类别余额"), []),
            (Move("elderly", "youth", 4_000_01, "类别余额"), ["L2", "L3"]),
            (Move("youth", "elderly", 1, "无余额"), ["L3"]),
            (Move("elderly", "youth", 100, " "), ["L1"]),
            (Move("elderly", "elderly", 100, "同类"), ["L1"]),
            (Move("elderly", "nobody", 100, "无此类"), ["L1"]),
        ],
    )
    def test_money_moves_within_ten_percent_and_what_is_left(self, move, expected):
        assert codes(rules.MOVES, meeting(moves=(move,))) == expected

    def test_what_is_left_is_explained_to_the_fen_whatever_was_decided(self):
        moved = Move("elderly", "youth", 4_000_00, "类别余额")
        about = meeting(line(1), line(2, outcome="decline", amount_fen=0, reason="存疑"), moves=(moved,))
        left = rules.leftovers(about, [rules.Leftover("youth", 34_000_00, "no_more_passing")])
        assert [(x.category, x.amount_fen, x.why) for x in left] == [
            ("elderly", 16_000_00, "by_decision"),
            ("youth", 34_000_00, "no_more_passing"),
        ]
        assert sum(x.amount_fen for x in left) + 20_000_00 == sum(about.budgets.values())
