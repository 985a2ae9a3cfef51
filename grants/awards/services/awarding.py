"""After the meeting: notice, award, lapse, the waiting list, and money that becomes free."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

from django.utils.translation import gettext as _

from core.calendar.selectors import working_calendar
from core.clock import day_of
from core.errors import NotFound, Refused
from core.lifecycle import Receipt, button, changing, creating
from core.money import format_yuan
from core.policy import SYSTEM, Actor
from grants.awards import rules
from grants.awards.events import Awarded
from grants.awards.lifecycle import D, M
from grants.awards.models import Allotment, Award, Decision, DecisionLine, subject_of
from grants.awards.selectors import left_by_category, left_by_source, unannounced, waiting_list
from grants.awards.services.deciding import set_aside
from grants.awards.services.drafting import lock_round
from grants.proposals import services as proposals
from grants.publicity import services as publicity
from grants.publicity.lifecycle import N
from grants.publicity.models import Notice, NoticeKind
from grants.publicity.selectors import cleared_items
from grants.rounds.models import Category, FundingSource, Round
from grants.rounds.services import project_number, take_number


@button
def draft_award_notice(
    *,
    decision_id: int,
    contact: str,
    title: str = "",
    text: str = "",
    by: Actor,
    now: datetime,
    key: UUID | None = None,
) -> Notice:
    """Draft the notice over what a decision proposed, by category and rank."""
    decision = Decision.objects.select_related("round").filter(pk=decision_id, state=D.RESOLVED).first()
    if decision is None:
        raise NotFound()
    mine = [one for one in unannounced(decision.round, promoted=False) if one.line.decision_id == decision_id]
    title = title or _("关于%(round)s拟立项项目的公示") % {"round": decision.round.name}
    return _announce(decision.round, NoticeKind.AWARD, mine, title, text, contact, by, now)


@button
def draft_supplement_notice(
    *,
    round_id: int,
    contact: str,
    title: str = "",
    text: str = "",
    by: Actor,
    now: datetime,
    key: UUID | None = None,
) -> Notice:
    """Draft the notice over what was promoted from the waiting list and is not announced yet."""
    round_ = Round.objects.get(pk=round_id)
    title = title or _("关于%(round)s递补立项项目的公示") % {"round": round_.name}
    promoted = unannounced(round_, promoted=True)
    return _announce(round_, NoticeKind.SUPPLEMENT, promoted, title, text, contact, by, now)


def _announce(
    round_: Round,
    kind: str,
    allotments: Sequence[Allotment],
    title: str,
    text: str,
    contact: str,
    by: Actor,
    now: datetime,
) -> Notice:
    if not allotments:
        raise Refused(_("没有需要公示的拟立项项目。"))
    items = [_item(one) for one in allotments]
    return publicity.draft_notice(
        round_id=round_.pk, kind=kind, title=title, text=text, contact=contact, items=items, by=by, now=now
    )


def _item(allotment: Allotment) -> publicity.ItemDraft:
    proposal, host = allotment.proposal, allotment.proposal.host
    organisation = proposal.applicant.name
    if host:
        organisation = _("%(group)s（代管单位：%(host)s）") % {"group": organisation, "host": host.name}
    return publicity.ItemDraft(
        subject=subject_of(proposal),
        title=proposal.title,
        organisation=organisation,
        amount_fen=allotment.amount_fen,
        place=proposal.community.display_name if proposal.community else "",
        category=allotment.category.name,
        party_bodies=tuple(sorted(proposal.parties())),
    )


@button
def award_cleared(*, notice_id: int, by: Actor, now: datetime, key: UUID | None = None) -> Receipt:
    """Award every project that passed its notice and is not awarded yet; held ones can follow later.

    Returns the receipt of the first one. Refused before the notice has ended.
    """
    notice = Notice.objects.select_related("round").filter(pk=notice_id).first()
    if notice is None:
        raise NotFound()
    lock_round(notice.round_id)
    if notice.state != N.ENDED:
        raise Refused(_("公示尚未结束，不能立项。"), code="notice_not_ended")
    subjects = list(cleared_items(notice).values_list("subject", flat=True))
    free = Allotment.objects.filter(round=notice.round, state=M.RESERVED, award_row__isnull=True)
    found = {subject_of(one.proposal): one for one in free.select_related("proposal", "category", "round")}
    waiting = [found[subject] for subject in subjects if subject in found]
    if not waiting:
        raise Refused(_("没有公示无异议而待立项的项目。"), code="nothing_to_award")
    receipts = [_award(allotment, notice, by, now) for allotment in waiting]
    return receipts[0]


def _award(allotment: Allotment, notice: Notice, by: Actor, now: datetime) -> Receipt:
    round_, category, proposal = allotment.round, allotment.category, allotment.proposal
    receipt = proposals.award_proposal(proposal_id=proposal.pk, by=by, now=now)
    serial = take_number(round_.pk, f"project-{category.number_code}")
    days = round_.parsed_terms().number("contract_working_days")
    award = Award(
        proposal=proposal,
        allotment=allotment,
        notice=notice,
        round=round_,
        category=category,
        source_id=allotment.source_id,
        amount_fen=allotment.amount_fen,
        cut_fen=proposal.requested_fen - allotment.amount_fen,
        project_no=project_number(round_, category, serial),
        sign_by=working_calendar().add(day_of(now), days),
    )
    creating(
        award,
        by=by,
        now=now,
        permission="awards.award",
        verb="award",
        fact=Awarded,
        amount_fen=award.amount_fen,
        project_no=award.project_no,
    )
    return receipt


@button
def lapse_award(
    *,
    award_id: int,
    reason: str,
    renounced: bool = False,
    by: Actor,
    now: datetime,
    key: UUID | None = None,
    version: int | None = None,
) -> Receipt:
    """Let an award lapse because nobody signed in time, or at once where the grantee renounced it in writing.

    The application lapses with it and its money becomes free.
    """
    if not reason.strip():
        raise Refused(_("请写明失效的理由。"), field="reason")
    with changing(Award, award_id, by=by, now=now, key=key, version=version, reason=reason) as award:
        award.lapse(by=by)
        if not renounced and day_of(now) <= award.sign_by:
            raise Refused(_("签约期限还没有过；单位书面放弃的，请勾选“书面放弃”。"), code="not_overdue")
        award.lapse_reason = reason[:300]
        award.note(renounced=renounced)
    proposals.lapse_proposal(proposal_id=award.proposal_id, reason=reason, by=by, now=now)
    return award.receipt


@button
def promote_waitlisted(
    *,
    round_id: int,
    category: str,
    consents: Mapping[int, str] | None = None,
    pass_over: Mapping[int, str] | None = None,
    by: Actor,
    now: datetime,
    key: UUID | None = None,
) -> Allotment:
    """Give money that is left in a category to the next on its waiting list; its own notice has to follow.

    ``category`` is a code; ``consents`` and ``pass_over`` map application ids to the letter agreeing to a
    cut and to the reason for going past. Refused when nobody waits or the money does not reach.
    """
    round_ = lock_round(round_id)
    into = Category.objects.filter(round=round_, code=category).first()
    if into is None:
        raise NotFound()
    line, passed = _next(round_, into, pass_over or {})
    free = left_by_category(round_)[into.pk]
    codes = dict(FundingSource.objects.values_list("pk", "code"))
    sources = {codes[pk]: min(left, free) for pk, left in left_by_source(round_).items()}
    consent = (consents or {}).get(line.proposal_id, "")
    amount, source = _affordable(line, sources, round_.parsed_terms().partial_cut_max_percent, consent)
    source_id = next(pk for pk, code in codes.items() if code == source)
    allotment = set_aside(
        line, amount, source_id, by, now, consent=consent, promoted=True, passed_over=passed
    )
    reason = _("递补：第 %(rank)s 名") % {"rank": line.rank}
    proposals.promote_proposal(proposal_id=line.proposal_id, reason=reason, by=by, now=now)
    return allotment


def _next(
    round_: Round, category: Category, pass_over: Mapping[int, str]
) -> tuple[DecisionLine, list[dict[str, object]]]:
    passed: list[dict[str, object]] = []
    for line in waiting_list(round_, category).select_related("decision"):
        reason = pass_over.get(line.proposal_id, "").strip()
        if not reason:
            return line, passed
        passed.append({"proposal_id": line.proposal_id, "reason": reason})
    raise Refused(
        _("“%(category)s”没有可以递补的备选项目。") % {"category": category.name}, code="nobody_waits"
    )


def _affordable(
    line: DecisionLine, sources: Mapping[str, int], cut_max_percent: int, consent: str
) -> tuple[int, str]:
    """Return amount and source: the whole request, else the most one source can give within the cut."""
    if source := rules.best_fit(line.asked_fen, sources):
        return line.asked_fen, source
    most = max(sources.values(), default=0)
    shown = {"title": line.proposal.title, "asked": format_yuan(line.asked_fen), "left": format_yuan(most)}
    if not rules.may_be_cut_to(line.asked_fen, most, cut_max_percent):
        says = _("余额 %(left)s 元不足以资助“%(title)s”（申请 %(asked)s 元）。")
        raise Refused(says % shown, code="does_not_reach")
    if not consent.strip():
        says = _("余额只够资助“%(title)s”%(left)s 元（申请 %(asked)s 元），须先取得其书面同意。")
        raise Refused(says % shown, code="needs_consent")
    return most, min(code for code, left in sources.items() if left == most)


@button
def release_money(*, proposal_id: int, why: str, by: Actor = SYSTEM, now: datetime) -> Receipt | None:
    """Free the money set aside for an application that left; None when there is none. The kernel calls it."""
    held = Allotment.objects.filter(proposal_id=proposal_id, state=M.RESERVED).first()
    if held is None:
        return None
    with changing(Allotment, held.pk, by=by, now=now) as allotment:
        allotment.release(by=by)
        allotment.released_why = why
        allotment.note(amount_fen=allotment.amount_fen, why=why)
    return allotment.receipt
