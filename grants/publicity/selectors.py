"""Questions about notices and objections."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from core.calendar.selectors import to_confirm
from core.clock import SHANGHAI, day_of
from core.policy import Actor, Role, check, require
from core.todo import Pending, Todo
from core.workdays import Period
from grants.publicity.lifecycle import OPEN, I, N, O
from grants.publicity.models import Notice, NoticeItem, Objection
from grants.rounds.models import Round


def public_notices(round_: Round | None = None) -> QuerySet[Notice]:
    """Return every notice the public may read, newest first."""
    found = Notice.objects.exclude(state=N.DRAFTED).order_by("-published_at")
    return found.filter(round=round_) if round_ else found


def public_items(notice: Notice) -> QuerySet[NoticeItem]:
    """Return the items of a notice as its page lists them, those taken off included with their state."""
    return notice.items.order_by("position")


def cleared_items(notice: Notice) -> QuerySet[NoticeItem]:
    """Return the items that passed their notice."""
    return notice.items.filter(state=I.CLEARED).order_by("position")


def announced(subjects: Iterable[str]) -> set[str]:
    """Return those of the subjects that are, or were, on a public notice."""
    found = NoticeItem.objects.filter(subject__in=list(subjects)).exclude(notice__state=N.DRAFTED)
    return set(found.values_list("subject", flat=True))


def live_item(subject: str) -> NoticeItem | None:
    """Return the item that announces a subject and was neither struck nor withdrawn."""
    live = NoticeItem.objects.exclude(state__in=[I.STRUCK, I.WITHDRAWN]).select_related("notice")
    return live.filter(subject=subject).first()


def dates_waiting(notice: Notice) -> list[date]:
    """Return the dates of a running notice that an official still has to confirm."""
    return to_confirm(notice.dates_to_confirm()) if notice.state == N.PUBLISHED else []


def missing_postings(round_id: int) -> QuerySet[Notice]:
    """Return the public notices of a round whose posting on the government site is not on file."""
    out = Notice.objects.filter(round_id=round_id).exclude(state=N.DRAFTED)
    return out.filter(gov_url="") | out.filter(gov_screenshot__isnull=True)


def unfinished(round_id: int) -> list[str]:
    """Return titles of notices that run and numbers of objections that await their answer."""
    running = Notice.objects.filter(round_id=round_id).exclude(state=N.ENDED)
    open_ = Objection.objects.filter(item__notice__round_id=round_id, state__in=OPEN)
    return [*running.values_list("title", flat=True), *open_.values_list("number", flat=True)]


@dataclass(frozen=True)
class Objector:
    """Who objects, unmasked."""

    name: str
    contact: str


def objector_of(objection: Objection, actor: Actor) -> Objector:
    """Return who objects, for the uninvolved investigator and the supervisor; Forbidden for others."""
    require(actor, "publicity.see_objector", objection)
    return Objector(objection.objector or "", objection.contact or "")


def todo_for(actor: Actor, now: datetime) -> list[Todo | Pending]:
    """Return what waits for this person about notices and objections."""
    todos: list[Todo | Pending] = []
    today = day_of(now)
    if actor.has(Role.LEADER):
        drafts = [n for n in Notice.objects.filter(state=N.DRAFTED) if check(actor, "publicity.publish", n)]
        todos.append(Todo(_("待发布的公示"), len(drafts)))
    if actor.has(Role.CLERK):
        over = Notice.objects.filter(state=N.PUBLISHED, ends_on__lt=today)
        todos.append(Pending(_("期满待结束的公示"), over))
        running = Notice.objects.filter(state=N.PUBLISHED).exclude(provisional=[])
        dates = {day for notice in running for day in dates_waiting(notice)}
        todos.append(Todo(_("待确认是否为工作日的日期"), len(dates)))
        missing = Notice.objects.exclude(state=N.DRAFTED).filter(gov_url="")
        todos.append(Pending(_("待登记政府网站同步公示"), missing))
    if actor.has(Role.CLERK, Role.SECTION_CHIEF, Role.LEADER):
        todos += _objections(actor)
    return [todo for todo in todos if isinstance(todo, Pending) or todo.count]


def _objections(actor: Actor) -> list[Todo]:
    waiting = Objection.objects.filter(state__in=OPEN).select_related("item__notice").order_by("reply_due")
    lodged = [o for o in waiting if o.state == O.LODGED and check(actor, "publicity.investigate", o)]
    mine = [o for o in waiting if o.state == O.INVESTIGATING and o.investigator_id == actor.user_id]
    return [
        Todo(_("待受理核查的异议"), len(lodged), _due(lodged)),
        Todo(_("核查中待答复的异议"), len(mine), _due(mine)),
    ]


def _due(objections: list[Objection]) -> datetime | None:
    first = objections[0].reply_due if objections else None
    return Period(first, first).ends_at.astimezone(SHANGHAI) if first else None
