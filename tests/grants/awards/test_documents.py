"""What the papers of notice, decision and award say; each is rendered once for real."""

from __future__ import annotations

import pytest
from django.template.loader import render_to_string

from core.documents import document_named, render_document, request_document
from core.files.selectors import files_of
from core.jobs.queue import drain
from grants.awards import services
from grants.awards.documents import award_context, minutes_context
from grants.awards.models import Decision
from grants.publicity.documents import notice_context
from grants.publicity.models import Notice, NoticeItem
from tests.grants.awards.conftest import AWARDED, ELDERLY, LISTED, MEETING, YOUTH

pytestmark = pytest.mark.django_db
ROWS = [
    (ELDERLY, "92.00", 20_000),
    (ELDERLY, "88.00", 18_000),
    (ELDERLY, "50.00", 9_000),
    (YOUTH, "85.00", 10_000),
]


def words(code: str, pk: int) -> str:
    """Return the text of a document before it becomes a PDF."""
    document = document_named(code)
    return render_to_string(document.template, {"title": str(document.title), **document.context(pk)})


class TestTheNotice:
    def test_a_draft_says_so_and_has_no_dates(self, play):
        decision = play.decide(*ROWS)
        notice = services.draft_award_notice(
            decision_id=decision.pk, contact="社会组织管理科 027-88936123", by=play.office.clerk, now=MEETING
        )
        said = notice_context(notice.pk)
        assert (said["is_draft"], said["ends_on"], said["total"]) == (True, "", "48,000.00")
        assert "number" not in said

    def test_the_published_one_names_period_projects_and_where_to_object(self, play):
        notice = play.publish(play.decide(*ROWS))
        said = notice_context(notice.pk)
        assert (said["starts_on"], said["ends_on"]) == ("2026年6月8日", "2026年6月12日")
        text = words("publicity.notice", notice.pk)
        for shown in (
            "（文号待编）",
            "WCCT-2026-GS-01",
            "20,000.00",
            "027-88936123",
            "（盖章处）",
            "2026年6月12日",
        ):
            assert shown in text, shown

    def test_a_number_that_slipped_in_is_masked(self, play):
        notice = play.publish(play.decide(*ROWS))
        NoticeItem.objects.filter(position=1).update(title="联系13812341234")
        assert notice_context(notice.pk)["rows"][0]["title"] == "联系138****1234"

    def test_what_was_struck_says_so_and_who_left_is_gone(self, play):
        notice = play.publish(play.decide(*ROWS))
        play.objects(notice, 1)
        assert notice_context(notice.pk)["rows"][0]["remark"] == "异议成立"


class TestTheLetter:
    def test_it_tells_amount_number_and_deadline(self, play):
        award = play.all_the_way(*ROWS)[1]
        said = award_context(award.pk)
        assert said["addressee"] == award.proposal.applicant.name
        assert (said["amount_capital"], said["sign_by"], said["cut"]) == (
            "人民币贰万元整",
            "2026年6月30日",
            "",
        )
        text = words("awards.letter", award.pk)
        for shown in ("WCCT-2026-YL-001", "20,000.00", "人民币贰万元整", "2026年6月30日", "WCCT-2026-GS-01"):
            assert shown in text, shown

    def test_the_worker_keeps_it_for_the_award(self, play):
        award = play.all_the_way(*ROWS)[0]
        request_document("awards.letter", award.pk, by=play.office.clerk, now=AWARDED)
        drain(now=lambda: AWARDED)
        kept = files_of(award, document_named("awards.letter").purpose).get()
        assert kept.filename == "立项通知书.pdf"
        assert kept.blob.media_type == "application/pdf"


class TestTheMinutes:
    def test_lists_departures_moves_and_rest_stand_in_it(self, play):
        play.scored(*ROWS)
        decision = play.draft()
        second = decision.lines.get(category__code=ELDERLY, rank=2)
        services.amend_decision(
            decision_id=decision.pk,
            changes=[services.Change(second.proposal_id, "waitlist", reason="与街道在建项目重复")],
            by=play.office.clerk,
            now=LISTED,
        )
        said = minutes_context(decision.pk)
        assert (said["is_draft"], said["judged"], said["count"]) == (True, 4, 2)
        assert [one["reason"] for one in said["departures"]] == ["与街道在建项目重复"]
        assert [(one["category"], one["amount"]) for one in said["left"]] == [
            ("社区治理", "30,000.00"),
            ("养老助残", "20,000.00"),
            ("青少年帮扶", "20,000.00"),
        ]
        text = words("awards.minutes", decision.pk)
        assert "送审稿" in text
        assert "与街道在建项目重复" in text
        assert render_document("awards.minutes", decision.pk, now=LISTED).startswith(b"%PDF")
        assert render_document("publicity.notice", self.noticed(play), now=LISTED).startswith(b"%PDF")

    def noticed(self, play) -> int:
        return play.publish(play.resolve(Decision.objects.get())).pk

    def test_after_the_meeting_it_carries_its_papers(self, play):
        decision = play.decide(*ROWS)
        said = minutes_context(decision.pk)
        assert (said["is_draft"], said["number"], said["met_on"]) == (
            False,
            "武民委纪〔2026〕6号",
            "2026年6月5日",
        )
        assert said["attendees"] == ["方局长", "秦科长"]
        assert Decision.objects.get().state == "resolved"
        assert not Notice.objects.exists()
