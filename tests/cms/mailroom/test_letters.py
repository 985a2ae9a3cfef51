"""Letters: once into each inbox, by mail under one name, to those concerned and to nobody else."""

from __future__ import annotations

import dataclasses
from datetime import timedelta

import pytest
from django.core import mail
from django.template.loader import get_template

from cms.mailroom.models import InboxMessage
from cms.mailroom.rules import News
from cms.mailroom.subscribers import tell
from cms.mailroom.subscribers.catalogue import CATALOGUE, letter_named
from core.events import fact_named
from core.jobs import queue as jobs
from core.outbox.models import Message
from core.policy import Actor
from grants.proposals import services as proposals
from grants.proposals.models import PlaceConsent, Proposal
from grants.proposals.selectors import link_bearer
from tests.cms.builders import COMMUNITY, OPEN, Scene, deliver

DAY = timedelta(days=1)


def inbox(who: Actor) -> list[InboxMessage]:
    return list(InboxMessage.objects.filter(recipient_id=who.user_id).order_by("pk"))


def codes(who: Actor) -> list[str]:
    return [message.letter for message in inbox(who)]


def send_mail() -> list[mail.EmailMessage]:
    jobs.drain(now=lambda: OPEN + DAY)
    return mail.outbox


def test_a_submission_is_acknowledged_with_number_and_hash(scene: Scene) -> None:
    proposal = scene.submitted()
    deliver()
    assert codes(scene.applicant) == ["submitted"]
    body = inbox(scene.applicant)[0].body
    assert proposal.number in body
    assert proposal.versions.get(no=1).digest in body
    assert "HZ20260420-" in body
    assert "陈申报：您好" in body
    assert codes(scene.rival) == []


def test_a_fact_heard_twice_is_told_once(scene: Scene) -> None:
    scene.submitted()
    deliver()
    before = InboxMessage.objects.count()
    for message in Message.objects.filter(consumer="mailroom"):
        tell(fact_named(message.fact)(**message.ids), message=message, now=OPEN + DAY)
    assert InboxMessage.objects.count() == before
    assert len(send_mail()) == len({m.extra_headers["Message-ID"] for m in mail.outbox})


def test_an_email_names_one_addressee_and_its_own_id(scene: Scene) -> None:
    scene.submitted()
    deliver()
    letters = send_mail()
    message = Message.objects.get(consumer="mailroom", fact="proposals.ProposalSubmitted")
    mine = [one for one in letters if one.to == ["chen@example.org"]]
    assert len(mine) == 1
    assert mine[0].extra_headers["Message-ID"].startswith(f"<{message.pk}.submitted.")
    assert all(len(one.to) == 1 and not one.cc and not one.bcc for one in letters)


def test_a_mail_sent_again_after_a_crash_carries_the_same_id(scene: Scene) -> None:
    scene.submitted()
    deliver()
    job = jobs.Job.objects.filter(payload__letter="submitted").first()
    jobs.run(job, now=lambda: OPEN + DAY)
    jobs.Job.objects.filter(pk=job.pk).update(stage="queued")
    jobs.run(jobs.Job.objects.get(pk=job.pk), now=lambda: OPEN + DAY)
    assert len(mail.outbox) == 2
    assert len({one.extra_headers["Message-ID"] for one in mail.outbox}) == 1


def test_the_community_gets_a_link_by_mail_only(scene: Scene) -> None:
    scene.submitted()
    deliver()
    sent = [one for one in send_mail() if one.to == ["he@example.org"]]
    assert len(sent) == 1 and "/consent/" in sent[0].body
    kept = inbox(scene.worker)[0]
    assert "/consent/" not in kept.body + kept.link
    assert codes(scene.street) == ["consent_informed"]


def test_the_answer_of_the_community_reaches_the_applicant(scene: Scene) -> None:
    scene.submitted()
    consent = PlaceConsent.objects.get()
    proposals.refuse_consent(
        consent_id=consent.pk, reason="场地正在维修", by=link_bearer(consent), now=OPEN + DAY
    )
    deliver(OPEN + DAY)
    refused = inbox(scene.applicant)[-1]
    assert refused.letter == "consent_refused"
    assert "场地正在维修" in refused.body


def test_a_return_carries_every_remark_at_its_field(scene: Scene) -> None:
    proposal = scene.submitted()
    remarks = {"need_analysis": "请补充问卷数据", "goals": "目标不可衡量"}
    proposals.return_proposal(proposal_id=proposal.pk, remarks=remarks, by=scene.office.clerk, now=OPEN + DAY)
    deliver(OPEN + DAY)
    body = inbox(scene.applicant)[-1].body
    assert "需求分析：请补充问卷数据" in body and "项目目标：目标不可衡量" in body
    assert "周经办" not in body


def test_a_remark_cannot_forge_a_line(scene: Scene) -> None:
    proposal = scene.submitted(title="名称\r\nBcc: all@example.org 和更多文字")
    proposals.return_proposal(
        proposal_id=proposal.pk,
        remarks={"goals": "一\n\n2. 伪造：通过"},
        by=scene.office.clerk,
        now=OPEN + DAY,
    )
    deliver(OPEN + DAY)
    letter = inbox(scene.applicant)[-1]
    assert "\n" not in letter.subject
    assert "1. 项目目标：一 2. 伪造：通过" in letter.body


def test_names_are_not_escaped_in_plain_text(scene: Scene) -> None:
    scene.submitted(title="守望<b>相助</b>&行动计划")
    deliver()
    assert "守望<b>相助</b>&行动计划" in inbox(scene.applicant)[0].subject


def test_a_refusal_waits_for_the_notice(scene: Scene) -> None:
    declined = [letter for letter in CATALOGUE if letter.code in ("declined", "waitlisted", "listed")]
    assert {fact.name for letter in declined for fact in letter.facts} == {"publicity.NoticePublished"}
    early = {"proposals.ProposalDeclined", "proposals.ProposalWaitlisted", "proposals.ProposalProposed"}
    early |= {"proposals.VerdictRecorded", "panels.VerdictGiven"}
    assert early & {fact.name for letter in CATALOGUE for fact in letter.facts} == set()


def test_no_letter_knows_reviewers_or_scores(scene: Scene) -> None:
    proposal = scene.submitted()
    entry = Message.objects.filter(consumer="mailroom").first()
    news = News(entry.pk, entry.entry_seq, entry.at)
    for letter in CATALOGUE:
        if letter.facts[0].__module__ == "grants.proposals.events" and "consent" not in letter.code:
            obj = Proposal.objects.select_related("round__form").get(pk=proposal.pk)
            words = letter.words(obj, news) if letter.code != "returned" else {}
            assert not {"score", "official_score", "reviewer", "expert"} & set(words)
    assert "score" not in get_template("mail/awarded.txt").template.source


@pytest.mark.parametrize("letter", CATALOGUE, ids=lambda letter: letter.code)
def test_every_letter_has_its_template(letter) -> None:
    source = get_template(f"mail/{letter.code}.txt").template.source
    assert "{% block subject %}" in source and "{% block body %}" in source


@pytest.mark.django_db
@pytest.mark.parametrize("letter", CATALOGUE, ids=lambda letter: letter.code)
def test_a_letter_about_nothing_is_not_sent(letter) -> None:
    for fact in letter.facts:
        nothing = fact(*(0 for _field in dataclasses.fields(fact)))
        if fact.name != "publicity.NoticePublished":
            assert list(letter.about(nothing)) == []


def test_letters_have_codes_of_their_own() -> None:
    assert len({letter.code for letter in CATALOGUE}) == len(CATALOGUE)
    assert letter_named("submitted").code == "submitted"


def test_the_right_community_is_told(scene: Scene) -> None:
    other = scene.member("别社区", scene.house, "applicant_editor")
    scene.submitted(community=COMMUNITY)
    deliver()
    assert codes(scene.worker) == ["consent_asked"]
    assert codes(other) == ["submitted"]
