"""The length of a notice and the search of its text."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.rulebook import violations
from core.workdays import SHANGHAI, Calendar
from grants.publicity import rules

YEAR = Calendar(
    off=frozenset({date(2026, 6, 19)}) | {date(2026, 10, day) for day in range(1, 8)},
    work=frozenset({date(2026, 10, 10)}),
)


def at(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=SHANGHAI)


def line(position: int = 1, **changes: object) -> rules.Line:
    values = {
        "position": position,
        "title": "银龄守望",
        "organisation": "武昌区某服务中心",
        "place": "某社区",
        "category": "养老助残",
        "amount_fen": 2_000_000,
    }
    return rules.Line(**{**values, **changes})


class TestThePeriod:
    def test_the_first_day_counts_when_the_notice_is_out_by_nine(self):
        period = rules.notice_period(YEAR, at(2026, 6, 8, 9, 0), 5, True)
        assert (period.first, period.last) == (date(2026, 6, 8), date(2026, 6, 12))
        assert period.ends_at == at(2026, 6, 13, 0, 0)

    def test_one_second_after_nine_it_does_not(self):
        assert rules.notice_period(YEAR, at(2026, 6, 8, 9, 0, 1), 5, True).last == date(2026, 6, 15)

    def test_it_never_counts_where_the_terms_say_no(self):
        assert rules.notice_period(YEAR, at(2026, 6, 8, 8, 0), 5, False).last == date(2026, 6, 15)

    def test_days_off_are_no_working_days_and_make_up_days_are(self):
        assert rules.notice_period(YEAR, at(2026, 9, 30, 8, 0), 3, True).last == date(2026, 10, 9)
        assert rules.notice_period(YEAR, at(2026, 10, 8, 8, 0), 3, True).last == date(2026, 10, 10)

    def test_published_on_a_sunday_it_counts_from_monday(self):
        assert rules.notice_period(YEAR, at(2026, 6, 7, 8, 0), 5, True).last == date(2026, 6, 12)

    def test_the_day_is_that_of_wuhan_not_of_greenwich(self):
        late = datetime.fromisoformat("2026-06-07T23:30:00+00:00")
        assert rules.notice_period(YEAR, late, 5, True).first == date(2026, 6, 8)

    @given(minutes=st.integers(0, 365 * 24 * 60 - 1), days=st.integers(1, 15), counts=st.booleans())
    def test_it_always_holds_exactly_as_many_whole_working_days(self, minutes, days, counts):
        published = at(2026, 1, 1, 0, 0) + timedelta(minutes=minutes)
        period = rules.notice_period(YEAR, published, days, counts)
        first = (
            period.first if rules.counts_first_day(published, counts) else period.first + timedelta(days=1)
        )
        assert YEAR.count(first, period.last) == days
        assert YEAR.is_workday(period.last)
        assert published < period.ends_at

    def test_what_was_announced_is_never_shortened(self):
        period = rules.notice_period(YEAR, at(2026, 6, 8, 9, 0), 5, True)
        assert rules.last_day(date(2026, 6, 16), period) == date(2026, 6, 16)
        assert rules.last_day(date(2026, 6, 11), period) == date(2026, 6, 12)
        assert rules.last_day(None, period) == date(2026, 6, 12)

    def test_an_answer_is_due_on_the_fifteenth_working_day_after(self):
        assert rules.reply_due(YEAR, date(2026, 6, 10), 15) == date(2026, 7, 2)


class TestTheTextOfANotice:
    @pytest.mark.parametrize(
        "number",
        ["13812341234", "11010519491231002X", "6222 0210 0111 6245 702"],
        ids=["a mobile", "an identity number", "a bank card"],
    )
    def test_a_personal_number_is_refused_and_its_place_is_named(self, number):
        lines = [line(1), line(2, title=f"银龄守望 联系 {number}")]
        broken = violations(rules.PUBLICATION, rules.texts_of({"正文": "公示如下"}, lines), lines)
        assert [one.code for one in broken] == ["G1"]
        assert "第 2 项项目名称" in str(broken[0])
        assert number not in str(broken[0])

    def test_an_office_telephone_and_a_credit_code_may_stand(self):
        lines = [line(1, organisation="某中心（52420106MJH0000278）")]
        parts = {"受理方式": "社会组织管理科 027-88936123"}
        assert violations(rules.PUBLICATION, rules.texts_of(parts, lines), lines) == []

    def test_a_notice_of_nothing_is_refused(self):
        assert [v.code for v in violations(rules.PUBLICATION, [], [])] == ["G2"]

    def test_project_organisation_and_amount_are_announced(self):
        lines = [line(3, title=" ", amount_fen=0)]
        broken = violations(rules.PUBLICATION, rules.texts_of({}, lines), lines)
        assert [v.code for v in broken] == ["G3"]
        assert "项目名称、资助金额" in str(broken[0])


class TestWhatAnObjectionNeeds:
    @pytest.mark.parametrize(
        ("kind", "name", "contact", "seal", "says", "codes"),
        [
            ("person", True, True, False, "弄虚作假", []),
            ("person", True, False, False, "弄虚作假", ["G5"]),
            ("person", False, True, False, "弄虚作假", ["G5"]),
            ("unit", True, True, False, "弄虚作假", ["G6"]),
            ("unit", True, True, True, "弄虚作假", []),
            ("anonymous", False, False, False, "弄虚作假", []),
            ("anonymous", False, False, False, "  ", ["G4"]),
        ],
    )
    def test_signed_ones_name_whom_to_answer(self, kind, name, contact, seal, says, codes):
        complaint = rules.Complaint(kind, name, contact, seal, says)
        assert [v.code for v in violations(rules.COMPLAINT, complaint)] == codes
