"""Credit codes, grades, inspections and standing, on plain values."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orgs.registry import rules
from orgs.registry.rules import ABNORMAL, SERIOUS, Listing, Standing

VALID = [
    "91350100M000100Y43",
    "91110000101623741K",
    "51420106MJH000019G",
    "52420106MJH0000278",
    "53420106MJH0000350",
    "54420106MJH000043P",
    "52420106MJH0000A21",
    "52420106MJH0002110",
    "52420106MJH00006XG",
]
REAL_BUT_UNSOUND = "91350211M0000XUF46"
subjects = st.text("0123456789ABCDEFGHJKLMNPQRTUWXY", min_size=8, max_size=8)
types = st.sampled_from(sorted(set(rules.PREFIXES.values())))
divisions = st.integers(110000, 659999).map(str)
codes = st.builds(
    lambda t, d, s: rules.compose_code(org_type=t, division=d, subject8=s), types, divisions, subjects
)


def broken(code, org_type=""):
    return [violation.code for violation in rules.code_problems(code, org_type)]


class TestCreditCode:
    @pytest.mark.parametrize("code", VALID)
    def test_a_valid_code_breaks_no_rule(self, code):
        assert broken(code) == []

    def test_a_real_code_that_fails_its_own_check_is_named(self):
        assert broken(REAL_BUT_UNSOUND) == ["U2"]
        [violation] = rules.code_problems(REAL_BUT_UNSOUND)
        assert "末位应为" in violation.text

    def test_a_remainder_of_zero_gives_the_character_zero(self):
        first17 = "52420106MJH000211"
        total = sum(
            rules.ALPHABET.index(one) * weight for one, weight in zip(first17, rules.WEIGHTS, strict=True)
        )
        assert total % 31 == 0
        assert rules.check_character(first17) == "0"

    @pytest.mark.parametrize(("body", "check"), [("MJH00006", "X"), ("MJH00002", "7"), ("M000100Y", "4")])
    def test_the_inner_code_has_its_own_check(self, body, check):
        assert rules.inner_check(body) == check

    def test_an_inner_check_of_eleven_gives_zero(self):
        eleven = [n for n in range(100) if rules.inner_check(f"MJH000{n:02d}") == "0"]
        total = sum(
            int(one, 36) * weight
            for one, weight in zip(f"MJH000{eleven[0]:02d}", rules.INNER_WEIGHTS, strict=True)
        )
        assert total % 11 == 0

    @given(codes)
    def test_every_composed_code_is_sound(self, code):
        assert len(code) == 18
        assert broken(code, rules.PREFIXES[code[:2]]) == []

    @given(codes, st.integers(0, 17), st.sampled_from(rules.ALPHABET))
    def test_one_wrong_character_is_always_found(self, code, place, other):
        wrong = code[:place] + other + code[place + 1 :]
        assert (broken(wrong) == []) == (wrong == code)

    @given(st.text(max_size=30))
    def test_any_text_can_be_typed(self, text):
        code = rules.normalise_code(text)
        assert rules.code_problems(code, "association") or rules.SHAPE.fullmatch(code)
        assert code == code.upper()

    @pytest.mark.parametrize(
        "code", ["", "52420106MJH000027", "52420106MJH00002780", "5242O106MJH0000278", "５"]
    )
    def test_what_has_no_shape_breaks_the_first_rule_only(self, code):
        assert broken(code, "association") == ["U1"]

    def test_it_is_normalised_but_never_guessed(self):
        assert rules.normalise_code(" 52420106-mjh0000278\u3000") == "52420106MJH0000278"
        typed = rules.normalise_code("52420106mjhoooo278")
        assert typed == "52420106MJHOOOO278"
        assert broken(typed) == ["U1"]
        assert rules.suggestion(typed) == "52420106MJH0000278"

    def test_nothing_is_suggested_for_a_sound_code_or_a_hopeless_one(self):
        assert rules.suggestion("52420106MJH0000278") == ""
        assert rules.suggestion("HELLO") == ""

    def test_the_prefix_must_fit_the_type(self):
        assert broken("52420106MJH0000278", rules.SERVICE_INSTITUTION) == []
        assert broken("52420106MJH0000278", rules.ASSOCIATION) == ["U4"]
        assert broken("54420106MJH000043P", rules.RESIDENTS_COMMITTEE) == []

    def test_it_tells_where_it_was_registered(self):
        assert rules.registering_division("52420106MJH0000278") == "420106"


class TestGrades:
    @pytest.mark.parametrize(
        ("announced", "first", "last"),
        [
            (date(2026, 3, 1), date(2027, 1, 1), date(2031, 12, 31)),
            (date(2026, 12, 31), date(2027, 1, 1), date(2031, 12, 31)),
            (date(2027, 1, 1), date(2028, 1, 1), date(2032, 12, 31)),
            (date(2026, 2, 28), date(2026, 2, 28), date(2031, 2, 27)),
            (date(2021, 6, 30), date(2021, 6, 30), date(2026, 6, 29)),
        ],
    )
    def test_the_rule_of_2026_and_the_one_before(self, announced, first, last):
        assert rules.grade_validity(announced) == (first, last)

    def test_the_grade_that_began_last_counts(self):
        rows = [("3A", date(2022, 1, 1), date(2026, 12, 31)), ("4A", date(2026, 1, 1), date(2030, 12, 31))]
        assert rules.grade_on(rows, date(2025, 12, 31)) == "3A"
        assert rules.grade_on(rows, date(2026, 6, 1)) == "4A"
        assert rules.grade_on(rows, date(2031, 1, 1)) == ""


class TestInspections:
    @pytest.mark.parametrize(
        ("on", "year"), [(date(2026, 5, 31), 2024), (date(2026, 6, 1), 2025), (date(2026, 12, 31), 2025)]
    )
    def test_a_year_is_due_by_the_end_of_may_of_the_next(self, on, year):
        assert rules.due_inspection_year(on) == year

    @pytest.mark.parametrize(
        ("rows", "founded", "on", "counts"),
        [
            ([(2024, "passed"), (2025, "failed")], date(2015, 1, 1), date(2026, 4, 10), "failed"),
            ([(2024, "passed")], date(2015, 1, 1), date(2026, 4, 10), "passed"),
            ([(2024, "passed")], date(2015, 1, 1), date(2026, 6, 1), "not_taken"),
            ([(2023, "passed")], date(2015, 1, 1), date(2026, 4, 10), "not_taken"),
            ([], date(2024, 6, 30), date(2026, 4, 10), "not_taken"),
            ([], date(2024, 7, 1), date(2026, 4, 10), "not_yet_due"),
            ([], date(2025, 7, 1), date(2026, 6, 1), "not_yet_due"),
            ([], None, date(2026, 4, 10), "not_taken"),
            ([(2026, "passed")], date(2025, 9, 1), date(2026, 4, 10), "not_yet_due"),
        ],
    )
    def test_the_result_that_counts(self, rows, founded, on, counts):
        assert rules.latest_inspection(rows, founded, on) == counts


class TestStanding:
    def on(self, day, **fields):
        return Standing(body_id=1, on=day, kind="social_organisation", **fields)

    @pytest.mark.parametrize(
        ("founded", "years", "long_enough"),
        [
            (date(2025, 10, 10), 0.5, True),
            (date(2025, 10, 11), 0.5, False),
            (date(2025, 4, 10), 1, True),
            (date(2025, 4, 11), 1, False),
            (None, 0.5, False),
        ],
    )
    def test_how_long_it_has_existed(self, founded, years, long_enough):
        assert self.on(date(2026, 4, 10), founded_on=founded).founded_for(years) is long_enough

    @pytest.mark.parametrize(
        ("listing", "years", "listed"),
        [
            (Listing(ABNORMAL, date(2024, 1, 1), date(2025, 4, 9)), 1, False),
            (Listing(ABNORMAL, date(2024, 1, 1), date(2025, 4, 10)), 1, True),
            (Listing(ABNORMAL, date(2026, 4, 10)), 1, True),
            (Listing(ABNORMAL, date(2026, 4, 11)), 1, False),
            (Listing(ABNORMAL, date(2020, 1, 1)), 0, True),
            (Listing(SERIOUS, date(2026, 1, 1)), 1, False),
        ],
    )
    def test_whether_it_was_listed_within_some_years(self, listing, years, listed):
        assert self.on(date(2026, 4, 10), listings=(listing,)).listed(ABNORMAL, years=years) is listed

    def test_until_when_it_was_listed(self):
        day = date(2026, 4, 10)
        rows = (Listing(SERIOUS, date(2020, 1, 1), date(2022, 1, 1)), Listing(SERIOUS, date(2026, 1, 1)))
        assert self.on(day, listings=rows).listed_until(SERIOUS) == day
        assert self.on(day, listings=rows[:1]).listed_until(SERIOUS) == date(2022, 1, 1)
        assert self.on(day).listed_until(SERIOUS) is None

    @given(st.dates(date(1990, 1, 1), date(2030, 12, 31)), st.integers(0, 60))
    def test_months_never_jump_over_a_month(self, day, months):
        later = rules.months_later(day, months)
        assert (later.year - day.year) * 12 + later.month - day.month == months
        assert later.day <= day.day


@pytest.mark.parametrize(
    ("typed", "number"),
    [
        ("4205 0123 4567 8900 0011", "42050123456789000011"),
        ("６２２２０２３６０２００１２３４５", "62220236020012345"),
        ("1234567", ""),
        ("42050123x", ""),
    ],
)
def test_account_numbers_are_digits(typed, number):
    assert rules.clean_account_number(typed) == number


def test_names_are_the_same_but_for_spaces_and_the_width_of_brackets():
    assert rules.same_name("武昌区（阳光）服务中心", "武昌区(阳光) 服务中心")
    assert not rules.same_name("武昌区阳光服务中心", "武昌区阳光服务社")
