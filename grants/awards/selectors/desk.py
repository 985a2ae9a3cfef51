"""What waits for somebody about decisions and awards."""

from __future__ import annotations

from datetime import datetime

from django.utils.translation import gettext_lazy as _

from core.policy import Actor, Role, check
from core.todo import Todo
from grants.awards.lifecycle import D
from grants.awards.models import Allotment, Decision, subject_of
from grants.awards.selectors.money import live_allotments
from grants.awards.selectors.ranking import unannounced
from grants.proposals.lifecycle import P
from grants.proposals.models import Proposal
from grants.publicity.lifecycle import I, N
from grants.publicity.models import NoticeItem
from grants.rounds.lifecycle import R
from grants.rounds.models import Round


def todo_for(actor: Actor, now: datetime) -> list[Todo]:
    """Return what waits for this person about decisions, notices of awards, and awards."""
    if not actor.has(Role.CLERK, Role.SECTION_CHIEF, Role.LEADER):
        return []
    todos = []
    if actor.has(Role.CLERK):
        todos += _for_the_clerk()
    if actor.has(Role.SECTION_CHIEF):
        todos.append(Todo(_("待提请会议的立项名单"), _decisions(actor, D.DRAFTED, "awards.table")))
    if actor.has(Role.LEADER):
        todos.append(Todo(_("待会议决定的立项名单"), _decisions(actor, D.TABLED, "awards.resolve")))
        todos.append(Todo(_("公示无异议待立项的项目"), len(clearable())))
    return [todo for todo in todos if todo.count]


def _for_the_clerk() -> list[Todo]:
    undecided = 0
    loose = 0
    for round_ in Round.objects.filter(state__in=[R.SELECTING, R.EXECUTING]):
        states = set(Proposal.objects.filter(round=round_).values_list("state", flat=True))
        is_open = Decision.objects.filter(round=round_).exclude(state=D.RESOLVED).exists()
        undecided += P.SCORED in states and P.IN_REVIEW not in states and not is_open
        loose += sum(len(unannounced(round_, promoted=promoted)) for promoted in (False, True))
    return [Todo(_("评审完毕待拟立项名单的届次"), undecided), Todo(_("待公示的拟立项项目"), loose)]


def _decisions(actor: Actor, state: str, permission: str) -> int:
    return sum(check(actor, permission, one) is not None for one in Decision.objects.filter(state=state))


def clearable() -> list[Allotment]:
    """Return money set aside whose notice has ended without objection and that is not awarded yet."""
    cleared = NoticeItem.objects.filter(state=I.CLEARED, notice__state=N.ENDED)
    subjects = set(cleared.values_list("subject", flat=True))
    found = []
    for round_ in Round.objects.filter(state__in=[R.SELECTING, R.EXECUTING]):
        rows = live_allotments(round_).filter(award_row__isnull=True)
        found += [one for one in rows if subject_of(Proposal(pk=one.proposal_id)) in subjects]
    return found
