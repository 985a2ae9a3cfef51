"""Freeze score sheets."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from core.errors import Refused
from core.lifecycle import button, changing, creating
from core.policy import Actor
from evaluations.rubrics import rules
from evaluations.rubrics.models import Rubric, RubricVersion


@button
def freeze_rubric(
    *,
    code: str,
    name: str,
    spec: Mapping[str, Any],
    by: Actor,
    now: datetime,
    key: UUID | None = None,
    version: int | None = None,
) -> RubricVersion:
    """Freeze a spec as the next version of a rubric; the same spec again is the version that exists.

    Refuses a spec that does not add up. `spec` is as `rules.from_pack` makes it.
    """
    try:
        parsed = rules.parse(spec)
    except (rules.SheetSpecError, KeyError) as error:
        raise Refused(_("评分表内容有误，未保存：%(why)s") % {"why": error}, code="bad_spec") from None
    rubric = Rubric.objects.filter(code=code).first()
    if rubric is None:
        rubric = Rubric(code=code, name=name, stage=parsed.stage)
        creating(rubric, by=by, now=now, permission="rubrics.freeze")
    digest = rules.digest(spec)
    newest = rubric.versions.order_by("-no").first()
    if newest is not None and newest.digest == digest:
        return newest
    verb, permission = "freeze_version", "rubrics.freeze"
    with changing(
        Rubric, rubric.pk, by=by, now=now, version=version, verb=verb, permission=permission
    ) as held:
        held.name, number = name, newest.no + 1 if newest else 1
        held.note(no=number, digest=digest)
        return RubricVersion.objects.create(
            rubric=held, no=number, stage=parsed.stage, spec=dict(spec), digest=digest, frozen_at=now
        )


@button
def load_rubrics(
    *,
    pack: Mapping[str, Any],
    prefix: str,
    names: Mapping[str, str],
    by: Actor,
    now: datetime,
    key: UUID | None = None,
    version: int | None = None,
) -> dict[str, RubricVersion]:
    """Freeze the sheets of a district's rubrics.yaml for the stages in `names` (stage -> title).

    The code of each rubric is `<prefix>-<stage>`; returns the versions by stage.
    """
    return {
        stage: freeze_rubric(
            code=f"{prefix}-{stage}", name=name, spec=rules.from_pack(pack, stage), by=by, now=now
        )
        for stage, name in names.items()
    }
