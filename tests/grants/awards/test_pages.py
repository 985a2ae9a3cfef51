"""The meeting and its awards over HTTP: who sees what, and every button pressed as a browser does."""

from __future__ import annotations

import io

import pytest
from django.test import Client
from django.urls import reverse

from core.policy import Role
from grants.awards import services
from grants.awards.models import Allotment, Award, CategoryMove, Decision
from grants.awards.selectors import seen
from grants.proposals.models import Proposal
from grants.publicity import services as publicity
from grants.publicity.models import Notice, NoticeItem
from orgs.people.services import declare_interest
from tests.grants.awards.conftest import (
    AWARDED,
    ELDERLY,
    FOUR,
    LISTED,
    MEETING,
    MINUTES,
    OUT,
    OVERDUE,
    PLACES,
    RUNNING,
    YOUTH,
)
from tests.grants.pressing import at, form_on, offered, picture, press, read
from tests.orgs.builders import a_body, a_user, actor, browser, seat, signed_in

pytestmark = pytest.mark.django_db
CONTACT = {"contact": "社会组织管理科 027-88936123"}


def called(title: str) -> Proposal:
    return Proposal.objects.get(title=title)


def line_of(decision: Decision, title: str):
    return decision.lines.get(proposal__title=title)


def status(who, address: str) -> int:
    return browser(who).get(address).status_code


def member(role: str, body=None):
    user = a_user(f"人员{role}")
    seat(user, body or a_body("section", f"单位{role}"), role)
    return user


class TestWhoSees:
    def test_decisions_are_for_bureau_supervisor_and_auditor(self, play):
        play.scored(*FOUR)
        decision = play.draft()
        for role in ("clerk", "section_chief", "leader", "supervisor"):
            who = getattr(play.office, role)
            assert status(who, decision.get_absolute_url()) == 200, role
            assert decision.number in read(browser(who), reverse("decisions")), role
        assert status(play.office.finance_clerk, decision.get_absolute_url()) == 404
        assert status(play.office.finance_clerk, reverse("decisions")) == 403
        assert Client().get(decision.get_absolute_url()).status_code == 302

    def test_an_applicant_sees_the_own_award_and_nothing_of_the_ranking(self, play):
        mine, other = play.all_the_way(*FOUR[:2])
        user = member(Role.APPLICANT_ADMIN, mine.proposal.applicant)
        client = signed_in(Client(), user)
        html = read(client, mine.get_absolute_url())
        assert mine.project_no in html
        for hidden in ("92.00", "名次", "方局长", Decision.objects.get().number):
            assert hidden not in html
        assert client.get(other.get_absolute_url()).status_code == 404
        assert client.get(Decision.objects.get().get_absolute_url()).status_code == 404
        listed = read(client, reverse("awards"))
        assert mine.project_no in listed
        assert other.project_no not in listed

    def test_the_list_of_awards_is_what_the_pages_admit(self, play):
        from core.policy import check

        awards = play.all_the_way(*FOUR)
        bodies = {
            Role.APPLICANT_ADMIN: awards[0].proposal.applicant,
            Role.OPERATOR: a_body("operator", "承办单位"),
        }
        for role in (Role.CLERK, Role.CASHIER, Role.EDITOR, *bodies):
            who = actor(member(role, bodies.get(role)))
            listed = set(seen.visible_to(who).values_list("pk", flat=True))
            assert listed == {one.pk for one in awards if check(who, "awards.view", one)}, role

    def test_who_declared_an_interest_sees_neither_the_award_nor_its_row(self, play):
        award = play.all_the_way(*FOUR)[1]
        clerk = play.office.second_clerk
        assert status(clerk, award.get_absolute_url()) == 200
        declare_interest(
            person_id=clerk.person_id, body_id=award.proposal.applicant_id, kind="kin",
            by=clerk, now=RUNNING, valid_from=RUNNING.date(),
        )  # fmt: skip
        with at(AWARDED):
            assert status(clerk, award.get_absolute_url()) == 404
            assert award.project_no not in read(browser(clerk), reverse("awards"))


class TestDrawingTheList:
    def test_the_clerk_sees_the_outlook_moves_money_and_draws_it(self, play):
        play.scored(*FOUR)
        client, page = browser(play.office.clerk), reverse("new_decision")
        with at(LISTED):
            html = read(client, page)
            assert "余额不足以资助下一名" in html
            move = {"move1_source": PLACES, "move1_target": ELDERLY}
            move |= {"move1_yuan": "3000", "move1_reason": "缺好项目"}
            blank = form_on(client.get(page).content.decode(), "")
            answer = client.post(page, blank | {"round": play.round.code} | move)
        decision = Decision.objects.get()
        assert answer["Location"] == decision.get_absolute_url()
        assert CategoryMove.objects.get().amount_fen == 3_000_00

    def test_a_move_that_is_too_large_or_half_filled_is_refused_and_kept(self, play):
        play.scored(*FOUR)
        client, page = browser(play.office.clerk), reverse("new_decision")
        move = {
            "round": play.round.code, "move1_source": PLACES, "move1_target": ELDERLY,
            "move1_yuan": "3000.01", "move1_reason": "缺好项目",
        }  # fmt: skip
        with at(LISTED):
            answer = client.post(page, move)
            assert answer.status_code == 422
            assert "超过该类别额度的 10%" in answer.content.decode()
            assert 'value="3000.01"' in answer.content.decode()
            assert "须写明转出" in client.post(page, move | {"move1_reason": ""}).content.decode()
            assert "3万" in client.post(page, move | {"move1_yuan": "3万"}).content.decode()
        assert not Decision.objects.exists()

    def test_nobody_else_draws_it_and_with_nothing_judged_there_is_nothing(self, play):
        assert status(play.office.leader, reverse("new_decision")) == 403
        assert "现在没有可以拟定名单的届次" in read(browser(play.office.clerk), reverse("new_decision"))
        assert browser(play.office.clerk).post(reverse("new_decision"), {"round": "没有"}).status_code == 200

    def test_a_consent_is_noted_and_the_line_drawn_anew(self, play):
        play.scored((ELDERLY, "92.00", 24_000), (ELDERLY, "88.00", 20_000))
        decision = play.draft()
        second = called(f"{ELDERLY}2")
        client, page = browser(play.office.clerk), decision.get_absolute_url()
        with at(LISTED):
            assert "尚未取得其同意" in read(client, page)
            typed = {f"consent_{second.public_id}": "同意函6月4日"}
            assert press(client, page, "recompute", **typed).status_code == 302
            html = read(client, page)
            assert "核减 4,000.00 元，同意函：同意函6月4日" in html
            assert 'value="同意函6月4日"' in html
        assert line_of(decision, second.title).amount_fen == 16_000_00


class TestTheList:
    def test_it_shows_rank_score_amount_running_total_and_what_is_left(self, play):
        play.scored(*FOUR)
        html = read(browser(play.office.leader), play.draft().get_absolute_url())
        for text in ("92.00", "35,000.00", "余额不足以资助下一名", f"（{ELDERLY}3）", "可用 100,000.00 元"):
            assert text in html
        assert "<strong>45,000.00</strong>" in html

    def test_an_amendment_needs_a_reason_and_is_shown_with_it(self, play):
        play.scored(*FOUR)
        decision = play.draft()
        client = browser(play.office.clerk)
        page = f"{reverse('amend_decision', args=[decision.public_id])}?category={YOUTH}"
        name = called(f"{YOUTH}4").public_id
        with at(MEETING):
            blank = form_on(client.get(page).content.decode(), "")
            assert blank[f"{name}-amount"] == "10000"
            wanted = blank | {f"{name}-outcome": "waitlist"}
            refused = client.post(page, wanted)
            assert refused.status_code == 422
            assert "须写明理由" in refused.content.decode()
            assert client.post(page, wanted | {f"{name}-reason": "<b>待补充材料</b>"}).status_code == 302
            html = read(client, decision.get_absolute_url())
        assert "&lt;b&gt;待补充材料&lt;/b&gt;" in html
        assert "与排名推荐不同的 1 项" in html
        assert line_of(decision, f"{YOUTH}4").outcome == "waitlist"

    def test_what_does_not_fit_is_refused_and_stays_typed(self, play):
        play.scored(*FOUR)
        decision = play.draft()
        client = browser(play.office.clerk)
        page = f"{reverse('amend_decision', args=[decision.public_id])}?category={ELDERLY}"
        name = called(f"{ELDERLY}3").public_id
        with at(MEETING):
            blank = form_on(client.get(page).content.decode(), "")
            wish = {f"{name}-outcome": "propose", f"{name}-reason": "特别需要"}
            over = client.post(page, blank | wish | {f"{name}-amount": "18000"})
            assert (over.status_code, "超过可用额度" in over.content.decode()) == (422, True)
            assert "特别需要" in over.content.decode()
            for amount, says in (("", "拟立项须填写金额"), ("3万", "金额"), ("-1", "金额"), ("3e4", "金额")):
                wrong = client.post(page, blank | wish | {f"{name}-amount": amount})
                assert wrong.status_code == 422
                assert says in wrong.content.decode()
            untouched = client.post(page, blank)
            assert untouched["Location"] == page
            stale = client.post(page, blank | wish | {f"{name}-outcome": "decline", "version": "1"})
            assert stale.status_code == 409
        assert line_of(decision, f"{ELDERLY}3").outcome == "waitlist"

    def test_only_the_clerk_amends_and_a_decided_list_stays(self, play):
        decision = play.decide(*FOUR)
        page = reverse("amend_decision", args=[decision.public_id])
        assert status(play.office.leader, page) == 403
        assert browser(play.office.clerk).get(page)["Location"] == decision.get_absolute_url()

    def test_a_line_of_another_decision_is_not_touched(self, play):
        play.scored(*FOUR)
        decision = play.draft()
        stray = {"AAAAAAAAAAAAAAAA-outcome": "decline", "AAAAAAAAAAAAAAAA-reason": "不存在"}
        page = reverse("amend_decision", args=[decision.public_id])
        with at(MEETING):
            assert browser(play.office.clerk).post(page, stray).status_code == 302
        assert not decision.lines.filter(departure_reason="不存在").exists()


class TestTheMeeting:
    MINUTES = {**MINUTES, "met_on": "2026-06-05", "attendees": "方局长\n秦科长、 周经办"}

    def test_chief_tables_leader_resolves_with_papers(self, play):
        play.scored(*FOUR)
        decision = play.draft()
        page, chief = decision.get_absolute_url(), browser(play.office.section_chief)
        with at(MEETING):
            assert browser(play.office.clerk).post(f"{page}do/table/").status_code == 403
            assert press(chief, page, "table").status_code == 302
            leader = browser(play.office.leader)
            bare = press(leader, page, "resolve", **self.MINUTES)
            assert bare.status_code == 422
            assert 'value="武民委纪〔2026〕6号"' in bare.content.decode()
            late = press(leader, page, "resolve", **{**self.MINUTES, "met_on": "2026-06-31"}, scan=picture())
            assert (late.status_code, "没有这一天" in late.content.decode()) == (422, True)
            answer = press(leader, page, "resolve", **self.MINUTES, scan=picture("纪要.png"))
            assert answer.status_code == 302
            html = read(leader, page)
        assert "方局长、秦科长、周经办" in html
        assert Allotment.objects.count() == 3
        assert called(f"{ELDERLY}3").state == "waitlisted"

    def test_a_program_for_a_scan_is_refused_and_nothing_is_decided(self, play):
        play.scored(*FOUR)
        decision = play.draft()
        services.table_decision(decision_id=decision.pk, by=play.office.section_chief, now=LISTED)
        file = io.BytesIO(b"<svg xmlns='http://www.w3.org/2000/svg'/>")
        file.name = "纪要.svg"
        with at(MEETING):
            page = decision.get_absolute_url()
            answer = press(browser(play.office.leader), page, "resolve", **self.MINUTES, scan=file)
        assert (answer.status_code, "另存为 PNG" in answer.content.decode()) == (422, True)
        assert Decision.objects.get().state == "tabled"

    def test_a_greyed_button_says_why(self, play):
        play.scored(*FOUR)
        html = read(browser(play.office.leader), play.draft().get_absolute_url())
        assert "须先由科长提请会议。" in html
        assert offered(browser(play.office.leader), Decision.objects.get().get_absolute_url()) == set()


class TestAfterTheMeeting:
    def test_the_clerk_drafts_the_notice_and_is_led_to_it(self, play):
        decision = play.decide(*FOUR)
        with at(MEETING):
            clerk = browser(play.office.clerk)
            answer = press(clerk, decision.get_absolute_url(), "announce", **CONTACT)
            notice = Notice.objects.get()
            assert answer["Location"] == notice.get_absolute_url()
            assert clerk.get(answer["Location"]).status_code == 200
            assert "announce" not in offered(clerk, decision.get_absolute_url())
        assert notice.items.count() == 3

    def test_the_leader_awards_what_was_cleared(self, play):
        decision = play.decide(*FOUR)
        notice = play.publish(decision)
        page = decision.get_absolute_url()
        with at(RUNNING):
            leader = browser(play.office.leader)
            assert "award" not in offered(leader, page)
            early = leader.post(f"{page}do/award/")
            assert (early.status_code, Award.objects.count()) == (422, 0)
        play.end(notice)
        with at(AWARDED):
            assert press(browser(play.office.leader), page, "award").status_code == 302
        assert Award.objects.count() == 3

    def test_who_worded_the_notice_does_not_award_it(self, play):
        decision = play.decide(*FOUR)
        notice = services.draft_award_notice(
            decision_id=decision.pk, contact="科室", by=play.office.section_chief, now=MEETING
        )
        seat(play.office.users["section_chief"], play.office.committee, Role.LEADER)
        publicity.publish_notice(notice_id=notice.pk, by=play.office.leader, now=OUT)
        play.end(notice)
        page = decision.get_absolute_url()
        with at(AWARDED):
            chief = browser(play.office.section_chief)
            assert "award" not in offered(chief, page)
            assert chief.post(f"{page}do/award/").status_code == 403
            assert "award" in offered(browser(play.office.leader), page)

    def test_an_award_lapses_the_next_is_promoted_and_announced(self, play):
        award = next(one for one in play.all_the_way(*FOUR) if one.proposal.title == f"{ELDERLY}1")
        decision, chief = Decision.objects.get(), play.office.section_chief
        with at(AWARDED):
            client = browser(chief)
            early = press(client, award.get_absolute_url(), "lapse", reason="未签约")
            assert (early.status_code, "书面放弃" in early.content.decode()) == (422, True)
            wanted = {"reason": "单位来函放弃", "renounced": "on"}
            assert press(client, award.get_absolute_url(), "lapse", **wanted).status_code == 302
        with at(OVERDUE):
            leader, page = browser(play.office.leader), decision.get_absolute_url()
            third = called(f"{ELDERLY}3")
            assert press(leader, page, "promote", who=third.public_id).status_code == 302
            answer = press(browser(play.office.clerk), page, "supplement", **CONTACT)
        assert Notice.objects.get(kind="supplement").get_absolute_url() == answer["Location"]
        assert NoticeItem.objects.filter(notice__kind="supplement").get().title == third.title

    def test_going_past_somebody_needs_a_reason(self, play):
        rows = [*FOUR[:3], (ELDERLY, "70.00", 5_000)]
        decision = play.decide(*rows)
        fourth, page = called(f"{ELDERLY}4"), decision.get_absolute_url()
        with at(OVERDUE):
            leader = browser(play.office.leader)
            refused = press(leader, page, "promote", who=fourth.public_id)
            assert refused.status_code == 422
            assert "前面还有 1 个备选" in refused.content.decode()
            passing = {"who": fourth.public_id, "passing": "余额不足以资助前一名"}
            assert press(leader, page, "promote", **passing).status_code == 302
            assert press(leader, page, "promote", who="AAAAAAAAAAAAAAAA").status_code == 422
        allotment = Allotment.objects.get(is_promoted=True)
        assert allotment.proposal_id == fourth.pk
        assert [one["reason"] for one in allotment.passed_over] == ["余额不足以资助前一名"]
