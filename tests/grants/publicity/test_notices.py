"""A notice runs its legal time, is published by another person, and clears what nobody objected to."""

from __future__ import annotations

import io
from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest
from django.db import IntegrityError, transaction
from PIL import Image

from core.audit import verify
from core.calendar.services import confirm_date
from core.errors import Forbidden, NotNow, Refused, RulesBroken
from core.files.models import FileRef
from core.policy import SYSTEM
from core.workdays import SHANGHAI
from grants.publicity import selectors, services
from grants.publicity.models import Notice, NoticeItem
from grants.publicity.subscribers import refuse_while_something_runs, refuse_without_postings
from grants.rounds.events import RoundArchived, RoundClosed
from tests.grants.builders import load_calendar
from tests.grants.publicity.conftest import DRAFTED, OUT, OVER, RUNNING

pytestmark = pytest.mark.django_db


def states(notice: Notice) -> list[str]:
    return list(notice.items.order_by("position").values_list("state", flat=True))


def a_picture() -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (40, 30), "white").save(out, "PNG")
    return out.getvalue()


class TestPublishing:
    def test_the_leader_publishes_what_the_clerk_drafted(self, stand):
        notice = stand.publish()
        assert (notice.state, notice.number) == ("published", "WCCT-2026-GS-01")
        assert (notice.starts_on, notice.ends_on) == (date(2026, 6, 8), date(2026, 6, 12))
        assert notice.ends_at() == OVER
        assert notice.provisional == []

    def test_published_after_nine_it_ends_a_working_day_later(self, stand):
        assert stand.publish(OUT + timedelta(hours=2)).ends_on == date(2026, 6, 15)

    def test_whoever_edited_it_does_not_publish_it(self, stand):
        notice = stand.draft()
        both = replace(stand.office.leader, grants=stand.office.leader.grants + stand.office.clerk.grants)
        services.edit_notice(notice_id=notice.pk, title="公示", by=both, now=DRAFTED)
        with pytest.raises(Forbidden):
            services.publish_notice(notice_id=notice.pk, by=both, now=OUT)
        services.publish_notice(notice_id=notice.pk, by=stand.office.second_leader, now=OUT)

    def test_the_database_refuses_one_person_for_both(self, stand):
        notice = stand.publish()
        with pytest.raises(IntegrityError), transaction.atomic():
            Notice.objects.filter(pk=notice.pk).update(published_by_id=notice.drafted_by_id)

    def test_a_personal_number_stops_it_and_an_edit_helps(self, stand):
        drafts = [replace(stand.items()[0], title="银龄守望13812341234"), *stand.items()[1:]]
        notice = stand.draft(drafts)
        with pytest.raises(RulesBroken) as refused:
            services.publish_notice(notice_id=notice.pk, by=stand.office.leader, now=OUT)
        assert "第 1 项项目名称" in str(refused.value)
        assert Notice.objects.get(pk=notice.pk).state == "drafted"
        item = notice.items.get(position=1)
        services.edit_item(item_id=item.pk, title="银龄守望", by=stand.office.second_clerk, now=DRAFTED)
        services.publish_notice(notice_id=notice.pk, by=stand.office.leader, now=OUT)

    def test_what_is_public_is_not_edited(self, stand):
        notice = stand.publish()
        with pytest.raises(Refused, match="已经发布"):
            services.edit_notice(notice_id=notice.pk, title="另一标题", by=stand.office.clerk, now=RUNNING)
        with pytest.raises(Refused, match="已经发布"):
            services.edit_item(
                item_id=notice.items.first().pk, title="另一名", by=stand.office.clerk, now=RUNNING
            )

    def test_a_subject_is_announced_in_one_notice(self, stand):
        stand.draft()
        with pytest.raises(IntegrityError):
            stand.draft()

    def test_pressing_twice_drafts_one_notice(self, stand):
        from uuid import uuid4

        key = uuid4()
        asked = {
            "round_id": stand.round.pk,
            "kind": "award",
            "title": "公示",
            "contact": "科室",
            "items": stand.items(),
            "by": stand.office.clerk,
            "now": DRAFTED,
            "key": key,
        }
        assert services.draft_notice(**asked) == services.draft_notice(**asked)
        assert Notice.objects.count() == 1


class TestEnding:
    def test_one_second_before_midnight_is_too_early(self, stand):
        notice = stand.publish()
        with pytest.raises(Refused, match="6月12日 24 时"):
            stand.end(notice, OVER - timedelta(seconds=1))
        assert stand.end(notice).state == "ended"
        assert states(notice) == ["cleared"] * 3

    def test_the_clock_ends_what_is_due_and_nothing_twice(self, stand):
        notice = stand.publish()
        assert services.end_due_notices(now=OVER - timedelta(seconds=1)) == 0
        assert services.end_due_notices(now=OVER) == 1
        assert services.end_due_notices(now=OVER) == 0
        assert Notice.objects.get(pk=notice.pk).state == "ended"

    def test_ending_leaves_held_items_held(self, stand):
        notice = stand.publish()
        stand.object_to(notice.items.get(position=2))
        stand.end(notice)
        assert states(notice) == ["cleared", "held", "cleared"]
        assert [item.position for item in selectors.cleared_items(notice)] == [1, 3]


class TestOverAYearWithoutItsNotice:
    """Published on 30 December 2026: five working days reach into 2027, which is an estimate."""

    OUT = datetime(2026, 12, 30, 8, 30, tzinfo=SHANGHAI)
    OVER = datetime(2027, 1, 6, 0, 0, tzinfo=SHANGHAI)

    @pytest.fixture
    def notice(self, stand):
        load_calendar(2027)
        return stand.publish(self.OUT)

    def confirm(self, stand, day: date, kind: str) -> None:
        confirm_date(day=day, kind=kind, reason="省厅通知", by=stand.office.second_chief, now=self.OUT)

    def test_the_dates_of_that_year_are_named(self, notice):
        assert notice.ends_on == date(2027, 1, 6)
        assert notice.provisional == [f"2027-01-0{day}" for day in range(1, 7)]

    def test_neither_clock_nor_person_ends_it_while_a_date_is_open(self, stand, notice):
        later = self.OVER + timedelta(days=30)
        assert services.end_due_notices(now=later) == 0
        with pytest.raises(Refused, match="2027年1月6日"):
            stand.end(notice, later)
        for day in range(1, 6):
            self.confirm(stand, date(2027, 1, day), "off" if day < 4 else "work")
        with pytest.raises(Refused) as refused:
            stand.end(notice, later)
        assert refused.value.code == "dates_are_provisional"
        assert "1月5日" not in str(refused.value)

    def test_once_each_date_is_confirmed_a_person_ends_it_not_the_clock(self, stand, notice):
        for day in range(1, 7):
            self.confirm(stand, date(2027, 1, day), "off" if day < 4 else "work")
        assert selectors.dates_waiting(notice) == []
        over = datetime(2027, 1, 7, 0, 0, tzinfo=SHANGHAI)
        with pytest.raises(Refused) as refused:
            services.end_notice(notice_id=notice.pk, by=SYSTEM, now=over)
        assert refused.value.code == "a_person_must_end_it"
        assert services.end_due_notices(now=over) == 0
        assert stand.end(notice, over).state == "ended"

    def test_a_day_confirmed_as_off_makes_it_longer(self, stand, notice):
        for day in range(1, 8):
            self.confirm(stand, date(2027, 1, day), "off" if day < 5 else "work")
        with pytest.raises(Refused, match="1月7日 24 时"):
            stand.end(notice, datetime(2027, 1, 7, 0, 0, tzinfo=SHANGHAI))
        services.recount_notice(notice_id=notice.pk, by=stand.office.clerk, now=self.OUT)
        assert Notice.objects.get(pk=notice.pk).ends_on == date(2027, 1, 7)
        assert stand.end(notice, datetime(2027, 1, 8, 0, 0, tzinfo=SHANGHAI)).state == "ended"


class TestTheGovernmentSite:
    def record(self, stand, notice, url="https://www.wuchang.gov.cn/gs/1.html"):
        services.record_posting(
            notice_id=notice.pk,
            url=url,
            screenshot=a_picture(),
            filename="截图.png",
            by=stand.office.clerk,
            now=RUNNING,
        )

    def test_address_and_picture_are_kept(self, stand):
        notice = stand.publish()
        assert list(selectors.missing_postings(stand.round.pk)) == [notice]
        self.record(stand, notice)
        kept = Notice.objects.get(pk=notice.pk)
        assert kept.has_posting()
        assert kept.gov_screenshot == FileRef.objects.get(purpose="publicity.gov_screenshot")
        assert list(selectors.missing_postings(stand.round.pk)) == []

    def test_a_draft_has_none_and_an_address_is_whole(self, stand):
        with pytest.raises(Refused, match="发布之后"):
            self.record(stand, stand.draft())
        notice = Notice.objects.get()
        services.publish_notice(notice_id=notice.pk, by=stand.office.leader, now=OUT)
        with pytest.raises(Refused, match="完整网址"):
            self.record(stand, notice, url="www.wuchang.gov.cn")

    def test_the_archive_is_blocked_without_it(self, stand):
        notice = stand.publish()
        with pytest.raises(Refused, match="拟立项名单公示"):
            refuse_without_postings(RoundArchived(stand.round.pk), by=SYSTEM, now=OVER)
        self.record(stand, notice)
        refuse_without_postings(RoundArchived(stand.round.pk), by=SYSTEM, now=OVER)


class TestWithdrawing:
    def test_a_subject_that_leaves_is_off_the_notice(self, stand):
        notice = stand.publish()
        assert services.withdraw_item(subject="brands.brand:1", by=SYSTEM, now=RUNNING)
        assert not services.withdraw_item(subject="brands.brand:1", by=SYSTEM, now=RUNNING)
        stand.end(notice)
        assert states(notice) == ["withdrawn", "cleared", "cleared"]
        assert selectors.live_item("brands.brand:1") is None


class TestWhatTheRoundAsks:
    def test_it_does_not_close_over_a_running_notice_or_an_open_objection(self, stand):
        closing = RoundClosed(stand.round.pk)
        refuse_while_something_runs(closing, by=SYSTEM, now=OVER)
        notice = stand.publish()
        objection = stand.object_to(notice.items.get(position=1))
        with pytest.raises(Refused, match="拟立项名单公示、WCCT-2026-YY-001"):
            refuse_while_something_runs(closing, by=SYSTEM, now=OVER)
        stand.end(notice)
        stand.conclude(objection, "dismiss", now=OVER)
        refuse_while_something_runs(closing, by=SYSTEM, now=OVER)


class TestVerify:
    def test_a_whole_notice_leaves_no_problem(self, stand):
        notice = stand.publish()
        stand.conclude(stand.object_to(notice.items.get(position=1)), "uphold")
        stand.conclude(stand.object_to(notice.items.get(position=3)), "dismiss")
        stand.end(notice)
        assert states(notice) == ["struck", "cleared", "cleared"]
        assert verify.problems("states", "rows", "invariants") == []

    def test_a_notice_ended_early_past_the_door_is_found(self, stand):
        notice = stand.end(stand.publish())
        Notice.objects.filter(pk=notice.pk).update(ends_on=date(2026, 6, 20))
        assert [p.says for p in verify.problems("I6n")] == ["公示在期满之前结束"]

    def test_a_number_slipped_into_a_public_text_is_found(self, stand):
        stand.publish()
        NoticeItem.objects.filter(position=1).update(title="电话13812341234")
        assert [p.says for p in verify.problems("I12n")] == ["公示项含有个人号码"]

    @pytest.mark.parametrize("state", ["held", "struck"])
    def test_an_item_without_the_objection_its_state_needs_is_found(self, stand, state):
        notice = stand.publish()
        field = {"state": state}
        NoticeItem.objects.filter(notice=notice, position=1).update(**field)
        assert len(verify.problems("I6o")) == 1


def test_the_wrong_state_says_so(stand):
    with pytest.raises(NotNow, match="拟稿"):
        stand.end(stand.draft())
