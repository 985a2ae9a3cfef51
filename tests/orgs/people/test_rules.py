"""Logins, identity numbers and roles that never meet in one person."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.policy import ADMINISTRATORS, APPLICANT_ROLES, STAFF_ROLES, Role
from orgs.people import rules
from orgs.people.models import BodyKind


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("13800138000", ("mobile", "13800138000")),
        (" +86 138-0013-8000 ", ("mobile", "13800138000")),
        ("１３８００１３８０００", ("mobile", "13800138000")),
        ("008613800138000", ("mobile", "13800138000")),
        ("Zhou@Example.ORG ", ("email", "zhou@example.org")),
        ("zhou＠example.org", ("email", "zhou@example.org")),
        ("12800138000", ("", "")),
        ("1380013800", ("", "")),
        ("zhou", ("", "")),
        ("a@b@c.org", ("", "")),
        ("", ("", "")),
    ],
)
def test_what_somebody_types_is_a_mobile_an_address_or_nothing(typed, meant):
    assert rules.normalise_login(typed) == meant


@given(st.text())
def test_any_text_can_be_typed(text):
    kind, value = rules.normalise_login(text)
    assert (kind == "") == (value == "")
    if value:
        assert rules.normalise_login(value) == (kind, value)


class TestIdentityNumber:
    @given(st.dates(date(1900, 1, 1), date(2020, 12, 31)), st.integers(0, 999), st.integers(110000, 659999))
    def test_exactly_one_check_character_fits(self, born, serial, place):
        stem = f"{place}{born:%Y%m%d}{serial:03d}"
        sound = [check for check in "0123456789X" if rules.identity_number_is_sound(stem + check)]
        assert len(sound) == 1

    @pytest.mark.parametrize(
        "number",
        ["", "11010519491231002x", "110105194913310025", "1101051949123100211", "11010519490230002X"],
    )
    def test_what_has_no_shape_or_no_birthday_is_unsound(self, number):
        assert not rules.identity_number_is_sound(number)

    def test_lower_case_and_spaces_are_normalised_first(self):
        assert rules.identity_number_is_sound(rules.normalise_identity_number("110105 19491231 002x"))


class TestRoles:
    def test_the_rules_know_the_roles_of_the_house(self):
        assert set(Role.values) == rules.BUSINESS | rules.ADMINISTRATORS
        assert rules.ADMINISTRATORS == ADMINISTRATORS
        assert rules.APPLICANT == APPLICANT_ROLES
        assert set(rules.HOMES) == set(Role.values)
        kinds = set().union(*rules.HOMES.values())
        assert kinds <= set(BodyKind.values)

    def test_everybody_who_decides_pays_or_scores_needs_a_second_factor(self):
        assert rules.SECOND_FACTOR >= STAFF_ROLES
        assert "expert" in rules.SECOND_FACTOR
        assert not rules.needs_second_factor({"applicant_admin", "community_worker"})
        assert rules.needs_second_factor({"applicant_admin", "expert"})

    @pytest.mark.parametrize(
        ("held", "wanted"),
        [
            ("system_admin", "security_admin"),
            ("audit_admin", "security_admin"),
            ("security_admin", "clerk"),
            ("clerk", "audit_admin"),
            ("operator", "expert"),
            ("operator", "applicant_admin"),
            ("applicant_editor", "operator"),
            ("clerk", "applicant_admin"),
            ("applicant_admin", "auditor"),
            ("finance_clerk", "expert"),
            ("supervisor", "expert"),
            ("supervisor", "leader"),
        ],
    )
    def test_two_roles_that_never_meet(self, held, wanted):
        assert rules.conflicts({held}, wanted)
        assert rules.conflicts({wanted}, held), "the order in which they come makes no difference"

    @pytest.mark.parametrize(
        ("held", "wanted"),
        [
            ("clerk", "section_chief"),
            ("clerk", "expert"),
            ("applicant_admin", "expert"),
            ("finance_clerk", "finance_approver"),
            ("coach", "expert"),
            ("clerk", "clerk"),
        ],
    )
    def test_two_roles_that_may_meet_and_are_told_apart_object_by_object(self, held, wanted):
        assert rules.conflicts({held}, wanted) == []

    def test_a_role_is_held_where_it_belongs(self):
        assert rules.is_at_home("applicant_admin", "social_organisation")
        assert not rules.is_at_home("applicant_admin", "section")
        assert not rules.is_at_home("clerk", "operator")
        assert rules.is_at_home("expert", "committee")


def test_ties_count_for_three_years_even_from_a_leap_day():
    assert rules.tied_since(date(2026, 6, 1)) == date(2023, 6, 1)
    assert rules.tied_since(date(2028, 2, 29)) == date(2025, 2, 28)


@pytest.mark.parametrize(
    ("password", "classes"), [("", 0), ("abc", 1), ("Abc1", 3), ("Abc-1", 4), ("春天", 1)]
)
def test_classes_of_characters_are_counted(password, classes):
    assert rules.character_classes(password) == classes


def test_officers_need_a_stronger_password():
    assert rules.password_problems("wuchangwuchang") == []
    assert len(rules.password_problems("wuchangwuchang", officer=True)) == 1
    assert rules.password_problems("Wuchang2026", officer=True) == []
    assert len(rules.password_problems("12345", officer=True)) == 3
