"""The worker's part of the register: an import that was previewed and confirmed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.utils.translation import gettext as _

from core import policy
from core.clock import day_of
from core.files.models import FileRef
from core.files.services import read
from core.jobs.queue import Progress, job
from orgs.people.models import User
from orgs.people.selectors import actor_for
from orgs.registry.services.imports import JOB, apply_import, preview_import


@job(JOB)
def import_sheet(
    payload: dict[str, Any], progress: Progress
) -> Callable[[], dict[str, Any]] | dict[str, Any]:
    """Read the workbook again, then import all of it with the done mark, or nothing.

    What was not previewed is not imported: the answer says why, and the clerk looks at it anew.
    """
    ref = FileRef.objects.select_related("blob").get(public_id=payload["file"])
    owner = User.objects.filter(pk=progress.job.owner_id or 0).first()
    by = actor_for(owner, on=day_of(progress.now()))
    if policy.check(by, "registry.import") is None:
        return {"refused": _("发起人已没有导入名册的岗位，未导入。")}
    data = read(ref)
    shown = preview_import(data=data, by=by, told=progress.report)
    if shown.digest != payload["digest"]:
        return {"refused": _("预览之后名册有变化，未导入。请重新查看预览后再导入。")}

    def keep() -> dict[str, Any]:
        done = apply_import(data=data, digest=payload["digest"], by=by, now=progress.now())
        return {"new": len(done.new), "changed": len(done.changed), "unchanged": done.unchanged}

    return keep
