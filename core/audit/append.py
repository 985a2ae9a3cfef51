"""Writing the chain: the only code that inserts entries."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from core.audit.digest import GENESIS, canonical, entry_hash, sha256
from core.audit.models import Entry, Head, Reason
from core.unit import Step


def append(steps: Sequence[Step]) -> None:
    """Lock the head, add one entry for each step in order, and settle their receipts."""
    head = Head.objects.select_for_update().order_by("pk").first() or Head(hash=GENESIS)
    entries, reasons = [], []
    for step in steps:
        entry = _entry(step, head.seq + 1, head.hash)
        entries.append(entry)
        step.seq, head.seq, head.hash = entry.seq, entry.seq, entry.hash
        if step.reason or step.document:
            reasons.append(Reason(entry_id=entry.seq, text=step.reason, document=step.document))
        if step.receipt is not None:
            step.receipt.settle(entry.seq, entry.hash)
    Entry.objects.bulk_create(entries)
    if reasons:
        Reason.objects.bulk_create(reasons)
    head.save()


def _entry(step: Step, seq: int, prev_hash: str) -> Entry:
    payload: dict[str, Any] = dict(step.payload)
    if step.reason or step.document:
        payload["reason_sha256"] = sha256(canonical([step.reason, step.document]))
    entry = Entry(
        seq=seq,
        at=step.now,
        actor_id=step.by.user_id,
        actor_kind=step.by.kind,
        role=step.grant.role,
        body_id=step.grant.body_id,
        label=str(step.grant.label),
        delegation_id=step.grant.delegation_id,
        object_type=step.obj._meta.label_lower,
        object_id=step.obj.pk,
        row_version=step.version,
        row_digest=step.row_digest,
        verb=step.verb,
        source=step.source,
        target=step.target,
        fact=step.fact.name if step.fact else "",
        payload=json.loads(canonical(payload)),
        cause_seq=step.cause.seq if step.cause else None,
        prev_hash=prev_hash,
    )
    entry.hash = entry_hash(entry)
    return entry
