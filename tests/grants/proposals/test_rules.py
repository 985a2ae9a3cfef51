"""The rules of an application, clause by clause, on plain values."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
import yaml

from core.rulebook import violations
from grants.proposals.rules.answers import COMPLETENESS, questions, split_by_blindness
from grants.proposals.rules.budget import BUDGET_RULES, Budget, Line
from grants.proposals.rules.eligibility import (
    ELIGIBILITY_RULES,
    Applicant,
    Case,
    EarlierProject,
    Listing,
)
from grants.rounds.rules import parse_terms

PACK = Path(__file__).parents[3] / "district" / "wuchang"
TERMS = parse_terms(yaml.safe_load((PACK / "terms_2026.yaml").read_text(encoding="utf-8")))
FORM = yaml.safe_load((PACK / "form_2026.yaml").read_text(encoding="utf-8"))
ACCOUNTS = {
    "101": ("staff", "labour"),
    "102": ("labour",),
    "103": ("labour",),
    "105": (),
    "106": ("catering",),
    "108": ("publicity",),
    "112": ("equipment",),
    "120": ("overhead",),
    "130": ("tax",),
    "190": ("other",),
}


def line(
    no=1, code="105", item="助浴物资包", price=10_000, quantity=1, times=1, *, grant=None, own=0, **more
):
    total = price * quantity * times
    values = {
        "basis": "按次采购",
        "unit": "套",
        "subtotal_fen": total,
        "grant_fen": total - own if grant is None else grant,
        "own_fen": own,
        "linked_activity": "入户助浴",
        "remark": "",
        **more,
    }
    return Line(no=no, code=code, item=item, unit_price_fen=price, quantity=quantity, times=times, **values)


def budget(*lines, track="light"):
    return Budget(track, tuple(lines), ACCOUNTS, "入户助浴12次")


def codes(*lines, track="light"):
    return [violation.code for violation in violations(BUDGET_RULES, budget(*lines, track=track), TERMS)]


def test_a_sound_budget_breaks_nothing():
    assert codes(line(1, price=50_000, quantity=20), line(2, "101", "专职补贴", 40_000, 10)) == []


@pytest.mark.parametrize(
    ("lines", "broken"),
    [
        ([], ["B3", "B11"]),
        ([line(no) for no in range(1, 10)], ["B11"]),
        ([line(code="999")], ["B12"]),
        ([line(subtotal_fen=10_001, grant=10_001)], ["B1"]),
        ([line(grant=9_999)], ["B2"]),
        ([line(grant=10_500, own=-500)], ["B10", "B2"]),
        ([line(price=2_000_001)], ["B3"]),
        ([line(1, price=60_000), line(2, "101", "专职补贴", 40_001)], ["B4"]),
        ([line(1, price=39_999), line(2, "102", "志愿者补贴", 5_000, 12), line(3, price=1)], []),
        ([line(1, price=95_000), line(2, "120", "管理费", 12_000)], ["B4"]),
        ([line(1, price=900_000), line(2, "112", "血压计", 100_000)], []),
        ([line(1, price=1_500_000), line(2, "112", "投影机", 200_001, own=100_001)], ["B5"]),
        ([line(1, price=90_000), line(2, "102", "志愿者补贴", 10_001)], ["B6"]),
        ([line(1, price=300_000), line(2, "103", "讲师费", 100_001)], ["B6"]),
        ([line(item="老人慰问品")], ["B7"]),
        ([line(basis="购买购物卡发放")], ["B7"]),
        ([line(linked_activity=" ")], ["B8"]),
        ([line(linked_activity="外出考察")], ["B8"]),
        ([line(1, price=300_000), line(2, "190", "其他", 1_000)], ["B9"]),
        ([line(1, price=300_000), line(2, "130", "税费", 1)], ["B4"]),
    ],
)
def test_each_budget_clause_catches_its_case(lines, broken):
    assert sorted(codes(*lines)) == sorted(broken)


def test_the_cap_itself_may_be_asked_for_and_not_a_fen_more():
    assert codes(line(price=2_000_000)) == []
    assert codes(line(price=1_000_000), track="micro") == []
    assert codes(line(price=1_000_001), track="micro") == ["B3"]


def test_a_broken_share_says_the_largest_allowed_figure():
    found = violations(BUDGET_RULES, budget(line(1, price=60_000), line(2, "101", "专职补贴", 60_000)), TERMS)
    assert str(found[0]) == "人员补贴 600.00 元，超过申请资金的 40%，最多可填 480.00 元"
    assert found[0].source == "预算编制说明 三"


def test_own_share_is_asked_for_where_the_terms_ask_for_it():
    asked = replace(TERMS, limits=replace(TERMS.limits, own_share_percent_min=20))
    assert [v.code for v in violations(BUDGET_RULES, budget(line(price=10_000)), asked)] == ["B10"]
    assert violations(BUDGET_RULES, budget(line(price=10_000, own=2_000)), asked) == []


SOUND = {
    "title": "助浴到家：高龄失能老人居家助浴",
    "category": "elderly_disability",
    "community": "420106001001",
    "survey_size": 46,
    "pledge": "agreed",
}


def answers(**changes):
    filled = dict(SOUND)
    for question in questions(FORM):
        if question.required and question.key not in filled:
            low = question.bounds.get("min_length", 0)
            filled[question.key] = (
                question.bounds.get("min", 20) if question.type == "int" else "助" * max(low, 20)
            )
    return {**filled, **changes}


def incomplete(**changes):
    found = violations(COMPLETENESS, FORM, answers(**changes))
    return [(violation.code, violation.subject) for violation in found]


def test_a_filled_form_breaks_nothing():
    assert incomplete() == []


@pytest.mark.parametrize(
    ("changes", "broken"),
    [
        ({"title": ""}, ("C1", "title")),
        ({"survey_size": None}, ("C1", "survey_size")),
        ({"title": "短"}, ("C2", "title")),
        ({"title": "长" * 41}, ("C2", "title")),
        ({"survey_size": 4}, ("C3", "survey_size")),
        ({"survey_size": "46"}, ("C3", "survey_size")),
        ({"survey_size": True}, ("C3", "survey_size")),
        ({"category": "sports"}, ("C4", "category")),
        ({"survey_methods": ["questionnaire", "oracle"]}, ("C4", "survey_methods")),
        ({"pledge": ""}, ("C1", "pledge")),
    ],
)
def test_each_form_clause_names_its_field(changes, broken):
    assert incomplete(**changes) == [broken]


def test_a_conditional_field_is_asked_for_only_under_its_condition():
    form = {"sections": [{"key": "s", "title": "", "blind": True, "fields": [
        {"key": "minors", "label": "涉及未成年人", "type": "choice",
         "options": [{"value": "yes"}, {"value": "no"}]},
        {"key": "consent", "label": "监护人同意", "type": "text", "required": True,
         "when": {"field": "minors", "equals": "yes"}},
    ]}]}  # fmt: skip
    assert violations(COMPLETENESS, form, {"minors": "no"}) == []
    assert [v.subject for v in violations(COMPLETENESS, form, {"minors": "yes"})] == ["consent"]


def test_an_impossible_date_is_refused():
    form = {"sections": [{"key": "s", "title": "", "blind": True, "fields": [
        {"key": "on", "label": "启动日期", "type": "date"}]}]}  # fmt: skip
    assert [v.code for v in violations(COMPLETENESS, form, {"on": "2026-06-31"})] == ["C5"]
    assert violations(COMPLETENESS, form, {"on": "2026-06-30"}) == []


def test_the_form_keeps_the_light_path():
    assert sum(question.required for question in questions(FORM)) <= 18


def test_team_and_pledge_are_not_shown_blind():
    blind, shown = split_by_blindness(FORM, answers())
    assert "team" in shown and "team" not in blind and "goals" in blind


CLOSING = date(2026, 4, 28)
SOUND_APPLICANT = Applicant(
    kind="organisation",
    in_good_standing=True,
    founded_on=date(2019, 6, 1),
    incubated=False,
    registered_in="420106",
    inspection="passed",
    listings=(),
    has_account=True,
    has_host=False,
    hosted_here=0,
    is_operator=False,
    earlier=(),
)


def ineligible(track="light", consent="confirmed", in_district=True, **changes):
    case = Case(replace(SOUND_APPLICANT, **changes), track, in_district, consent, CLOSING)
    return [violation.code for violation in violations(ELIGIBILITY_RULES, case, TERMS)]


OLD = {"title": "旧项目", "funder": "区民政委"}
RUNNING = EarlierProject(**OLD, report_filed=False, settled=False)
FILED = EarlierProject(**OLD, report_filed=True, settled=False)
FAILED = EarlierProject(**OLD, report_filed=True, settled=True, failed=True)
ELSEWHERE = EarlierProject(
    title="同题", funder="市残联", report_filed=False, settled=False, same_content=True, ours=False
)


@pytest.mark.parametrize(
    ("changes", "broken"),
    [
        ({}, []),
        ({"in_good_standing": False}, ["E1"]),
        ({"founded_on": date(2025, 10, 28)}, []),
        ({"founded_on": date(2025, 10, 29)}, ["E2"]),
        ({"founded_on": date(2026, 4, 1), "incubated": True}, []),
        ({"founded_on": None}, ["E2"]),
        ({"registered_in": "420100"}, []),
        ({"registered_in": "420111"}, ["E3"]),
        ({"inspection": "not_yet_due"}, []),
        ({"inspection": "failed"}, ["E4"]),
        ({"listings": (Listing("abnormal", date(2024, 1, 1), date(2025, 4, 27)),)}, []),
        ({"listings": (Listing("abnormal", date(2024, 1, 1), date(2025, 4, 28)),)}, ["E5"]),
        ({"listings": (Listing("abnormal", date(2026, 3, 1)),)}, ["E5"]),
        ({"listings": (Listing("serious", date(2022, 1, 1), date(2024, 4, 28)),)}, ["E6"]),
        ({"listings": (Listing("serious", date(2022, 1, 1), date(2024, 4, 27)),)}, []),
        ({"has_account": False}, ["E7"]),
        ({"earlier": (FILED,)}, []),
        ({"earlier": (RUNNING,)}, ["E8"]),
        ({"earlier": (FAILED,)}, ["E8"]),
        ({"earlier": (ELSEWHERE,)}, ["E9"]),
        ({"is_operator": True}, ["E10"]),
        ({"kind": "hosted_group", "has_host": True, "track": "micro", "hosted_here": 3}, []),
        ({"kind": "hosted_group", "has_host": True, "track": "micro", "hosted_here": 4}, ["E11"]),
        ({"kind": "hosted_group", "track": "micro"}, ["E12"]),
        ({"track": "micro"}, ["E13"]),
        ({"consent": "asked"}, ["E14"]),
        ({"consent": "refused"}, ["E14"]),
        ({"in_district": False}, ["E15"]),
    ],
)
def test_each_eligibility_clause_catches_its_case(changes, broken):
    assert ineligible(**changes) == broken


@pytest.mark.parametrize(
    ("day", "founded"), [(date(2024, 8, 31), date(2024, 2, 29)), (date(2026, 8, 30), date(2026, 2, 28))]
)
def test_half_a_year_before_the_end_of_august_is_the_end_of_february(day, founded):
    case = Case(replace(SOUND_APPLICANT, founded_on=founded), "light", True, "confirmed", day)
    assert violations(ELIGIBILITY_RULES, case, TERMS) == []
