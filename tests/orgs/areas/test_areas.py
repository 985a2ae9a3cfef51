"""Places are known by their code, exist between two days, and keep their history when they merge."""

from __future__ import annotations

from collections import Counter
from datetime import date

import pytest
from django.db import IntegrityError, transaction
from hypothesis import given
from hypothesis import strategies as st

from core.audit.selectors import entries_of
from core.errors import Forbidden, NotFound, Refused
from core.policy import ANONYMOUS, SYSTEM
from orgs.areas import rules, selectors
from orgs.areas.models import Community, District, Street
from orgs.areas.services import load_divisions, merge_communities
from tests.orgs.builders import NOW, TODAY, Bureau, division_rows, load_places

PER_STREET = {
    "001": 12, "002": 15, "003": 16, "005": 8, "006": 4, "007": 4, "008": 9, "009": 12,
    "010": 8, "011": 24, "012": 17, "013": 5, "014": 2, "015": 6, "490": 2,
}  # fmt: skip


class TestRules:
    @pytest.mark.parametrize("code", ["", "42010", "4201060010", "42010600100a", "４２０１０６"])
    def test_what_is_no_code_has_no_level(self, code):
        with pytest.raises(ValueError, match="not a division code"):
            rules.level_of(code)

    def test_a_district_has_no_parent_here(self):
        assert rules.parent_of("420106012001") == "420106012"
        with pytest.raises(ValueError, match="outside"):
            rules.parent_of("420106")

    @pytest.mark.parametrize(
        ("official", "shown"),
        [
            ("尚隆苑社区居委会", "尚隆苑社区"),
            ("融侨华府社区", "融侨华府社区"),
            ("701社区居委会", "701社区"),
            ("和平社区居民委员会", "和平社区"),
            ("居委会", "居委会"),
            ("红旗居委会", "红旗居委会"),
        ],
    )
    def test_a_community_is_shown_without_its_committee(self, official, shown):
        assert rules.display_name(official) == shown

    def test_an_area_covers_what_begins_with_its_code(self):
        assert rules.covers("420106", "420106012001")
        assert rules.covers("420106012001", "420106012001")
        assert not rules.covers("420106011", "420106012001")
        assert not rules.covers("", "420106012001")

    @given(st.dates(), st.dates(), st.dates())
    def test_both_ends_of_a_validity_are_inclusive(self, start, end, on):
        assert rules.is_valid_on(start, end, on) == (start <= on <= end)

    def test_each_wrong_row_is_named(self):
        row = {"street_code": "420106001", "street_name": "甲街道", "community_code": "420106001001",
               "community_name": "一社区居委会"}  # fmt: skip
        wrong_rows = [
            row | {"community_code": "420106002001"},
            row | {"street_code": "420105001", "community_code": "420105001001"},
            row,
            row,
            row | {"community_code": "420106001002", "street_name": "乙街道"},
            row | {"community_code": "420106001003", "community_name": " "},
            row | {"community_code": "abc"},
        ]
        good, wrong = rules.read_rows(wrong_rows, district="420106")
        assert len(good) == 1
        assert [line.split(":")[0] for line in wrong] == ["2", "3", "5", "6", "7", "8"]


@pytest.mark.django_db
class TestLoading:
    def test_the_whole_table_is_there_by_code(self):
        done = load_places()
        assert (done.streets, done.communities, done.renamed, done.missing) == (15, 144, 0, [])
        codes = {row["street_code"] for row in division_rows()}
        assert {street.code for street in Street.objects.all()} == codes
        counted = Counter(one.street.code[6:] for one in Community.objects.select_related("street"))
        assert counted == PER_STREET
        assert District.objects.get().code == "420106"

    def test_one_name_stands_for_two_places_so_codes_are_the_key(self):
        names = Counter(row["community_name"] for row in division_rows())
        assert [name for name, count in names.items() if count > 1] == ["东湖路社区居委会"]
        assert len({row["community_code"] for row in division_rows()}) == 144

    def test_the_unit_of_the_statistics_is_in_no_pick_list(self):
        load_places()
        assert Street.objects.get(code="420106490").hidden
        assert selectors.streets(on=TODAY).count() == 14
        assert selectors.communities(on=TODAY).count() == 142
        assert selectors.streets(on=TODAY, hidden=True).count() == 15
        assert selectors.communities(on=TODAY, hidden=True).count() == 144

    def test_a_name_that_occurs_twice_leads_to_two_places(self):
        load_places("420106012", "420106490")
        twins = Community.objects.filter(name="东湖路社区居委会").order_by("code")
        assert [one.code for one in twins] == ["420106012001", "420106490018"]
        assert len({one.place for one in twins}) == 2

    def test_loading_again_changes_nothing(self):
        load_places("420106014")
        before = Community.objects.get(code="420106014001").row_version
        again = load_places("420106014")
        assert (again.streets, again.communities, again.renamed) == (0, 0, 0)
        assert Community.objects.get(code="420106014001").row_version == before

    def test_a_new_name_is_taken_over_and_a_missing_place_only_reported(self):
        load_places("420106014")
        rows = [row for row in division_rows() if row["street_code"] == "420106014"]
        left = [rows[0] | {"community_name": "新名社区居委会"}]
        done = load_divisions(rows=left, district_code="420106", district_name="武昌区", by=SYSTEM, now=NOW)
        assert (done.renamed, done.missing) == (1, [rows[1]["community_code"]])
        renamed = selectors.community(rows[0]["community_code"])
        assert renamed.display_name == "新名社区"
        assert [entry.verb for entry in entries_of(renamed)] == ["create", "rename"]
        assert selectors.community(rows[1]["community_code"]).valid_to is None

    def test_one_wrong_row_and_nothing_is_loaded(self):
        rows = [*division_rows()[:3], {"street_code": "1", "community_code": "2"}]
        with pytest.raises(Refused, match="未导入"):
            load_divisions(rows=rows, district_code="420106", district_name="武昌区", by=SYSTEM, now=NOW)
        assert not District.objects.exists()

    def test_an_empty_table_is_refused(self):
        with pytest.raises(Refused):
            load_divisions(rows=[], district_code="420106", district_name="武昌区", by=SYSTEM, now=NOW)

    def test_a_clerk_does_not_load_the_table(self):
        clerk = Bureau().clerk
        with pytest.raises(Forbidden):
            load_divisions(
                rows=division_rows()[:1], district_code="420106", district_name="武昌区", by=clerk, now=NOW
            )

    def test_the_database_refuses_a_code_of_another_length(self):
        load_places("420106014")
        with pytest.raises(IntegrityError), transaction.atomic():
            Community.objects.filter(code="420106014001").update(code="42010601400")


@pytest.mark.django_db
class TestMerging:
    @pytest.fixture
    def clerk(self):
        load_places("420106014", "420106013")
        return Bureau().clerk

    def merge(self, clerk, codes, into, on=date(2026, 7, 1)):
        return merge_communities(
            codes=codes,
            into_code=into,
            on=on,
            reason="区划调整",
            document="武民政〔2026〕8号",
            by=clerk,
            now=NOW,
        )

    def test_the_old_place_ends_the_day_before_and_leads_to_the_new_one(self, clerk):
        codes = sorted(Community.objects.filter(street__code="420106014").values_list("code", flat=True))
        one, two = codes[0], codes[1]
        self.merge(clerk, [one], two)
        old = selectors.community(one)
        assert old.valid_to == date(2026, 6, 30)
        assert selectors.successor(old, on=date(2026, 6, 30)).code == one
        assert selectors.successor(old, on=date(2026, 7, 1)).code == two
        assert [place.code for place in selectors.predecessors(selectors.community(two))] == [one]

    def test_pick_lists_follow_the_day(self, clerk):
        codes = sorted(Community.objects.filter(street__code="420106013").values_list("code", flat=True))
        self.merge(clerk, codes[:2], codes[4])
        assert selectors.communities(on=date(2026, 6, 30), street_code="420106013").count() == 5
        assert selectors.communities(on=date(2026, 7, 1), street_code="420106013").count() == 3

    def test_a_chain_of_mergers_is_followed_to_its_end(self, clerk):
        codes = sorted(Community.objects.filter(street__code="420106013").values_list("code", flat=True))
        self.merge(clerk, [codes[0]], codes[1], on=date(2026, 7, 1))
        self.merge(clerk, [codes[1]], codes[2], on=date(2027, 1, 1))
        old = selectors.community(codes[0])
        assert selectors.successor(old, on=date(2026, 12, 31)).code == codes[1]
        assert selectors.successor(old, on=date(2027, 1, 1)).code == codes[2]
        assert len(selectors.predecessors(selectors.community(codes[2]))) == 2

    def test_an_ended_place_can_neither_merge_again_nor_take_over(self, clerk):
        codes = sorted(Community.objects.filter(street__code="420106013").values_list("code", flat=True))
        self.merge(clerk, [codes[0]], codes[1])
        with pytest.raises(Refused, match="已经停用"):
            self.merge(clerk, [codes[0]], codes[2], on=date(2026, 8, 1))
        with pytest.raises(Refused, match="并不存在"):
            self.merge(clerk, [codes[2]], codes[0], on=date(2026, 8, 1))

    def test_a_place_does_not_merge_into_itself(self, clerk):
        code = Community.objects.first().code
        with pytest.raises(Refused, match="至少选择一个"):
            self.merge(clerk, [code], code)

    def test_a_stranger_merges_nothing(self, clerk):
        codes = sorted(Community.objects.filter(street__code="420106013").values_list("code", flat=True))
        with pytest.raises(Forbidden):
            merge_communities(
                codes=codes[:1], into_code=codes[1], on=date(2026, 7, 1), reason="", now=NOW,
                by=ANONYMOUS,
            )  # fmt: skip
        assert selectors.community(codes[0]).valid_to is None

    def test_an_unknown_code_is_not_found(self, clerk):
        with pytest.raises(NotFound):
            selectors.community("420106999001")

    def test_the_log_carries_the_document_and_the_successor(self, clerk):
        codes = sorted(Community.objects.filter(street__code="420106014").values_list("code", flat=True))
        self.merge(clerk, [codes[0]], codes[1])
        entries = list(entries_of(selectors.community(codes[0])))
        merge = next(entry for entry in entries if entry.verb == "merge")
        assert merge.payload["into"] == codes[1]
        assert merge.reason.document == "武民政〔2026〕8号"
        assert any(entry.fact == "areas.CommunityMerged" for entry in entries)


def test_lists_of_places_cost_one_query(django_assert_num_queries, db):
    load_places("420106013")
    with django_assert_num_queries(1):
        assert [one.place for one in selectors.communities(on=TODAY)]
