"""评分汇总表: for the public with experts as 专家1…n, for the archive by name."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _

from core.clock import local
from core.documents import Document, register
from core.secrets import INTERNAL, PUBLIC
from evaluations.panels.models import Dossier, Panel, SeatKind, Sheet
from evaluations.panels.rules.consistency import draw_order
from evaluations.panels.selectors import ranking
from evaluations.panels.selectors.results import dossiers_of, locked_sheets, sheet_key
from evaluations.rubrics.rules import plain

BANDS = {"excellent": _("优秀"), "good": _("良好"), "pass": _("合格"), "fail": _("不合格")}
VERDICTS = {"pass": _("通过"), "fail": _("未通过")}


def public_context(panel_id: int) -> dict[str, Any]:
    """Return the summary with experts numbered in a drawn order that tells nothing about them."""
    panel = Panel.objects.get(pk=panel_id)
    return _context(panel, _numbers(panel), named=False)


def archive_context(panel_id: int) -> dict[str, Any]:
    """Return the summary with the names of experts, chair and secretary."""
    panel = Panel.objects.get(pk=panel_id)
    numbers = _numbers(panel)
    names = {
        seat.judge.code: f"{seat.person.name}（{numbers[seat.judge.code]}）"
        for seat in panel.seats.filter(expert__isnull=False).select_related("expert", "person")
        if seat.judge.code in numbers
    }
    return _context(panel, names, named=True)


def _numbers(panel: Panel) -> dict[str, str]:
    codes = {s.expert.code for sheets in locked_sheets(panel).values() for s in sheets}
    order = draw_order(sorted(codes), f"{panel.seed}|{panel.round_code}|{panel.stage}|names")
    return {code: f"专家{number}" for number, code in enumerate(order, start=1)}


def _context(panel: Panel, names: Mapping[str, str], *, named: bool) -> dict[str, Any]:
    rule, categories = panel.parsed_rule(), panel.rule.get("category_names", {})
    sheets = locked_sheets(panel)
    dossiers = {d.pk: d for d in dossiers_of(panel)}
    return {
        "heading": f"{panel.name}评分汇总表",
        "named": named,
        "round_code": panel.round_code,
        "rule": {
            "reviewers": rule.reviewers,
            "drops": bool(rule.drop_high or rule.drop_low),
            "drop_from": rule.drop_from,
            "valid_min": rule.valid_min,
            "pass_mark": plain(rule.pass_mark),
        },
        "rows": [
            {
                **_row(row, dossiers[row.dossier_id], sheets, names),
                "category": categories.get(row.category, row.category),
            }
            for row in ranking(panel)
        ],
        "officers": _officers(panel) if named else [],
        "seed": panel.seed,
        "concluded_on": f"{local(panel.state_since):%Y年%-m月%-d日}",
        "results_digest": panel.signed_digest,
    }


def _row(
    row: Any, dossier: Dossier, sheets: Mapping[int, list[Sheet]], names: Mapping[str, str]
) -> dict[str, Any]:
    parts = dossier.breakdown.get("components", {}).values()
    high = {key for part in parts for key in part["dropped_high"]}
    low = {key for part in parts for key in part["dropped_low"]}
    scores = [
        {
            "who": names[sheet.expert.code],
            "total": plain(sheet.total),
            "dropped": "high" if sheet_key(sheet) in high else "low" if sheet_key(sheet) in low else "",
        }
        for sheet in sheets[row.dossier_id]
    ]
    adjusted = dossier.breakdown.get("adjusted", "0")
    return {
        "rank": row.rank,
        "tied": row.tied,
        "code": row.code,
        "title": row.title,
        "scores": sorted(scores, key=lambda one: (len(one["who"]), one["who"])),
        "adjusted": "" if adjusted == "0" else adjusted,
        "score": f"{row.score:.2f}",
        "band": str(BANDS.get(row.band, row.band)),
        "verdict": str(VERDICTS.get(row.verdict, row.verdict)),
    }


def _officers(panel: Panel) -> list[dict[str, str]]:
    seats = panel.seats.filter(kind__in=[SeatKind.CHAIR, SeatKind.SECRETARY], left_at__isnull=True)
    return [
        {"kind": str(s.get_kind_display()), "name": s.person.name} for s in seats.select_related("person")
    ]


SCORE_SUMMARY = register(
    Document(
        code="panels.score_summary",
        title=_("评分汇总表"),
        template="pdf/panels/score_summary.html",
        context=public_context,
        owner_model="panels.Panel",
        permission="panels.ranking",
        klass=PUBLIC,
    )
)
SCORE_SUMMARY_NAMED = register(
    Document(
        code="panels.score_summary_named",
        title=_("评分汇总表（存档）"),
        template="pdf/panels/score_summary.html",
        context=archive_context,
        owner_model="panels.Panel",
        permission="panels.named_summary",
        klass=INTERNAL,
    )
)
