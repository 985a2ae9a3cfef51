"""Results as pages show them: ranks with their band, and statistics with letters for names."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _

from core.policy import BUREAU_ROLES, Actor, check
from core.ui.charts import Chart, bars, spread
from evaluations.panels.lifecycle import P
from evaluations.panels.models import Dossier, Panel
from evaluations.panels.selectors.results import Ranked, ranking, scores_of
from evaluations.panels.selectors.statistics import Agreement, agreement, cut_lines, letters
from evaluations.panels.selectors.watching import barred_from

BANDS = {"excellent": _("优秀"), "good": _("良好"), "pass": _("合格"), "fail": _("不合格")}
VERDICTS = {"pass": _("通过"), "fail": _("未通过")}
CHANCES = {"in": _("稳妥"), "discuss": _("待议"), "out": _("线外")}
TONES = {"in": "ok", "discuss": "warn", "out": "neutral"}


@dataclass(frozen=True)
class Place:
    """A dossier in its category as the results page tells it; `chance` is one of three bands, no number."""

    row: Ranked
    band: str
    verdict: str
    decided_by: str
    chance: str
    tone: str


@dataclass(frozen=True)
class Outcome:
    """The results of a panel by category."""

    groups: list[tuple[str, list[Place]]]
    has_chances: bool
    is_final: bool


def outcome(panel: Panel, actor: Actor) -> Outcome:
    """Return the results somebody may see: no dossier one stood back from or has an interest in."""
    barred, names = barred_from(panel, actor), panel.rule.get("category_names", {})
    lines = cut_lines(panel)
    chances = {one.dossier: one.band for line in lines.values() for one in line}
    criteria = _criteria(panel)
    groups: dict[str, list[Place]] = {}
    for row in ranking(panel):
        if row.dossier_id in barred:
            continue
        chance = chances.get(row.code, "")
        place = Place(
            row=row,
            band=str(BANDS.get(row.band, row.band)),
            verdict=str(VERDICTS.get(row.verdict, row.verdict)),
            decided_by=criteria.get(row.decided_by, row.decided_by),
            chance=str(CHANCES.get(chance, "")),
            tone=TONES.get(chance, "neutral"),
        )
        groups.setdefault(str(names.get(row.category, row.category)), []).append(place)
    return Outcome(list(groups.items()), bool(chances), panel.state == P.CONCLUDED)


def _criteria(panel: Panel) -> Mapping[str, str]:
    """What the steps of the tie-break chain are called."""
    first = Dossier.objects.filter(panel=panel).select_related("rubric_version").first()
    named = {one.code: one.name for one in first.rubric_version.parsed().criteria} if first else {}
    return {**named, "panel_vote": str(_("评审组投票"))}


@dataclass(frozen=True)
class Reviewer:
    """How one reviewer scored, by letter: leniency with its interval, spread, agreement with the rest."""

    letter: str
    view: Any
    offset: float | None
    low: float | None
    high: float | None


@dataclass(frozen=True)
class Counted:
    """The statistics of a panel with charts; no name of a reviewer, no dossier one stood back from."""

    agreement: Agreement
    reviewers: list[Reviewer]
    dossiers: list[Any]
    wide: int
    scores: Chart
    offsets: Chart | None


def reviewed(panel: Panel, actor: Actor) -> Counted:
    """Return how the panel agrees."""
    found, named = agreement(panel), letters(panel)
    away = set(Dossier.objects.filter(pk__in=barred_from(panel, actor)).values_list("code", flat=True))
    reviewers = sorted(
        (_reviewer(one, named, found.crossed) for one in found.reviewers),
        key=lambda one: (len(one.letter), one.letter),
    )
    dossiers = [one for one in found.dossiers if one.dossier not in away]
    return Counted(
        agreement=found,
        reviewers=reviewers,
        dossiers=dossiers,
        wide=sum(one.wide for one in dossiers),
        scores=_spread(panel, away),
        offsets=_offsets(reviewers),
    )


def _reviewer(view: Any, named: Mapping[str, str], crossed: Any) -> Reviewer:
    letter = named.get(view.reviewer, "?")
    if crossed is None or view.reviewer not in crossed.reviewers:
        return Reviewer(letter, view, None, None, None)
    low, high = crossed.interval(view.reviewer)
    return Reviewer(letter, view, crossed.reviewers[view.reviewer][0], low, high)


def _spread(panel: Panel, away: set[str]) -> Chart:
    rows: dict[str, list[float]] = {}
    for (dossier, _expert), points in sorted(scores_of(panel).items()):
        if dossier not in away:
            rows.setdefault(dossier, []).append(points)
    pairs = [(code, sorted(points)) for code, points in rows.items()]
    return spread(str(_("各材料得分分布")), pairs, lowest=0, highest=100, head=str(_("材料")))


def _offsets(reviewers: list[Reviewer]) -> Chart | None:
    rows = [(str(_("评委%(letter)s") % {"letter": one.letter}), round(one.view.mean, 1)) for one in reviewers]
    if not rows:
        return None
    return bars(str(_("各评委平均分")), rows, [str(_("平均分"))], kind="decimal", head=str(_("评委")))


def reads_sheets(actor: Actor, panel: Panel) -> bool:
    """Tell whether somebody reads single sheets: members and watchers from the lock, officers at the end."""
    if check(actor, "panels.ranking", panel) is None:
        return False
    member = panel.seats.filter(person_id=actor.person_id or 0, left_at__isnull=True).exists()
    if member or not actor.has(*BUREAU_ROLES):
        return True
    return panel.state == P.CONCLUDED
