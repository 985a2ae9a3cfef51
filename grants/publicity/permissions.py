"""Who may do what with notices and objections: makers do not publish, those involved do not investigate."""

from __future__ import annotations

from typing import Any

from core.audit.models import Entry
from core.policy import BUREAU_ROLES, SYSTEM_ONLY, Role, Seat, allow, did, did_on, predicate
from grants.publicity.lifecycle import N
from grants.publicity.models import Notice, NoticeItem, Objection


def notice_of(obj: Any) -> Notice:
    """Return the notice an object belongs to."""
    if isinstance(obj, Objection):
        return obj.item.notice
    return obj.notice if isinstance(obj, NoticeItem) else obj


@predicate
def is_public(seat: Seat, obj: Any) -> bool:
    """The notice is out, or was."""
    return bool(notice_of(obj).state != N.DRAFTED)


@predicate
def handled_subject(seat: Seat, objection: Objection) -> bool:
    """This person took some step on the very thing that is announced: screened, advised, decided."""
    label, _colon, pk = objection.item.subject.partition(":")
    steps = Entry.objects.filter(object_type=label, object_id=int(pk or 0), actor_id=seat.actor.user_id)
    return seat.actor.user_id is not None and steps.exists()


is_uninvolved = ~did_on("item.notice", "draft", "edit", "publish") & ~handled_subject
INVESTIGATORS = (Role.CLERK, Role.SECTION_CHIEF, Role.LEADER)
WATCHERS = (*BUREAU_ROLES, Role.SUPERVISOR, Role.AUDITOR)

PERMISSIONS = {
    "publicity.view": allow(*WATCHERS) | allow(*Role.values, when=is_public),
    "publicity.list": allow(*WATCHERS, Role.EDITOR),
    "publicity.list_objections": allow(*WATCHERS),
    "publicity.draft": allow(Role.CLERK, Role.SECTION_CHIEF),
    "publicity.edit": allow(Role.CLERK, Role.SECTION_CHIEF),
    "publicity.publish": allow(Role.LEADER, when=~did("draft", "edit")),
    "publicity.end": allow(*INVESTIGATORS) | SYSTEM_ONLY,
    "publicity.record_posting": allow(Role.CLERK, Role.EDITOR),
    "publicity.hold": SYSTEM_ONLY,
    "publicity.release": SYSTEM_ONLY,
    "publicity.clear": SYSTEM_ONLY,
    "publicity.strike": SYSTEM_ONLY,
    "publicity.withdraw": SYSTEM_ONLY,
    "publicity.lodge": allow(*Role.values) | SYSTEM_ONLY,
    "publicity.view_objection": allow(*WATCHERS),
    "publicity.investigate": allow(*INVESTIGATORS, when=is_uninvolved),
    "publicity.conclude": allow(*INVESTIGATORS, when=is_uninvolved),
    "publicity.see_objector": allow(Role.SUPERVISOR) | allow(*INVESTIGATORS, when=is_uninvolved),
}
