"""What awards do when a notice, an application or the round moves."""

from __future__ import annotations

from datetime import datetime

from django.utils.translation import gettext as _

from core.documents import request_document
from core.errors import Refused
from core.events import on
from core.outbox.queue import deliver
from core.policy import SYSTEM, Actor
from grants.awards import rules
from grants.awards.events import Awarded
from grants.awards.lifecycle import D, M
from grants.awards.models import Allotment, Decision, subject_of
from grants.awards.services import release_money
from grants.proposals.events import ProposalLapsed, ProposalStruck, ProposalWithdrawn
from grants.proposals.lifecycle import P
from grants.proposals.models import Proposal
from grants.proposals.services import strike_proposal
from grants.publicity.events import ItemStruck
from grants.publicity.lifecycle import N
from grants.publicity.models import Notice, NoticeItem, NoticeKind
from grants.publicity.services import withdraw_item
from grants.rounds.events import ExecutionStarted, RoundClosed


@on(ItemStruck)
def strike_the_application(fact: ItemStruck, *, by: Actor, now: datetime) -> None:
    """An upheld objection took an application off its notice: it is struck."""
    label, _colon, pk = NoticeItem.objects.get(pk=fact.item_id).subject.partition(":")
    if label == Proposal._meta.label_lower:
        strike_proposal(proposal_id=int(pk), reason=_("公示期间异议成立"), by=SYSTEM, now=now)


@on(ProposalStruck)
def free_struck_money(fact: ProposalStruck, *, by: Actor, now: datetime) -> None:
    """Money of a struck application is free again."""
    release_money(proposal_id=fact.proposal_id, why=rules.STRUCK, by=SYSTEM, now=now)


@on(ProposalWithdrawn)
def free_withdrawn_money(fact: ProposalWithdrawn, *, by: Actor, now: datetime) -> None:
    """An applicant who leaves is off the notice, and the money is free again."""
    subject = subject_of(Proposal(pk=fact.proposal_id))
    withdraw_item(subject=subject, by=SYSTEM, now=now)
    release_money(proposal_id=fact.proposal_id, why=rules.WITHDRAWN, by=SYSTEM, now=now)


@on(ProposalLapsed)
def free_lapsed_money(fact: ProposalLapsed, *, by: Actor, now: datetime) -> None:
    """Money of an award nobody signed is free again."""
    release_money(proposal_id=fact.proposal_id, why=rules.LAPSED, by=SYSTEM, now=now)


@on(ExecutionStarted)
def refuse_before_the_selection_is_over(fact: ExecutionStarted, *, by: Actor, now: datetime) -> None:
    """A round moves on only when the meeting has decided and the notice of its decision is over."""
    decisions = Decision.objects.filter(round_id=fact.round_id)
    running = Notice.objects.filter(round_id=fact.round_id, kind=NoticeKind.AWARD).exclude(state=N.ENDED)
    unjudged = Proposal.objects.filter(round_id=fact.round_id, state__in=[P.IN_REVIEW, P.SCORED])
    if not decisions.filter(state=D.RESOLVED).exists() or decisions.exclude(state=D.RESOLVED).exists():
        raise Refused(_("立项决定尚未作出，不能进入执行。"))
    if running.exists() or unjudged.exists():
        raise Refused(_("还有公示没有结束，或有申报没有决定，不能进入执行。"))


@on(RoundClosed)
def refuse_while_money_waits(fact: RoundClosed, *, by: Actor, now: datetime) -> None:
    """A round does not close over money set aside for somebody who is neither awarded nor gone."""
    waiting = Allotment.objects.filter(round_id=fact.round_id, state=M.RESERVED, award_row__isnull=True)
    if count := waiting.count():
        raise Refused(_("还有 %(count)s 个拟立项项目没有办结，不能结项。") % {"count": count})


@deliver(Awarded, to="documents")
def render_the_letter(fact: Awarded, *, message: object, now: datetime) -> None:
    """Ask for the letter that tells the grantee."""
    request_document("awards.letter", fact.award_id, by=SYSTEM, now=now)
