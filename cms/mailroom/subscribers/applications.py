"""Letters about applications and the consent of the place."""

from __future__ import annotations

from typing import Any

from django.conf import settings

from cms.mailroom.rules import Letter, News, one_line
from cms.mailroom.subscribers import audiences
from cms.mailroom.subscribers.about import (
    day,
    entry_of,
    page_of,
    reason_given,
    receipt_number,
    round_link,
    the,
)
from core.money import format_yuan
from core.words import N_
from grants.proposals import events
from grants.proposals.models import PlaceConsent, Proposal
from grants.proposals.rules.answers import questions
from grants.proposals.selectors import consent_token
from grants.publicity.events import NoticePublished
from grants.publicity.models import Notice, NoticeItem, NoticeKind

proposal = the(Proposal, "proposal_id", "round__form")
consent = the(PlaceConsent, "consent_id", "proposal__round", "proposal__applicant", "community__street")


def _words(found: Proposal, news: News) -> dict[str, Any]:
    return {
        "title": one_line(found.title),
        "number": found.number or "",
        "round": one_line(found.round.name),
        "link": page_of(found),
    }


def _receipt_words(found: Proposal, news: News) -> dict[str, Any]:
    entry = entry_of(news)
    receipt = {"receipt": receipt_number(entry), "version": entry.payload.get("version", "")}
    return {
        **_words(found, news),
        **receipt,
        "sha256": entry.payload.get("sha256", ""),
        "entry_hash": entry.hash,
    }


def _remark_words(found: Proposal, news: News) -> dict[str, Any]:
    labels = {q.key: q.label for q in questions(found.round.form.schema)} if found.round.form else {}
    remarks = list(found.remarks.filter(made_at__lte=news.at).order_by("-version_no", "id"))
    newest = [one for one in remarks if one.version_no == remarks[0].version_no]
    said = [(labels.get(one.field, one.field), one_line(one.text)) for one in newest]
    return {**_words(found, news), "remarks": said, "due": day(found.correction_due)}


def _ineligible_words(found: Proposal, news: News) -> dict[str, Any]:
    until = found.round.parsed_terms().day("recheck_until")
    reason = reason_given(found, news, "advise_ineligible")
    return {**_words(found, news), "reason": reason, "until": day(until)}


def _reason_words(*verbs: str) -> Any:
    def words(found: Proposal, news: News) -> dict[str, Any]:
        return {**_words(found, news), "reason": reason_given(found, news, *verbs)}

    return words


def _consent_words(found: PlaceConsent, news: News) -> dict[str, Any]:
    applied = found.proposal
    return {
        **_words(applied, news),
        "community": found.community.display_name,
        "applicant": one_line(applied.applicant.name),
        "refusal": one_line(found.refusal),
    }


def _consent_link_words(found: PlaceConsent, news: News) -> dict[str, Any]:
    site = settings.WAGTAILADMIN_BASE_URL.rstrip("/")
    return {**_consent_words(found, news), "link": f"{site}/consent/{consent_token(found)}/"}


# What the applicant may know only from the notice on


def _listed(fact: NoticePublished) -> list[Proposal]:
    subjects = NoticeItem.objects.filter(notice_id=fact.notice_id, subject__startswith="proposals.proposal:")
    pks = [int(subject.rpartition(":")[2]) for subject in subjects.values_list("subject", flat=True)]
    return list(Proposal.objects.filter(pk__in=pks).select_related("round").order_by("pk"))


def _not_listed(state: str) -> Any:
    def find(fact: NoticePublished) -> list[Proposal]:
        notice = Notice.objects.get(pk=fact.notice_id)
        if notice.kind != NoticeKind.AWARD:
            return []
        found = Proposal.objects.filter(round_id=notice.round_id, state=state)
        return list(found.select_related("round").order_by("pk"))

    return find


def _notice_words(found: Proposal, news: News) -> dict[str, Any]:
    item = NoticeItem.objects.filter(subject=f"proposals.proposal:{found.pk}").order_by("-pk").first()
    notices = Notice.objects.filter(round_id=found.round_id, published_at__lte=news.at).order_by(
        "-published_at"
    )
    notice = notices.first()
    return {
        **_words(found, news),
        "amount": format_yuan(item.amount_fen) if item else "",
        "notice": one_line(notice.title) if notice else "",
        "notice_number": (notice.number or "") if notice else "",
        "starts": day(notice.starts_on) if notice else "",
        "ends": day(notice.ends_on) if notice else "",
        "link": round_link(found.round.code),
    }


def _row(code: str, says: str, facts: tuple[type, ...], words: Any = _words, about: Any = proposal) -> Letter:
    return Letter(code, says, facts, about, audiences.APPLICANTS, words)


LETTERS = (
    _row(
        "submitted",
        N_("申报已受理（回执号与摘要）"),
        (events.ProposalSubmitted, events.ProposalResubmitted, events.OptimisationFinished),
        _receipt_words,
    ),
    _row("returned", N_("申报退回补正（逐条意见）"), (events.ProposalReturned,), _remark_words),
    _row("eligible", N_("资格审查通过"), (events.ProposalFoundEligible, events.RecheckOverturned)),
    _row("ineligible", N_("资格审查未通过"), (events.ProposalFoundIneligible,), _ineligible_words),
    _row("recheck_upheld", N_("复核维持原结论"), (events.RecheckUpheld,), _reason_words("uphold")),
    _row("optimise", N_("请优化申报书"), (events.OptimisationStarted,), _reason_words("send_to_optimise")),
    _row("withdrawn", N_("申报已撤回"), (events.ProposalWithdrawn,)),
    _row("listed", N_("列入拟立项公示"), (NoticePublished,), _notice_words, _listed),
    _row(
        "waitlisted",
        N_("列为备选（公示发布后告知）"),
        (NoticePublished,),
        _notice_words,
        _not_listed("waitlisted"),
    ),
    _row(
        "declined",
        N_("未予立项（公示发布后告知）"),
        (NoticePublished,),
        _notice_words,
        _not_listed("declined"),
    ),
    _row("struck", N_("异议成立，取消拟立项"), (events.ProposalStruck,)),
    _row("awarded", N_("已立项"), (events.ProposalAwarded,)),
    _row("lapsed", N_("逾期未签约，视为放弃"), (events.ProposalLapsed,)),
    Letter(
        "consent_asked",
        N_("请确认项目落地"),
        (events.ConsentAsked,),
        consent,
        audiences.COMMUNITY,
        _consent_link_words,
        secret_link=True,
    ),
    Letter(
        "consent_informed",
        N_("告知：本街道社区收到落地确认请求"),
        (events.ConsentAsked,),
        consent,
        audiences.STREET,
        _consent_words,
    ),
    Letter(
        "consent_confirmed",
        N_("社区同意项目落地"),
        (events.ConsentConfirmed,),
        consent,
        audiences.APPLICANTS_OF_CONSENT,
        _consent_words,
    ),
    Letter(
        "consent_refused",
        N_("社区不同意项目落地"),
        (events.ConsentRefused,),
        consent,
        audiences.APPLICANTS_OF_CONSENT,
        _consent_words,
    ),
)
