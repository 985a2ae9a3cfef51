"""Papers with dates, and what they make of an organisation's standing on a day."""

from __future__ import annotations

from datetime import date

import pytest

from core import events
from core.audit.selectors import entries_of
from core.errors import Forbidden, Refused
from core.policy import SYSTEM
from orgs.registry import selectors, services
from orgs.registry.events import CreditLifted, CreditListed
from orgs.registry.rules import ABNORMAL, Listing
from tests.orgs.builders import NOW, TODAY, Bureau, House, a_body

pytestmark = pytest.mark.django_db


@pytest.fixture
def bureau():
    return Bureau()


@pytest.fixture
def clerk(bureau):
    return bureau.clerk


@pytest.fixture
def house():
    return House()


class TestInspections:
    def record(self, by, house, year=2024, result="passed", **fields):
        return services.record_inspection(
            organisation_id=house.entry.pk, year=year, result=result, by=by, now=NOW, **fields
        )

    def test_the_year_that_was_due_counts(self, clerk, house):
        assert selectors.standing(house.body, TODAY).latest_inspection == "not_taken"
        self.record(clerk, house)
        assert selectors.standing(house.body, TODAY).latest_inspection == "passed"
        assert selectors.standing(house.body, date(2026, 6, 1)).latest_inspection == "not_taken"
        self.record(clerk, house, 2025, "failed")
        assert selectors.standing(house.body, TODAY).latest_inspection == "failed"

    def test_a_correction_needs_a_reason_and_keeps_the_first(self, clerk, house):
        self.record(clerk, house, result="failed")
        with pytest.raises(Refused, match="更正须说明理由"):
            self.record(clerk, house)
        corrected = self.record(clerk, house, reason="复议后改为合格")
        entry = entries_of(corrected).get(verb="correct")
        assert (entry.payload["before"], entry.payload["after"]) == ("failed", "passed")

    def test_a_made_up_result_is_refused(self, clerk, house):
        with pytest.raises(Refused):
            self.record(clerk, house, result="excellent")

    def test_the_house_does_not_inspect_itself(self, house):
        with pytest.raises(Forbidden):
            self.record(house.admin, house)


class TestGrades:
    def record(self, by, house, **fields):
        return services.record_grade(organisation_id=house.entry.pk, by=by, now=NOW, **fields)

    def test_dates_follow_the_rule_of_the_day_of_announcement(self, clerk, house):
        new = self.record(clerk, house, grade="4A", announced_on=date(2026, 3, 20))
        assert (new.valid_from, new.valid_to) == (date(2027, 1, 1), date(2031, 12, 31))
        old = self.record(clerk, house, grade="3A", announced_on=date(2022, 9, 1))
        assert (old.valid_from, old.valid_to) == (date(2022, 9, 1), date(2027, 8, 31))
        assert selectors.standing(house.body, TODAY).grade == "3A"
        assert selectors.standing(house.body, date(2027, 6, 1)).grade == "4A"

    def test_explicit_dates_win(self, clerk, house):
        given = self.record(
            clerk, house, grade="5A", announced_on=date(2026, 3, 20),
            valid_from=date(2026, 4, 1), valid_to=date(2026, 12, 31),
        )  # fmt: skip
        assert (given.valid_from, given.valid_to) == (date(2026, 4, 1), date(2026, 12, 31))

    def test_an_unknown_grade_is_refused(self, clerk, house):
        with pytest.raises(Refused):
            self.record(clerk, house, grade="6A", announced_on=TODAY)


class TestCreditLists:
    def put(self, by, house, **fields):
        asked = {"kind": "abnormal", "from_date": date(2025, 1, 10), "why": "未按时报送年报"} | fields
        return services.list_credit(organisation_id=house.entry.pk, by=by, now=NOW, **asked)

    def test_it_counts_while_it_lasts_and_for_the_years_after(self, bureau, house):
        listing = self.put(bureau.clerk, house)
        assert selectors.standing(house.body, TODAY).listed(ABNORMAL)
        services.lift_credit(
            listing_id=listing.pk,
            to_date=date(2025, 6, 30),
            reason="已补报",
            by=bureau.section_chief,
            now=NOW,
        )
        standing = selectors.standing(house.body, TODAY)
        assert standing.listings == (Listing(ABNORMAL, date(2025, 1, 10), date(2025, 6, 30)),)
        assert not standing.listed(ABNORMAL)
        assert standing.listed(ABNORMAL, years=1)
        assert not selectors.standing(house.body, date(2026, 7, 1)).listed(ABNORMAL, years=1)

    def test_facts_tell_the_rooms_above(self, bureau, house, monkeypatch):
        said = []
        for fact in (CreditListed, CreditLifted):
            monkeypatch.setitem(events._handlers, fact, [lambda fact, *, by, now: said.append(fact)])
        listing = self.put(bureau.clerk, house)
        services.lift_credit(
            listing_id=listing.pk, to_date=TODAY, reason="移出", by=bureau.section_chief, now=NOW
        )
        assert said == [CreditListed(listing.pk, house.body.pk), CreditLifted(listing.pk, house.body.pk)]

    def test_it_is_listed_once_at_a_time_and_lifted_once(self, bureau, house):
        listing = self.put(bureau.clerk, house)
        with pytest.raises(Refused, match="已在这份名单上"):
            self.put(bureau.clerk, house)
        self.put(bureau.clerk, house, kind="serious", why="弄虚作假")
        lift = {"listing_id": listing.pk, "reason": "移出", "by": bureau.clerk, "now": NOW}
        with pytest.raises(Refused, match="早于"):
            services.lift_credit(to_date=date(2025, 1, 9), **lift)
        services.lift_credit(to_date=TODAY, **lift)
        with pytest.raises(Refused, match="已移出"):
            services.lift_credit(to_date=TODAY, **lift)

    def test_a_reason_is_given(self, bureau, house):
        with pytest.raises(Refused, match="事由"):
            self.put(bureau.clerk, house, why=" ")


class TestStanding:
    def test_everything_the_eligibility_rules_ask_for(self, clerk, house):
        services.edit_organisation(
            organisation_id=house.entry.pk, by=clerk, now=NOW, has_party_organisation=True,
            incubated_from=date(2025, 1, 1), incubated_to=date(2026, 4, 10), tags=["养老"],
            charity_since=date(2020, 1, 1),
        )  # fmt: skip
        known = selectors.standing(house.body, TODAY)
        assert (known.kind, known.status, known.registered_in) == ("social_organisation", "active", "420106")
        assert (known.has_party_organisation, known.incubated, known.charity) == (True, True, True)
        assert (known.tags, known.founded_on) == (("养老",), date(2018, 5, 1))
        assert not known.has_own_account
        assert not selectors.standing(house.body, date(2026, 4, 11)).incubated

    def test_a_body_that_is_not_registered_stands_for_nothing(self):
        known = selectors.standing(a_body("section", "某科"), TODAY)
        assert (known.code, known.status, known.latest_inspection) == ("", "", "")

    def test_the_same_queries_for_one_and_for_many(self, house, django_assert_num_queries):
        with django_assert_num_queries(7):
            assert len(selectors.standings([house.body], TODAY)) == 1
        more = [house.body, *(House(f"第{n}中心").body for n in range(3))]
        with django_assert_num_queries(7):
            assert len(selectors.standings(more, TODAY)) == 4

    def test_papers_do_not_get_mixed_up(self, clerk):
        one, two = House("甲中心"), House("乙中心")
        services.record_inspection(
            organisation_id=one.entry.pk, year=2024, result="passed", by=SYSTEM, now=NOW
        )
        services.list_credit(
            organisation_id=two.entry.pk, kind="serious", from_date=TODAY, why="x", by=SYSTEM, now=NOW
        )
        both = selectors.standings([one.body, two.body], TODAY)
        assert (both[one.body.pk].latest_inspection, both[one.body.pk].listings) == ("passed", ())
        assert both[two.body.pk].latest_inspection == "not_taken"
        assert both[two.body.pk].listed("serious")
