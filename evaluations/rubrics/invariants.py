"""Checks of `manage.py verify` over score sheets."""

from __future__ import annotations

from collections.abc import Iterator

from core.audit.verify import Problem, invariant
from evaluations.rubrics import rules
from evaluations.rubrics.models import RubricVersion


@invariant("I3a", group="invariants", says="评分表各版本与其摘要一致")
def versions_match_their_digests() -> Iterator[Problem]:
    """A frozen sheet is what it was when it was frozen."""
    for version in RubricVersion.objects.iterator():
        if rules.digest(version.spec) != version.digest:
            yield Problem(f"rubrics.rubricversion:{version.pk}", "评分表内容与冻结时的摘要不符")
