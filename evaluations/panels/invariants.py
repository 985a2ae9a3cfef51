"""Checks of `manage.py verify` over panels."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from core.audit.models import Entry
from core.audit.verify import Problem, invariant
from evaluations.panels.lifecycle import D, P, S
from evaluations.panels.models import Dossier, Panel, Sheet, SheetVersion
from evaluations.panels.selectors import results, sheet_digest
from evaluations.panels.selectors.results import dossiers_of, sheet_key
from evaluations.rubrics.rules import digest


@invariant("I4", group="invariants", says="回避或未受分配的评委的分数不进入得分")
def only_assigned_reviewers_count() -> Iterator[Problem]:
    """Every sheet named in a score is a locked sheet of that dossier, by a reviewer seated in its panel."""
    counted: dict[int, set[str]] = {}
    sheets = Sheet.objects.filter(state=S.LOCKED).select_related("seat__expert", "dossier")
    for sheet in sheets.iterator(chunk_size=500):
        seated = sheet.seat.panel_id == sheet.panel_id == sheet.dossier.panel_id
        if not seated or sheet.seat.person_id != sheet.reviewer_id:
            yield Problem(f"panels.sheet:{sheet.pk}", "评分人不在该评审组的席位上")
            continue
        counted.setdefault(sheet.dossier_id, set()).add(sheet_key(sheet))
    for dossier in Dossier.objects.filter(state=D.JUDGED).iterator(chunk_size=500):
        parts = dossier.breakdown.get("components", {}).values()
        named = {key for part in parts for kind in PARTS for key in part[kind]}
        if stray := sorted(named - counted.get(dossier.pk, set())):
            yield Problem(f"panels.dossier:{dossier.pk}", f"得分计入了不应计入的评分表：{'、'.join(stray)}")


PARTS = ("kept", "dropped_high", "dropped_low")


@invariant("I5", group="invariants", says="锁定后的评分未经重开不得改动")
def locked_scores_stay() -> Iterator[Problem]:
    """A locked sheet equals its last kept edition, and each further edition has its reopening in the log."""
    newest: dict[int, SheetVersion] = {}
    for edition in SheetVersion.objects.order_by("sheet_id", "edition").iterator(chunk_size=500):
        newest[edition.sheet_id] = edition
        if _edition_digest(edition) != edition.digest:
            yield Problem(f"panels.sheetversion:{edition.pk}", "留存的评分表与其摘要不符")
    reopened = Counter(
        Entry.objects.filter(object_type="panels.sheet", verb="reopen").values_list("object_id", flat=True)
    )
    for sheet in Sheet.objects.exclude(state=S.ASSIGNED).iterator(chunk_size=500):
        if sheet.edition != reopened[sheet.pk] + 1:
            yield Problem(f"panels.sheet:{sheet.pk}", "评分表的版次与重开记录不符")
        last = newest.get(sheet.pk)
        if sheet.state == S.LOCKED and (last is None or last.digest != sheet_digest(sheet)):
            yield Problem(f"panels.sheet:{sheet.pk}", "锁定后的评分与留存的版本不符")


def _edition_digest(edition: SheetVersion) -> str:
    parts = {"scores": edition.scores, "marks": edition.marks, "comment": edition.comment}
    return digest({**parts, "total": f"{edition.total:.2f}"})


@invariant("I5a", group="invariants", says="正式得分由评分表重新计算可得")
def official_scores_can_be_recomputed() -> Iterator[Problem]:
    """Score, verdict and breakdown of every judged dossier follow from its locked sheets."""
    for panel in Panel.objects.filter(state=P.CONCLUDED):
        dossiers = dossiers_of(panel)
        again = results(panel, dossiers)
        for dossier in dossiers:
            one = again[dossier.pk]
            stands = (dossier.official_score, dossier.verdict, dossier.band, dossier.breakdown)
            if stands != (one.score, one.verdict, one.band, one.as_json()):
                yield Problem(
                    f"panels.dossier:{dossier.pk}", f"得分 {dossier.official_score} 与重算 {one.score} 不符"
                )


@invariant("I3b", group="invariants", says="评审材料与提交评审时一致")
def snapshots_match_their_digests() -> Iterator[Problem]:
    """What was judged is what was handed in for judgement."""
    for dossier in Dossier.objects.iterator(chunk_size=500):
        parts = {"title": dossier.title, "snapshot": dossier.snapshot, "open_part": dossier.open_part}
        if digest(parts) != dossier.snapshot_digest:
            yield Problem(f"panels.dossier:{dossier.pk}", "评审材料与其摘要不符")
