"""Open, lock and conclude a panel; two people for the end, and two for a step back."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from django.utils.translation import gettext as _

from core.errors import NotNow, Refused
from core.lifecycle import button, changing
from core.policy import SYSTEM, Actor
from core.receipts import Receipt
from evaluations.panels import selectors
from evaluations.panels.lifecycle import P, S, every_dossier_has_enough, sheets_are_done
from evaluations.panels.models import Dossier, Panel, Sheet
from evaluations.panels.rules import Official
from evaluations.panels.selectors.results import dossiers_of, results_digest
from evaluations.panels.services.staffing import held_panel


@button
def open_panel(
    *, panel_id: int, by: Actor, now: datetime, key: UUID | None = None, version: int | None = None
) -> Receipt:
    """Let the reviewers in: from now on they declare, read and score."""
    with changing(Panel, panel_id, by=by, now=now, version=version) as panel:
        panel.open(by=by)
    return panel.receipt


@button
def lock_panel(
    *,
    panel_id: int,
    by: Actor,
    now: datetime,
    accept_gaps: str = "",
    key: UUID | None = None,
    version: int | None = None,
) -> Receipt:
    """End scoring once every sheet is locked or recused. Uneven numbers of sheets need a reason."""
    with changing(Panel, panel_id, by=by, now=now, version=version, reason=accept_gaps) as panel:
        panel.lock(by=by)
        if (short := selectors.gaps(panel)) and not (accept_gaps or panel.gaps_reason):
            codes = "、".join(short)
            raise Refused(
                _("以下材料的评委数不足，请递补或说明理由：%(codes)s") % {"codes": codes}, code="gaps"
            )
        panel.gaps_reason = accept_gaps or panel.gaps_reason
    return panel.receipt


@button
def record_votes(
    *,
    panel_id: int,
    votes: Mapping[int, int],
    by: Actor,
    now: datetime,
    key: UUID | None = None,
    version: int | None = None,
) -> Receipt:
    """Write down the panel's vote between dossiers that no score tells apart (dossier id -> votes)."""
    with changing(
        Panel, panel_id, by=by, now=now, version=version, verb="record_votes", permission="panels.vote"
    ) as panel:
        if panel.state != P.LOCKED:
            raise NotNow(_("锁分之后、作出结论之前才能记录投票。"))
        tied = {row.dossier_id for row in selectors.ranking(panel) if row.tied or row.votes}
        if stray := set(votes) - tied:
            raise Refused(_("只有得分完全相同的材料才需要投票。"), code=f"not_tied:{sorted(stray)}")
        for pk, number in sorted(votes.items()):
            with changing(
                Dossier, pk, by=by, now=now, verb="record_votes", permission="panels.vote"
            ) as dossier:
                dossier.votes = number
        panel.note(votes={str(pk): number for pk, number in votes.items()})
    return panel.receipt


@button
def sign_conclusion(
    *, panel_id: int, by: Actor, now: datetime, key: UUID | None = None, version: int | None = None
) -> Receipt:
    """Sign the results as secretary; the signature stands for exactly these scores, ranks and verdicts."""
    with changing(
        Panel,
        panel_id,
        by=by,
        now=now,
        version=version,
        verb="sign_conclusion",
        permission="panels.sign_conclusion",
    ) as panel:
        ready = sheets_are_done(panel) and every_dossier_has_enough(panel)
        if panel.state != P.LOCKED or not ready:
            raise NotNow(_("锁分且各材料评分齐备后才能签署。"))
        dossiers = dossiers_of(panel)
        found = selectors.results(panel, dossiers)
        panel.signed_by_id, panel.signed_at = by.user_id, now
        panel.signed_digest = results_digest(panel, found, dossiers)
        panel.note(results=panel.signed_digest)
    return panel.receipt


@button
def conclude_panel(
    *, panel_id: int, by: Actor, now: datetime, key: UUID | None = None, version: int | None = None
) -> Receipt:
    """Conclude as chair, after the secretary: every dossier gets its official score and verdict.

    Publishes VerdictGiven for each dossier and PanelConcluded, all in this transaction. Refused when
    anything changed since the secretary signed.
    """
    with changing(Panel, panel_id, by=by, now=now, version=version) as panel:
        panel.conclude(by=by)
        dossiers = dossiers_of(panel)
        found = selectors.results(panel, dossiers)
        if results_digest(panel, found, dossiers) != panel.signed_digest:
            raise NotNow(_("秘书签署之后结果有变动，请秘书重新签署。"), code="signature_is_stale")
        panel.note(results=panel.signed_digest, dossiers=len(dossiers))
        for dossier in dossiers:
            _give_verdict(dossier, found[dossier.pk], now=now)
    return panel.receipt


def _give_verdict(dossier: Dossier, result: Official, *, now: datetime) -> None:
    with changing(Dossier, dossier.pk, by=SYSTEM, now=now) as held:
        held.official_score, held.verdict, held.band = result.score, result.verdict, result.band
        held.breakdown = result.as_json()
        held.give_verdict(by=SYSTEM)
        held.note(score=str(result.score), verdict=result.verdict)


@button
def ask_reopen(
    *,
    sheet_id: int,
    reason: str,
    by: Actor,
    now: datetime,
    key: UUID | None = None,
    version: int | None = None,
) -> Receipt:
    """Ask as chair that a locked sheet be reopened, with the reason; the supervisor decides."""
    if not reason.strip():
        raise Refused(_("请说明重开理由。"), field="reason")
    with changing(
        Sheet,
        sheet_id,
        by=by,
        now=now,
        version=version,
        reason=reason,
        verb="ask_reopen",
        permission="panels.ask_reopen",
    ) as sheet:
        if sheet.state != S.LOCKED or sheet.panel.state == P.CONCLUDED:
            raise NotNow(_("只有已锁定、且评审组尚未作出结论的评分表可以申请重开。"))
        sheet.reopen_asked_by_id, sheet.reopen_asked_at = by.user_id, now
    return sheet.receipt


@button
def reopen_sheet(
    *,
    sheet_id: int,
    reason: str,
    by: Actor,
    now: datetime,
    key: UUID | None = None,
    version: int | None = None,
) -> Receipt:
    """Reopen a sheet as supervisor, after the chair asked; the locked edition is kept."""
    if not reason.strip():
        raise Refused(_("请说明重开理由。"), field="reason")
    panel_id = Sheet.objects.filter(pk=sheet_id).values_list("panel_id", flat=True).first() or 0
    held_panel(panel_id, list(P))
    with changing(Sheet, sheet_id, by=by, now=now, version=version, reason=reason) as sheet:
        sheet.reopen(by=by)
        sheet.edition += 1
        sheet.reopen_asked_by_id = sheet.reopen_asked_at = sheet.locked_at = None
    return sheet.receipt
