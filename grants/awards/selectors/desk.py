"""What waits for somebody about decisions and awards."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db.models import (
    BigIntegerField,
    CharField,
    Exists,
    F,
    OuterRef,
    QuerySet,
    Subquery,
    Sum,
    Value,
)
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import Cast, Coalesce, Concat
from django.utils.translation import gettext_lazy as _

from core.policy import Actor, Role, check
from core.todo import Pending, Todo
from grants.awards.lifecycle import D, M
from grants.awards.models import Allotment, Award, Decision, DecisionLine, Outcome
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
        todos.append(_decisions(_("待提请会议的立项名单"), actor, D.DRAFTED, "awards.table"))
        todos.append(
            Pending(
                _("立项已毕、待进入执行的届次"), awarded(), url_name="competitions", query="state=selecting",
                page="competition", titled="name",
            )
        )  # fmt: skip
    if actor.has(Role.LEADER):
        todos.append(_decisions(_("待会议决定的立项名单"), actor, D.TABLED, "awards.resolve"))
        todos.append(
            Pending(_("公示无异议待立项的项目"), clearable(), url_name="decisions", query="waits=award")
        )
        todos.append(
            Pending(_("有释放资金可递补的备选"), promotable(), url_name="decisions", query="state=resolved")
        )
    if actor.has(Role.SUPERVISOR):
        tabled = Decision.objects.filter(state=D.TABLED)
        todos.append(Pending(_("待监督的立项会议"), tabled, url_name="decisions", query="state=tabled"))
    return todos


def _for_the_clerk() -> list[Pending]:
    return [
        Pending(_("评审完毕待拟立项名单的届次"), undecided(), url_name="new_decision"),
        Pending(_("待公示的拟立项项目"), loose(), url_name="decisions", query="waits=announce"),
    ]


def undecided() -> QuerySet[Round]:
    """Return the rounds whose applications are judged and on no list yet."""
    here = Proposal.objects.filter(round=OuterRef("pk"))
    return Round.objects.filter(
        Exists(here.filter(state=P.SCORED)),
        ~Exists(here.filter(state=P.IN_REVIEW)),
        ~Exists(Decision.objects.filter(round=OuterRef("pk")).exclude(state=D.RESOLVED)),
        state__in=AT_WORK,
    )


def awarded() -> QuerySet[Round]:
    """Return the rounds in selection whose money set aside is awarded: nothing keeps them from execution."""
    here = {"round": OuterRef("pk")}
    return Round.objects.filter(
        Exists(Award.objects.filter(**here)), ~Exists(_set_aside().filter(**here)), state=R.SELECTING
    )


def loose() -> QuerySet[Allotment]:
    """Return money set aside that stands on no live notice."""
    live = NoticeItem.objects.filter(subject=OuterRef("subject")).exclude(state__in=[I.STRUCK, I.WITHDRAWN])
    return _set_aside().filter(~Exists(live))


def _decisions(label: Any, actor: Actor, state: str, permission: str) -> Todo:
    """Lead to the one that waits, or to the list where there are several."""
    found = [one for one in Decision.objects.filter(state=state) if check(actor, permission, one)]
    if len(found) == 1:
        return Todo(label, 1, None, "decision", (found[0].public_id,))
    return Todo(label, len(found), None, "decisions", (), f"state={state}")


def promotable() -> QuerySet[DecisionLine]:
    """Return the first who wait where money became free since and reaches them, at least by a cut.

    How far a cut may go is said by the terms of the round.
    """
    here = Allotment.objects.filter(round=OuterRef("decision__round"), category=OuterRef("category"))
    ahead = DecisionLine.objects.filter(
        decision=OuterRef("decision"),
        category=OuterRef("category"),
        rank__lt=OuterRef("rank"),
        outcome=Outcome.WAITLIST,
        proposal__state=P.WAITLISTED,
    )
    waiting = DecisionLine.objects.filter(
        ~Exists(ahead),
        decision__state=D.RESOLVED,
        decision__round__state__in=AT_WORK,
        outcome=Outcome.WAITLIST,
        proposal__state=P.WAITLISTED,
    )
    freed = _sum(here.filter(state=M.RELEASED))
    spent = _sum(here.filter(is_promoted=True))
    cut = Cast(KeyTextTransform("partial_cut_max_percent", "decision__round__terms"), BigIntegerField())
    reaches = waiting.annotate(free=freed - spent, least=F("asked_fen") * (Value(100) - cut))
    return reaches.annotate(hundredfold=F("free") * 100).filter(hundredfold__gte=F("least"), free__gt=0)


def _sum(rows: QuerySet[Allotment]) -> Coalesce:
    total = rows.order_by().values("category").annotate(total=Sum("amount_fen")).values("total")
    return Coalesce(Subquery(total, output_field=BigIntegerField()), Value(0), output_field=BigIntegerField())


def _set_aside() -> QuerySet[Allotment]:
    """Return the money set aside and not awarded yet, each with the subject its notice would name."""
    subject = Concat(Value("proposals.proposal:"), Cast("proposal_id", CharField()))
    held = Allotment.objects.filter(state=M.RESERVED, award_row__isnull=True, round__state__in=AT_WORK)
    return held.annotate(subject=subject)


def clearable() -> QuerySet[Allotment]:
    """Return money set aside whose notice has ended without objection and that is not awarded yet."""
    cleared = NoticeItem.objects.filter(subject=OuterRef("subject"), state=I.CLEARED, notice__state=N.ENDED)
    return _set_aside().filter(Exists(cleared))
