"""The timeline: the entries of the log about an object, in words."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from core.audit.selectors import timeline as entries
from core.ui.speech import role_words, state_words, verb_words

NameActors = Callable[[Iterable[int]], dict[int, str]]
_name_actors: list[NameActors] = []


@dataclass(frozen=True)
class Moment:
    """One line of the timeline."""

    at: datetime
    who: str
    what: str
    state: str
    reason: str
    document: str
    seq: int
    hash: str


def name_actors_with(resolver: NameActors) -> None:
    """Install the function that gives names for account ids, in one query (orgs.people does)."""
    _name_actors[:] = [resolver]


def names_of(user_ids: Iterable[int]) -> dict[int, str]:
    """Return the names behind account ids, in one query; nothing where nobody can tell."""
    wanted = set(user_ids)
    return _name_actors[0](wanted) if wanted and _name_actors else {}


def moments(
    obj: Any,
    *,
    with_names: bool = False,
    with_reasons: bool = True,
    only: Collection[str] | None = None,
    skip: Collection[str] = (),
) -> list[Moment]:
    """The history of an object, oldest first; applicants see roles, officers may see names.

    ``only`` names the steps that may be told at all, ``skip`` those too many or too small to be told.
    """
    log = [one for one in entries(obj) if one.verb not in skip and (only is None or one.verb in only)]
    names: dict[int, str] = {}
    if with_names and _name_actors:
        names = _name_actors[0]({entry.actor_id for entry in log if entry.actor_id is not None})
    return [_moment(entry, names, with_reasons) for entry in log]


def _moment(entry: Any, names: dict[int, str], with_reasons: bool) -> Moment:
    moved = entry.source != entry.target and entry.target
    state = state_words(entry.object_type, entry.target) if moved else ""
    what = verb_words(entry.object_type, entry.verb)
    if not what:
        what = _("进入“%(state)s”") % {"state": state} if state else _("更新")
    reason = getattr(entry, "reason", None)
    return Moment(
        at=entry.at,
        who=_who(entry, names),
        what=what,
        state=state,
        reason=reason.text if reason and with_reasons else "",
        document=reason.document if reason and with_reasons else "",
        seq=entry.seq,
        hash=entry.hash,
    )


def _who(entry: Any, names: dict[int, str]) -> str:
    if entry.actor_kind == "system":
        return _("系统")
    parts = [entry.label or role_words(entry.role), names.get(entry.actor_id, "")]
    if entry.delegation_id:
        parts.append(_("（代办）"))
    return " ".join(part for part in parts if part)
