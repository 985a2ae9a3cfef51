"""What a reviewer does: declare, score in two parts, lock, or stand back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from core.clock import day_of
from core.errors import NotNow, Refused, RulesBroken
from core.lifecycle import button, changing
from core.policy import Actor
from core.receipts import Receipt
from evaluations.panels import selectors
from evaluations.panels.lifecycle import P, S
from evaluations.panels.models import Recusal, Sheet, SheetVersion
from evaluations.panels.services.staffing import held_panel, refill
from evaluations.rubrics import rules as sheet_rules
from evaluations.rubrics.rules import Filled, digest, read_points


@button
def attest(
    *, sheet_id: int, by: Actor, now: datetime, key: UUID | None = None, version: int | None = None
) -> Receipt:
    """Declare that there is no interest; only then the content is shown. Refused where a tie is detected."""
    with changing(Sheet, sheet_id, by=by, now=now, version=version) as sheet:
        sheet.attested_at = now
        sheet.attest(by=by)
        _no_tie(sheet, now)
    return sheet.receipt


def _no_tie(sheet: Sheet, now: datetime) -> None:
    if selectors.conflict_of(sheet.dossier, sheet.expert, on=day_of(now)):
        raise Refused(_("系统发现您与该材料的相关方存在利害关系，请办理回避。"), code="conflict_of_interest")


@button
def recuse(
    *,
    sheet_id: int,
    reason: str,
    by: Actor,
    now: datetime,
    kind: str = Recusal.DECLARED,
    key: UUID | None = None,
    version: int | None = None,
) -> Receipt:
    """Stand back; a reserve takes over at once. A locked sheet is kept but no longer counts."""
    if not reason.strip():
        raise Refused(_("请说明回避理由。"), field="reason")
    panel_id = Sheet.objects.filter(pk=sheet_id).values_list("panel_id", flat=True).first() or 0
    panel = held_panel(panel_id, list(P))
    with changing(Sheet, sheet_id, by=by, now=now, version=version, reason=reason) as sheet:
        sheet.recusal = Recusal.LATE if sheet.state == S.LOCKED else kind
        sheet.recuse(by=by)
    refill(panel, now=now)
    return sheet.receipt


@button
def save_scores(
    *,
    sheet_id: int,
    scores: Mapping[str, Any],
    by: Actor,
    now: datetime,
    comment: str | None = None,
    marks: Mapping[str, Sequence[str]] | None = None,
    key: UUID | None = None,
    version: int | None = None,
) -> Receipt:
    """Save points as far as given (None or "" takes one back), comment and ticks; gaps are allowed."""
    with _scoring(sheet_id, "save_scores", by=by, now=now, version=version) as sheet:
        _write(sheet, scores, comment, marks)
        _obey(sheet_rules.draft_violations(_filled(sheet)))
    return sheet.receipt


def _scoring(
    sheet_id: int, verb: str, *, by: Actor, now: datetime, version: int | None
) -> AbstractContextManager[Sheet]:
    return changing(Sheet, sheet_id, by=by, now=now, version=version, verb=verb, permission="panels.score")


def _write(
    sheet: Sheet, scores: Mapping[str, Any], comment: str | None, marks: Mapping[str, Sequence[str]] | None
) -> None:
    if sheet.state != S.OPEN or sheet.panel.state not in (P.SCORING, P.LOCKED):
        raise NotNow(_("评分表未开放或已锁定，不能改分。"))
    _merge(sheet, scores, comment, marks)
    if all(read_points(value) is not None for value in sheet.scores.values()):
        sheet.total = sheet_rules.total(sheet.scores, sheet.machine())


def _merge(
    sheet: Sheet, scores: Mapping[str, Any], comment: str | None, marks: Mapping[str, Sequence[str]] | None
) -> None:
    """Take in what came; points that are no number stay as they came, for the rules to refuse."""
    merged = {**sheet.scores, **{path: _text(value) for path, value in scores.items()}}
    sheet.scores = {path: value for path, value in sorted(merged.items()) if value != ""}
    if comment is not None:
        sheet.comment = comment
    if marks is not None:
        sheet.marks = {kind: sorted(set(codes)) for kind, codes in marks.items() if codes}


def _text(value: Any) -> str:
    points = None if value in (None, "") else read_points(value)
    return ("" if value is None else str(value)) if points is None else sheet_rules.plain(points)


def _filled(sheet: Sheet) -> Filled:
    """The sheet as the rules see it. A reopened sheet is open as a whole: its old edition is kept."""
    spec = sheet.dossier.rubric_version.parsed()
    machine = sheet.machine()
    return Filled(
        spec=spec,
        scores=sheet.scores,
        items=sheet_rules.own_items(spec, is_finance=sheet.expert.is_finance, machine=machine),
        marks=sheet.marks,
        comment=sheet.comment,
        comment_rule=sheet.panel.parsed_rule().comment,
        machine=machine,
        blind_points=sheet.scores if sheet.edition > 1 else sheet.blind_points,
    )


def _obey(broken: list[Any]) -> None:
    if broken:
        raise RulesBroken(broken)


@button
def lock_blind(
    *,
    sheet_id: int,
    by: Actor,
    now: datetime,
    scores: Mapping[str, Any] | None = None,
    key: UUID | None = None,
    version: int | None = None,
) -> Receipt:
    """Lock the blind part (with the points given now, if any): then the open part is shown."""
    with _scoring(sheet_id, "lock_blind", by=by, now=now, version=version) as sheet:
        _write(sheet, scores or {}, None, None)
        spec = sheet.dossier.rubric_version.parsed()
        if not spec.has_open_part or sheet.blind_locked_at is not None:
            raise NotNow(_("本评分表没有待锁定的匿名部分。"))
        _obey(sheet_rules.blind_violations(_filled(sheet)))
        _no_tie(sheet, now)
        sheet.blind_points, sheet.blind_locked_at = dict(sheet.scores), now
        sheet.note(blind=digest(sheet.blind_points))
    return sheet.receipt


@button
def lock_sheet(
    *,
    sheet_id: int,
    by: Actor,
    now: datetime,
    scores: Mapping[str, Any] | None = None,
    comment: str | None = None,
    marks: Mapping[str, Sequence[str]] | None = None,
    key: UUID | None = None,
    version: int | None = None,
) -> Receipt:
    """Lock the whole sheet (with what is given now, if anything); an edition of it is kept for ever."""
    with changing(Sheet, sheet_id, by=by, now=now, version=version) as sheet:
        sheet.lock(by=by)
        _complete(sheet, scores or {}, comment, marks)
        _no_tie(sheet, now)
        sheet.locked_at = now
        edition = freeze(sheet, by=by, now=now)
        sheet.note(edition=edition.edition, sheet=edition.digest)
    return sheet.receipt


def _complete(
    sheet: Sheet, scores: Mapping[str, Any], comment: str | None, marks: Mapping[str, Sequence[str]] | None
) -> None:
    """Write the last points and check the whole; `lock` has been passed, so the state is already locked."""
    spec = sheet.dossier.rubric_version.parsed()
    if spec.has_open_part and sheet.blind_locked_at is None:
        raise NotNow(_("请先锁定匿名部分，再评第二部分。"))
    _merge(sheet, scores, comment, marks)
    _obey(sheet_rules.lock_violations(_filled(sheet)))
    sheet.total = sheet_rules.total(sheet.scores, sheet.machine())


def freeze(sheet: Sheet, *, by: Actor, now: datetime) -> SheetVersion:
    """Keep the sheet as it is locked now."""
    return SheetVersion.objects.create(
        sheet=sheet,
        edition=sheet.edition,
        scores=sheet.scores,
        marks=sheet.marks,
        comment=sheet.comment,
        total=Decimal(sheet.total or 0),
        digest=selectors.sheet_digest(sheet),
        locked_at=now,
        locked_by_id=by.user_id,
    )
