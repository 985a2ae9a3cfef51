"""The worker's part of the log: the whole of ``manage.py verify``, with its progress."""

from __future__ import annotations

from typing import Any

from core.audit import verify
from core.audit.models import Head
from core.jobs.queue import Progress, job

JOB = "log.verify"
MOST_TOLD = 20


@job(JOB)
def verify_everything(payload: dict[str, Any], progress: Progress) -> dict[str, Any]:
    """Run every declared check; the result tells each with the first of its problems."""
    head = Head.objects.order_by("pk").first()
    total = len(verify.invariants())
    progress.report(0, total)
    checks: list[dict[str, Any]] = []
    for number, (item, found) in enumerate(verify.run(), 1):
        told = [{"where": one.where, "says": str(one.says)} for one in found[:MOST_TOLD]]
        checks.append(
            {
                "code": item.code,
                "group": item.group,
                "says": str(item.says),
                "count": len(found),
                "problems": told,
            }
        )
        progress.report(number, total)
    wrong = sum(bool(one["count"]) for one in checks)
    return {"checks": checks, "wrong": wrong, "seq": head.seq if head else 0}
