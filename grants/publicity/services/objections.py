"""Lodge, investigate and answer an objection; what it does to the item follows in the same transaction."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.utils.translation import gettext as _

from core.audit.digest import sha256
from core.calendar.selectors import working_calendar
from core.clock import day_of
from core.errors import NotFound, Refused, RulesBroken
from core.files.services import store
from core.lifecycle import Receipt, button, changing, creating
from core.policy import SYSTEM, Actor
from core.rulebook import violations
from grants.publicity import rules
from grants.publicity.events import ObjectionLodged, ObjectionNoted
from grants.publicity.lifecycle import OPEN, I, N, O
from grants.publicity.models import NoticeItem, Objection, ObjectorKind
from grants.rounds.services import take_number


@dataclass(frozen=True)
class Paper:
    """A file that comes with an objection: the sealed letter of a unit, or evidence."""

    data: bytes
    filename: str


@button
def lodge_objection(
    *,
    item_id: int,
    kind: str,
    statement: str,
    objector: str = "",
    contact: str = "",
    paper: Paper | None = None,
    by: Actor,
    now: datetime,
    key: UUID | None = None,
) -> Objection:
    """Take in an objection to an item of a running notice; a signed one holds the item at once.

    The public form acts as SYSTEM. What is anonymous, or comes after the notice, is only noted. Raises
    RulesBroken when a signed objection lacks name, contact, facts or (a unit) its sealed letter.
    """
    item = _objectionable(item_id)
    objection = _taken_in(item, kind, statement, objector, contact, now)
    if broken := violations(rules.COMPLAINT, objection.complaint(has_seal=paper is not None)):
        raise RulesBroken(broken)
    noted = objection.state == O.NOTED
    creating(
        objection,
        by=by,
        now=now,
        key=key,
        permission="publicity.lodge",
        verb="note" if noted else "lodge",
        fact=ObjectionNoted if noted else ObjectionLodged,
        statement_sha256=objection.statement_sha256,
    )
    if paper is not None:
        purpose = "publicity.objection_paper"
        store(paper.data, filename=paper.filename, owner=objection, purpose=purpose, by=by, now=now)
    if not noted and item.state == I.LISTED:
        with changing(NoticeItem, item.pk, by=SYSTEM, now=now) as held:
            held.hold(by=SYSTEM)
    return objection


def _objectionable(item_id: int) -> NoticeItem:
    item = (
        NoticeItem.objects.select_for_update(of=("self",)).select_related("notice__round").filter(pk=item_id)
    )
    found = item.first()
    if found is None or found.notice.state == N.DRAFTED:
        raise NotFound()
    if found.state in (I.STRUCK, I.WITHDRAWN):
        raise Refused(_("该项已经不在公示名单内，不必再提异议。"), code="item_is_gone")
    return found


def _taken_in(
    item: NoticeItem, kind: str, statement: str, objector: str, contact: str, now: datetime
) -> Objection:
    if kind not in ObjectorKind.values:
        raise Refused(_("请选择实名（个人）、实名（单位）或匿名。"), field="kind")
    notice = item.notice
    late = notice.state == N.ENDED or now >= notice.ends_at()
    signed = kind != ObjectorKind.ANONYMOUS and not late
    days = notice.round.parsed_terms().number("objection_reply_working_days")
    return Objection(
        state=O.LODGED if signed else O.NOTED,
        item=item,
        number=f"{notice.round.code}-YY-{take_number(notice.round_id, 'objection'):03d}",
        kind=kind,
        objector="" if kind == ObjectorKind.ANONYMOUS else objector,
        contact=contact,
        statement=statement,
        statement_sha256=sha256(statement),
        is_late=late,
        lodged_at=now,
        reply_due=rules.reply_due(working_calendar(), day_of(now), days) if signed else None,
    )


@button
def investigate_objection(
    *, objection_id: int, by: Actor, now: datetime, key: UUID | None = None, version: int | None = None
) -> Receipt:
    """Take an objection up; only for somebody who neither made the notice nor handled its subject."""
    with changing(Objection, objection_id, by=by, now=now, key=key, version=version) as objection:
        objection.investigate(by=by)
        objection.investigator_id = by.user_id
    return objection.receipt


@button
def uphold_objection(
    *,
    objection_id: int,
    finding: str,
    reply: str,
    by: Actor,
    now: datetime,
    key: UUID | None = None,
    version: int | None = None,
) -> Receipt:
    """Answer that the objection is right; its item is struck."""
    with changing(Objection, objection_id, by=by, now=now, key=key, version=version) as objection:
        objection.uphold(by=by)
        _answer(objection, finding, reply, now)
    item = NoticeItem.objects.select_for_update(of=("self",)).get(pk=objection.item_id)
    if item.state == I.HELD:
        reason = _("异议 %(number)s 成立") % {"number": objection.number}
        with changing(NoticeItem, item.pk, by=SYSTEM, now=now, reason=reason) as struck:
            struck.strike(by=SYSTEM)
            struck.note(objection_id=objection.pk)
    return objection.receipt


@button
def dismiss_objection(
    *,
    objection_id: int,
    finding: str,
    reply: str,
    by: Actor,
    now: datetime,
    key: UUID | None = None,
    version: int | None = None,
) -> Receipt:
    """Answer that the objection is not supported; the last open one gives its item free."""
    with changing(Objection, objection_id, by=by, now=now, key=key, version=version) as objection:
        objection.dismiss(by=by)
        _answer(objection, finding, reply, now)
    item = NoticeItem.objects.select_for_update(of=("self",)).get(pk=objection.item_id)
    if item.state == I.HELD and not item.objections.filter(state__in=OPEN).exists():
        with changing(NoticeItem, item.pk, by=SYSTEM, now=now) as freed:
            if freed.notice.state == N.ENDED:
                freed.clear(by=SYSTEM)
            else:
                freed.release(by=SYSTEM)
            freed.note(objection_id=objection.pk)
    return objection.receipt


def _answer(objection: Objection, finding: str, reply: str, now: datetime) -> None:
    if not finding.strip():
        raise Refused(_("请写明核查情况。"), field="finding")
    if not reply.strip():
        raise Refused(_("请写明给异议人的答复。"), field="reply")
    objection.finding, objection.reply, objection.replied_at = finding, reply, now
    late = objection.reply_due is not None and day_of(now) > objection.reply_due
    objection.note(late=late, finding_sha256=sha256(finding), reply_sha256=sha256(reply))
