"""Questions about notices and objections."""

from __future__ import annotations

import hmac
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import BooleanField, Case, Count, Q, QuerySet, Value, When
from django.utils.translation import gettext_lazy as _

from core.calendar.selectors import to_confirm
from core.clock import SHANGHAI, day_of
from core.policy import BUREAU_ROLES, Actor, Role, check, require
from core.todo import Pending, Todo
from core.workdays import Period
from grants.publicity.lifecycle import OPEN, I, N, O
from grants.publicity.models import Notice, NoticeItem, Objection
from grants.rounds.models import Round

OFF_THE_LIST = (I.STRUCK, I.WITHDRAWN)


def public_notices(round_: Round | None = None) -> QuerySet[Notice]:
    """Return every notice the public may read, newest first."""
    found = Notice.objects.exclude(state=N.DRAFTED).order_by("-published_at")
    return found.filter(round=round_) if round_ else found


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
    return to_confirm(notice.dates_to_confirm()) if notice.state == N.PUBLISHED and notice.provisional else []


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


def visible_to(actor: Actor) -> QuerySet[Notice]:
    """Return the notices whose pages this person may open, drafts for those who work on them only."""
    if not actor.grants:
        return Notice.objects.none()
    if actor.has(*BUREAU_ROLES, Role.SUPERVISOR, Role.AUDITOR):
        return Notice.objects.all()
    return Notice.objects.exclude(state=N.DRAFTED)


def objections_visible_to(actor: Actor) -> QuerySet[Objection]:
    """Return the objections whose pages this person may open; those about a declared interest are not.

    ``is_mine`` marks what this person investigates.
    """
    if not actor.has(*BUREAU_ROLES, Role.SUPERVISOR, Role.AUDITOR):
        return Objection.objects.none()
    mine = When(investigator_id=actor.user_id or 0, then=Value(True))
    found = Objection.objects.annotate(is_mine=Case(mine, default=Value(False), output_field=BooleanField()))
    return found.exclude(item_id__in=_touched(actor.interests)) if actor.interests else found


def _touched(bodies: Iterable[int]) -> list[int]:
    """Return the items about one of the bodies; JSON lists cannot be searched alike on both engines."""
    wanted = set(bodies)
    rows = NoticeItem.objects.filter(objections__isnull=False).values_list("pk", "party_bodies")
    return [pk for pk, parties in rows if wanted & set(parties)]


def with_counts(notices: QuerySet[Notice]) -> QuerySet[Notice]:
    """Add how many items a notice has, and how many objections to them await their answer."""
    waiting = Count("items__objections", filter=Q(items__objections__state__in=OPEN), distinct=True)
    return notices.annotate(item_count=Count("items", distinct=True), open_objections=waiting)


def objection_by_receipt(number: str, contact: str) -> Objection | None:
    """Return a signed objection by its number and the contact it was lodged with; None for anything else."""
    found = Objection.objects.filter(number__iexact=number.strip()).first()
    given, kept = _bare(contact), _bare(found.contact if found else "")
    same = hmac.compare_digest(given.encode(), kept.encode())
    return found if found is not None and kept and same else None


def _bare(contact: str | None) -> str:
    return "".join(str(contact or "").split()).replace("-", "").casefold()


def todo_for(actor: Actor, now: datetime) -> list[Todo | Pending]:
    """Return what waits for this person about notices and objections."""
    todos: list[Todo | Pending] = []
    if actor.has(Role.LEADER):
        drafts = [n for n in Notice.objects.filter(state=N.DRAFTED) if check(actor, "publicity.publish", n)]
        todos.append(_notices(_("待发布的公示"), drafts, "state=drafted"))
    if actor.has(Role.CLERK):
        todos += _of_the_clerk(day_of(now))
    if actor.has(Role.CLERK, Role.EDITOR):
        missing = waiting("posting", Notice.objects.all(), day_of(now))
        todos.append(Pending(_("待登记政府网站同步公示"), missing, url_name="notices", query="waits=posting"))
    if actor.has(Role.CLERK, Role.SECTION_CHIEF, Role.LEADER):
        todos += _objections(actor)
    if actor.has(Role.SUPERVISOR):
        open_ = objections_visible_to(actor).filter(state__in=OPEN)
        todos.append(
            Pending(_("未办结的异议"), open_, "reply_due", url_name="objections", query="waits=open")
        )
    return [todo for todo in todos if isinstance(todo, Pending) or todo.count]


WAITS: dict[str, Any] = {
    "over": _("期满待结束"),
    "dates": _("有日期待确认"),
    "posting": _("待登记政府网站同步公示"),
}


def waiting(name: str, rows: QuerySet[Notice], on: date) -> QuerySet[Notice]:
    """Return the notices of which one kind of work waits."""
    if name == "over":
        return rows.filter(state=N.PUBLISHED, ends_on__lt=on)
    if name == "posting":
        return rows.exclude(state=N.DRAFTED).filter(gov_url="")
    running = rows.filter(state=N.PUBLISHED).exclude(provisional=[])
    return rows.filter(pk__in=[notice.pk for notice in running if dates_waiting(notice)])


def _of_the_clerk(today: date) -> list[Todo | Pending]:
    everything = Notice.objects.all()
    over = waiting("over", everything, today)
    dates = {
        day: notice
        for notice in everything.filter(state=N.PUBLISHED).exclude(provisional=[])
        for day in dates_waiting(notice)
    }
    name, args = ("notice", (next(iter(dates.values())).public_id,)) if dates else ("notices", ())
    return [
        Pending(_("期满待结束的公示"), over, url_name="notices", query="waits=over"),
        Todo(_("待确认是否为工作日的日期"), len(dates), None, name, args),
    ]


def _notices(label: Any, found: Sequence[Notice], query: str) -> Todo:
    """Lead to the one that waits, or to the list where there are several."""
    if len(found) == 1:
        return Todo(label, 1, None, "notice", (found[0].public_id,))
    return Todo(label, len(found), None, "notices", (), query)


def _objections(actor: Actor) -> list[Todo]:
    waits = Objection.objects.filter(state__in=OPEN).select_related("item__notice").order_by("reply_due")
    lodged = [o for o in waits if o.state == O.LODGED and check(actor, "publicity.investigate", o)]
    mine = [o for o in waits if o.state == O.INVESTIGATING and o.investigator_id == actor.user_id]
    return [
        Todo(_("待受理核查的异议"), len(lodged), _due(lodged), "objections", (), "state=lodged"),
        Todo(_("核查中待答复的异议"), len(mine), _due(mine), "objections", (), "waits=mine"),
    ]


def _due(objections: list[Objection]) -> datetime | None:
    first = objections[0].reply_due if objections else None
    return Period(first, first).ends_at.astimezone(SHANGHAI) if first else None
