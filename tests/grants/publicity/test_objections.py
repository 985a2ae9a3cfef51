"""A signed objection holds its item until somebody uninvolved has answered it."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from core.audit.models import Entry
from core.errors import Forbidden, NotFound, Refused, RulesBroken
from core.files.models import FileRef
from core.policy import SYSTEM
from grants.publicity import selectors, services
from grants.publicity.models import NoticeItem, Objection
from tests.grants.publicity.conftest import LATER, OVER, RUNNING
from tests.grants.publicity.test_notices import a_picture

pytestmark = pytest.mark.django_db


@pytest.fixture
def notice(stand):
    return stand.publish()


@pytest.fixture
def item(notice):
    return notice.items.get(position=1)


def state_of(item: NoticeItem) -> str:
    return NoticeItem.objects.values_list("state", flat=True).get(pk=item.pk)


class TestLodging:
    def test_a_signed_objection_holds_the_item_and_dates_its_answer(self, stand, item):
        objection = stand.object_to(item)
        assert (objection.state, objection.number) == ("lodged", "WCCT-2026-YY-001")
        assert objection.reply_due == date(2026, 7, 2)
        assert state_of(item) == "held"

    def test_a_unit_brings_its_sealed_letter(self, stand, item):
        with pytest.raises(RulesBroken, match="公章"):
            stand.object_to(item, kind="unit")
        assert state_of(item) == "listed"
        stand.object_to(item, kind="unit", paper=services.Paper(a_picture(), "异议书.png"))
        assert FileRef.objects.get(purpose="publicity.objection_paper").owner() == Objection.objects.get()

    def test_an_anonymous_hint_is_noted_and_holds_nothing(self, stand, item):
        hint = stand.object_to(item, kind="anonymous", objector="不愿署名", contact="")
        assert (hint.state, hint.objector, hint.reply_due) == ("noted", "", None)
        assert state_of(item) == "listed"

    def test_what_comes_after_midnight_is_noted(self, stand, item):
        late = stand.object_to(item, now=OVER)
        assert (late.state, late.is_late) == ("noted", True)
        assert state_of(item) == "listed"

    def test_a_draft_has_no_objections(self, stand):
        with pytest.raises(NotFound):
            stand.object_to(stand.draft([stand.items()[0]]).items.get())

    def test_nobody_objects_to_what_was_struck(self, stand, item):
        stand.conclude(stand.object_to(item), "uphold")
        with pytest.raises(Refused, match="不在公示名单"):
            stand.object_to(item)

    def test_name_contact_and_words_are_not_in_the_database_in_clear(self, stand, item):
        from django.db import connection

        stand.object_to(item, objector="钱多多", contact="13987654321", statement="造假的材料")
        with connection.cursor() as cursor:
            cursor.execute("SELECT objector, contact, statement FROM publicity_objection")
            row = " ".join(map(str, cursor.fetchone()))
        assert not any(word in row for word in ("钱多多", "13987654321", "造假"))
        logged = str(list(Entry.objects.values_list("payload", flat=True)))
        assert "钱多多" not in logged
        assert "造假" not in logged


class TestWhoInvestigates:
    def test_makers_and_publisher_of_the_notice_do_not(self, stand, item):
        objection = stand.object_to(item)
        for involved in (stand.office.clerk, stand.office.leader):
            with pytest.raises(Forbidden):
                services.investigate_objection(objection_id=objection.pk, by=involved, now=RUNNING)
        services.investigate_objection(objection_id=objection.pk, by=stand.office.second_clerk, now=RUNNING)
        assert Objection.objects.get().investigator_id == stand.office.second_clerk.user_id

    def test_whoever_handled_the_subject_does_not(self, stand):
        drafts = [stand.items()[1]]
        notice = services.draft_notice(
            round_id=stand.round.pk,
            kind="award",
            title="公示",
            contact="科室",
            items=drafts,
            by=stand.office.second_clerk,
            now=RUNNING,
        )
        services.publish_notice(notice_id=notice.pk, by=stand.office.leader, now=RUNNING)
        objection = stand.object_to(notice.items.get())
        with pytest.raises(Forbidden):
            services.investigate_objection(objection_id=objection.pk, by=stand.office.clerk, now=RUNNING)
        services.investigate_objection(objection_id=objection.pk, by=stand.office.section_chief, now=RUNNING)

    def test_a_declared_interest_in_the_organisation_overrides_the_role(self, stand, item):
        objection = stand.object_to(item)
        friend = replace(stand.office.second_chief, interests=frozenset({stand.office.finance.pk}))
        with pytest.raises(Forbidden, match="利害关系"):
            services.investigate_objection(objection_id=objection.pk, by=friend, now=RUNNING)

    def test_the_objector_is_shown_to_the_uninvolved_and_the_supervisor(self, stand, item):
        objection = stand.object_to(item)
        for seer in (stand.office.second_chief, stand.office.supervisor):
            assert selectors.objector_of(objection, seer).name == "王小明"
        for other in (stand.office.clerk, stand.office.leader, stand.office.stranger):
            with pytest.raises(Forbidden):
                selectors.objector_of(objection, other)


class TestAnswering:
    def test_upheld_strikes_the_item(self, stand, item):
        stand.conclude(stand.object_to(item), "uphold")
        assert state_of(item) == "struck"
        entry = Entry.objects.get(object_type="publicity.noticeitem", verb="strike")
        assert (entry.actor_kind, entry.fact) == ("system", "publicity.ItemStruck")

    def test_dismissed_while_the_notice_runs_it_is_listed_again_and_clears_at_the_end(
        self, stand, notice, item
    ):
        stand.conclude(stand.object_to(item), "dismiss")
        assert state_of(item) == "listed"
        stand.end(notice)
        assert state_of(item) == "cleared"

    def test_dismissed_after_the_end_it_is_cleared(self, stand, notice, item):
        objection = stand.object_to(item)
        stand.end(notice)
        stand.conclude(objection, "dismiss", now=LATER)
        assert state_of(item) == "cleared"

    def test_of_two_objections_the_last_one_gives_it_free(self, stand, item):
        first, second = stand.object_to(item), stand.object_to(item)
        stand.conclude(first, "dismiss")
        assert state_of(item) == "held"
        stand.conclude(second, "dismiss")
        assert state_of(item) == "listed"

    def test_a_second_one_is_still_answered_after_the_first_struck_the_item(self, stand, item):
        first, second = stand.object_to(item), stand.object_to(item)
        stand.conclude(first, "uphold")
        stand.conclude(second, "dismiss")
        assert state_of(item) == "struck"
        assert Objection.objects.get(pk=second.pk).state == "dismissed"

    @pytest.mark.parametrize("missing", ["finding", "reply"])
    def test_finding_and_reply_are_written_down(self, stand, item, missing):
        objection = stand.object_to(item)
        by = stand.office.second_chief
        services.investigate_objection(objection_id=objection.pk, by=by, now=RUNNING)
        words = {"finding": "已核查", "reply": "答复如下"} | {missing: " "}
        with pytest.raises(Refused) as refused:
            services.uphold_objection(objection_id=objection.pk, by=by, now=RUNNING, **words)
        assert refused.value.field == missing
        assert state_of(item) == "held"

    def test_a_late_answer_is_given_and_marked_late(self, stand, notice, item):
        from datetime import datetime

        from core.workdays import SHANGHAI

        objection = stand.object_to(item)
        stand.end(notice)
        stand.conclude(objection, "dismiss", now=datetime(2026, 7, 3, 9, 0, tzinfo=SHANGHAI))
        entry = Entry.objects.get(object_type="publicity.objection", verb="dismiss")
        assert entry.payload["late"] is True


class TestDesk:
    def test_each_desk_shows_its_own_work(self, stand, item):
        from grants.publicity.selectors import todo_for

        stand.object_to(item)
        due = {str(todo.label): todo for todo in todo_for(stand.office.second_chief, RUNNING)}
        assert due["待受理核查的异议"].count == 1
        assert due["待受理核查的异议"].due.isoformat() == "2026-07-03T00:00:00+08:00"
        assert "待受理核查的异议" not in {str(t.label) for t in todo_for(stand.office.leader, RUNNING)}
        mine = {str(todo.label) for todo in todo_for(stand.office.clerk, OVER)}
        assert {"期满待结束的公示", "待登记政府网站同步公示"} <= mine
        assert todo_for(stand.office.stranger, OVER) == []

    def test_the_leader_sees_drafts_he_did_not_make(self, stand):
        from grants.publicity.selectors import todo_for

        stand.draft([stand.items()[2]])
        assert [str(t.label) for t in todo_for(stand.office.leader, RUNNING)] == ["待发布的公示"]


def test_the_kernel_alone_moves_items(stand, item):
    from core.lifecycle import changing

    for verb in ("hold", "clear", "strike", "withdraw", "release"):
        with (
            pytest.raises(Forbidden),
            changing(NoticeItem, item.pk, by=stand.office.leader, now=RUNNING) as held,
        ):
            getattr(held, verb)(by=stand.office.leader)
    assert SYSTEM.kind == "system"
