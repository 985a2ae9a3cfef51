"""What waits for somebody about decisions and awards."""

from __future__ import annotations

from datetime import datetime

from django.db.models import CharField, Exists, OuterRef, QuerySet, Value
from django.db.models.functions import Cast, Concat
from django.utils.translation import gettext_lazy as _

from core.policy import Actor, Role, check
from core.todo import Pending, Todo
from grants.awards.lifecycle import D, M
from grants.awards.models import Allotment, Decision
from grants.proposals.lifecycle import P
from grants.proposals.models import Proposal
from grants.publicity.lifecycle import I, N
from grants.publicity.models import NoticeItem
from grants.rounds.lifecycle import R
from grants.rounds.models import Round

AT_WORK = (R.SELECTING, R.EXECUTING)


def todo_for(actor: Actor, now: datetime) -> list[Todo | Pending]:
    """Return what waits for this person about decisions, notices of awards, and awards."""
    todos: list[Todo | Pending] = []
    if actor.has(Role.CLERK):
        todos += _for_the_clerk()
    if actor.has(Role.SECTION_CHIEF):
        todos.append(Todo(_("待提请会议的立项名单"), _decisions(actor, D.DRAFTED, "awards.table")))
    if actor.has(Role.LEADER):
        todos.append(Todo(_("待会议决定的立项名单"), _decisions(actor, D.TABLED, "awards.resolve")))
        todos.append(Pending(_("公示无异议待立项的项目"), clearable()))
    return todos


def _for_the_clerk() -> list[Pending]:
    here = Proposal.objects.filter(round=OuterRef("pk"))
    undecided = Round.objects.filter(
        Exists(here.filter(state=P.SCORED)),
        ~Exists(here.filter(state=P.IN_REVIEW)),
        ~Exists(Decision.objects.filter(round=OuterRef("pk")).exclude(state=D.RESOLVED)),
        state__in=AT_WORK,
    )
    live = NoticeItem.objects.filter(subject=OuterRef("subject")).exclude(state__in=[I.STRUCK, I.WITHDRAWN])
    loose = _set_aside().filter(~Exists(live))
    return [Pending(_("评审完毕待拟立项名单的届次"), undecided), Pending(_("待公示的拟立项项目"), loose)]


def _decisions(actor: Actor, state: str, permission: str) -> int:
    return sum(check(actor, permission, one) is not None for one in Decision.objects.filter(state=state))


def _set_aside() -> QuerySet[Allotment]:
    """Return the money set aside and not awarded yet, each with the subject its notice would name."""
    subject = Concat(Value("proposals.proposal:"), Cast("proposal_id", CharField()))
    held = Allotment.objects.filter(state=M.RESERVED, award_row__isnull=True, round__state__in=AT_WORK)
    return held.annotate(subject=subject)


def clearable() -> QuerySet[Allotment]:
    """Return money set aside whose notice has ended without objection and that is not awarded yet."""
    cleared = NoticeItem.objects.filter(subject=OuterRef("subject"), state=I.CLEARED, notice__state=N.ENDED)
    return _set_aside().filter(Exists(cleared))
