"""Load the code table of a district; merge communities and keep their history."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import TypeVar
from uuid import UUID

from django.utils.translation import gettext as _

from core.errors import Refused
from core.lifecycle import button, changing, creating, publish
from core.policy import Actor
from orgs.areas import rules, selectors
from orgs.areas.events import CommunityMerged
from orgs.areas.models import Community, District, Division, Street

D = TypeVar("D", bound=Division)


@dataclass
class Loaded:
    """What a load did: how many of each level are new or renamed, and which codes the table no longer has."""

    streets: int = 0
    communities: int = 0
    renamed: int = 0
    missing: list[str] = field(default_factory=list)


@button
def load_divisions(
    *,
    rows: Iterable[Mapping[str, str]],
    district_code: str,
    district_name: str,
    by: Actor,
    now: datetime,
    valid_from: date | None = None,
    key: UUID | None = None,
    version: int | None = None,
) -> Loaded:
    """Bring the places in line with a code table (street_code, street_name, community_code, community_name).

    Nothing is loaded if any row is wrong. Places that the table lacks are reported, never ended: that is a
    merger, which somebody decides.
    """
    good, wrong = rules.read_rows(rows, district=district_code)
    if wrong or not good:
        raise Refused(_("区划表有误，未导入：%(lines)s") % {"lines": "；".join(wrong[:10]) or _("空表")})
    load = _Load(by, now, valid_from)
    district = load.district(district_code, district_name)
    streets = {code: load.street(district, code, name) for code, name in _streets(good).items()}
    known = {one.code: one for one in Community.objects.all()}
    for row in good:
        load.community(known.pop(row.community_code, None), streets[row.street_code], row)
    load.done.missing = sorted(code for code, one in known.items() if one.valid_to is None)
    return load.done


def _streets(rows: Sequence[rules.DivisionRow]) -> dict[str, str]:
    return {row.street_code: row.street_name for row in rows}


class _Load:
    """One run of the loader: who runs it, and what it has done so far."""

    def __init__(self, by: Actor, now: datetime, valid_from: date | None) -> None:
        self.by, self.now, self.valid_from = by, now, valid_from
        self.done = Loaded()

    def district(self, code: str, name: str) -> District:
        found = District.objects.filter(code=code).first()
        if found is None:
            return self._create(District(code=code, name=name, display_name=name))
        return self._rename(found, name, name)

    def street(self, district: District, code: str, name: str) -> Street:
        found = Street.objects.filter(code=code).first()
        if found is not None:
            return self._rename(found, name, name)
        self.done.streets += 1
        hidden = rules.is_statistical_unit(code)
        return self._create(Street(code=code, name=name, display_name=name, district=district, hidden=hidden))

    def community(self, found: Community | None, street: Street, row: rules.DivisionRow) -> Community:
        name = row.community_name
        if found is not None:
            return self._rename(found, name, rules.display_name(name))
        self.done.communities += 1
        shown = rules.display_name(name)
        return self._create(Community(code=row.community_code, name=name, display_name=shown, street=street))

    def _create(self, place: D) -> D:
        place.valid_from = self.valid_from
        return creating(place, by=self.by, now=self.now, permission="areas.load")

    def _rename(self, place: D, name: str, shown: str) -> D:
        if place.name == name:
            return place
        self.done.renamed += 1
        with changing(
            type(place), place.pk, by=self.by, now=self.now, verb="rename", permission="areas.load"
        ) as held:
            held.note(code=held.code)
            held.name, held.display_name = name, shown
        return held


@button
def merge_communities(
    *,
    codes: Sequence[str],
    into_code: str,
    on: date,
    reason: str,
    by: Actor,
    now: datetime,
    document: str = "",
    key: UUID | None = None,
    version: int | None = None,
) -> list[Community]:
    """End communities so that from the day ``on`` another one stands on their ground; history stays.

    The successor must exist on that day (load it first if its code is new). Publishes CommunityMerged for
    each community that ends; upper rooms move what is open there.
    """
    into = selectors.community(into_code)
    ended = [selectors.community(code) for code in dict.fromkeys(codes) if code != into_code]
    if not ended:
        raise Refused(_("请至少选择一个被并入的社区。"))
    if not into.is_valid_on(on):
        raise Refused(_("%(name)s在合并当日并不存在，不能作为并入的社区。") % {"name": into.place})
    gone = [one.place for one in ended if not one.is_valid_on(rules.day_before(on))]
    if gone:
        raise Refused(_("以下社区在合并前一日已经停用：%(names)s") % {"names": "、".join(gone)})
    return [_merge(one, into, on, reason, document, by, now) for one in sorted(ended, key=lambda c: c.pk)]


def _merge(
    place: Community, into: Community, on: date, reason: str, document: str, by: Actor, now: datetime
) -> Community:
    with changing(
        Community,
        place.pk,
        by=by,
        now=now,
        reason=reason,
        document=document,
        verb="merge",
        permission="areas.merge",
    ) as held:
        held.valid_to = rules.day_before(on)
        held.replaced_by = into
        held.note(into=into.code, on=on.isoformat())
    publish(CommunityMerged.of(held), by=by, now=now, about=held)
    return held
