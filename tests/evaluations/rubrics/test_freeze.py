"""Freezing score sheets, and the sheets of the district as they come in the data pack."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest
import yaml
from django.db import DatabaseError, transaction

from core.audit.verify import problems
from core.errors import Forbidden, NotFound, Refused
from core.policy import SYSTEM
from evaluations.rubrics import selectors
from evaluations.rubrics.models import RubricVersion
from evaluations.rubrics.services import freeze_rubric, load_rubrics
from tests.evaluations.cast import NOW, SPEC

PACK = Path(__file__).parents[3] / "district/wuchang/rubrics.yaml"
NAMES = {"application": "申报评分表", "midterm": "中期评估表", "final": "末期评估表"}


def freeze(spec, by=SYSTEM, code="application"):
    return freeze_rubric(code=code, name="申报评分表", spec=spec, by=by, now=NOW)


def test_the_districts_sheets_are_a_hundred_points_each(db):
    versions = load_rubrics(
        pack=yaml.safe_load(PACK.read_text()), prefix="wuchang", names=NAMES, by=SYSTEM, now=NOW
    )
    assert {stage: v.parsed().maximum for stage, v in versions.items()} == dict.fromkeys(NAMES, Decimal(100))
    application, midterm = versions["application"].parsed(), versions["midterm"].parsed()
    assert {i.path for i in application.items if not i.blind} == {
        "team.experience",
        "team.qualified",
        "team.governance",
        "feasibility.consent",
    }
    assert [i.path for i in application.items if i.by_machine] == ["budget.compliant"]
    assert {m.code: m.points for m in midterm.deductions} == {
        "late_report": 5,
        "unreported_change": 5,
        "safety": 10,
    }
    assert selectors.newest_version("wuchang-final") == versions["final"]


def test_the_same_sheet_again_is_the_version_that_exists_and_another_is_the_next(db):
    first = freeze(SPEC)
    assert freeze(SPEC) == first
    second = freeze({**SPEC, "not_blind": []})
    assert (first.no, second.no) == (1, 2) and selectors.newest_version("application") == second


@pytest.mark.parametrize("spoil", [{"not_blind": ["nothing"]}, {"criteria": [{"code": "a"}]}])
def test_a_sheet_that_does_not_add_up_is_not_frozen(db, spoil):
    with pytest.raises(Refused):
        freeze({**SPEC, **spoil})
    assert not RubricVersion.objects.exists()


def test_a_frozen_version_is_refused_by_the_database_and_watched_by_verify(db):
    made = freeze(SPEC)
    with pytest.raises(DatabaseError), transaction.atomic():
        RubricVersion.objects.filter(pk=made.pk).update(digest="0" * 64)
    RubricVersion.objects.create(
        rubric=made.rubric, no=9, stage="x", spec=SPEC, digest="0" * 64, frozen_at=NOW
    )
    assert len(problems("I3a")) == 1


def test_strangers_freeze_nothing_and_unknown_rubrics_are_not_found(cast):
    with pytest.raises(Forbidden):
        freeze(SPEC, by=cast.stranger, code="other")
    with pytest.raises(NotFound):
        selectors.newest_version("nothing")
