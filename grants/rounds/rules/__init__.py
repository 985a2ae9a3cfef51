"""The terms of a round as plain values, parsed from the frozen JSON. Amounts are integer fen."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from core.words import N_

FEN = 100
MOST_FEN = 10**13
_NAME = re.compile(r"[A-Za-z0-9-]{1,40}", re.ASCII)


@dataclass(frozen=True)
class TrancheTerm:
    """One instalment: its share in whole percent and the condition it waits for."""

    percent: int
    condition: str


@dataclass(frozen=True)
class Track:
    """A track: its cap, who may use it, whether it has a mid-term, and its instalments."""

    code: str
    cap_fen: int
    applicants: str
    midterm: bool
    tranches: tuple[TrancheTerm, ...]


@dataclass(frozen=True)
class Limits:
    """Numeric limits of proposals and budgets; percents are of the grant asked for."""

    proposals_per_applicant: int
    proposals_per_host: int
    own_share_percent_min: int
    percent_max: Mapping[str, int]
    equipment_item_max_fen: int
    unit_caps_fen: Mapping[str, int]
    move_percent_free: int
    extension_max_months: int


@dataclass(frozen=True)
class Eligibility:
    """Parameters of the eligibility rules."""

    founded_years_min: float
    registered_in: tuple[str, ...]
    inspection_latest: tuple[str, ...]
    clean_abnormal_years: int
    clean_serious_years: int
    own_bank_account: bool
    may_apply_after: str
    may_sign_after: str
    double_funding: str


@dataclass(frozen=True)
class Window:
    """A span that opens at an instant and closes at another, both inclusive; grace is added to the end."""

    opens: datetime
    closes: datetime
    grace: timedelta = timedelta(0)

    def is_open(self, now: datetime) -> bool:
        """Tell whether an arrival at ``now`` counts."""
        return self.opens <= now <= self.closes + self.grace

    def is_over(self, now: datetime) -> bool:
        """Tell whether the last inclusive instant has passed."""
        return now > self.closes + self.grace


@dataclass(frozen=True)
class Terms:
    """Everything a round fixes; ``calendar`` maps names to an instant, a day, a number or a list of days."""

    code: str
    budget_fen: int
    projects_min: int
    category_move_max_percent: int
    partial_cut_max_percent: int
    tracks: Mapping[str, Track]
    calendar: Mapping[str, Any]
    limits: Limits
    forbidden_items: tuple[str, ...]
    eligibility: Eligibility
    stages: Mapping[str, Mapping[str, Any]]
    tie_break: tuple[str, ...]
    bands: Mapping[str, int]

    def day(self, name: str) -> date:
        """Return a calendar day by name; KeyError for a name the terms do not have."""
        value = self.calendar[name]
        return date.fromisoformat(value) if isinstance(value, str) else value

    def moment(self, name: str) -> datetime:
        """Return an instant by name."""
        value = self.calendar[name]
        return datetime.fromisoformat(value) if isinstance(value, str) else value

    def number(self, name: str) -> int:
        """Return a count of days (``…_working_days``) by name."""
        return int(self.calendar[name])

    def application_window(self, extended_until: datetime | None = None) -> Window:
        """Return when applications count, an extension included."""
        closes = extended_until or self.moment("applications_close")
        grace = timedelta(seconds=int(self.calendar.get("grace_seconds", 0)))
        return Window(self.moment("applications_open"), closes, grace)


def parse_terms(raw: Mapping[str, Any]) -> Terms:
    """Read the JSON of a round's terms; KeyError names the first thing that is missing."""
    tracks = {code: _track(code, item) for code, item in raw["tracks"].items()}
    return Terms(
        code=raw["code"],
        budget_fen=int(raw["budget_yuan"]) * FEN,
        projects_min=int(raw["projects_min"]),
        category_move_max_percent=int(raw["category_move_max_percent"]),
        partial_cut_max_percent=int(raw["partial_cut_max_percent"]),
        tracks=tracks,
        calendar=dict(raw["calendar"]),
        limits=_limits(raw["limits"]),
        forbidden_items=tuple(raw["forbidden_items"]),
        eligibility=_eligibility(raw["eligibility"]),
        stages=raw["stages"],
        tie_break=tuple(raw["tie_break"]),
        bands=dict(raw["bands"]),
    )


def _track(code: str, item: Mapping[str, Any]) -> Track:
    tranches = tuple(TrancheTerm(int(percent), str(condition)) for percent, condition in item["tranches"])
    if sum(tranche.percent for tranche in tranches) != 100:
        raise ValueError(f"the instalments of track {code} do not add up to 100")
    return Track(code, int(item["cap_yuan"]) * FEN, item["applicants"], bool(item["midterm"]), tranches)


def _limits(raw: Mapping[str, Any]) -> Limits:
    return Limits(
        proposals_per_applicant=int(raw["proposals_per_applicant"]),
        proposals_per_host=int(raw["proposals_per_host"]),
        own_share_percent_min=int(raw["own_share_percent_min"]),
        percent_max={name: int(value) for name, value in raw["percent_of_grant_max"].items()},
        equipment_item_max_fen=int(raw["equipment_item_max_yuan"]) * FEN,
        unit_caps_fen={name: int(value) * FEN for name, value in raw["unit_caps_yuan"].items()},
        move_percent_free=int(raw["move_between_lines_percent_free"]),
        extension_max_months=int(raw["extension_max_months"]),
    )


def _eligibility(raw: Mapping[str, Any]) -> Eligibility:
    return Eligibility(
        founded_years_min=float(raw["founded_years_min"]),
        registered_in=tuple(raw["registered_in"]),
        inspection_latest=tuple(raw["inspection_latest"]),
        clean_abnormal_years=int(raw["clean_abnormal_list_years"]),
        clean_serious_years=int(raw["clean_serious_list_years"]),
        own_bank_account=bool(raw["own_bank_account"]),
        may_apply_after=raw["earlier_project"]["may_apply_after"],
        may_sign_after=raw["earlier_project"]["may_sign_after"],
        double_funding=raw["double_funding"],
    )


def round_year(raw: Mapping[str, Any], terms: Terms) -> int:
    """Return the year that a round belongs to: that of its window, unless it calls early for the next one."""
    return int(raw.get("year") or terms.application_window().opens.year)


def terms_faults(raw: Mapping[str, Any], terms: Terms) -> list[str]:
    """Return what is wrong with terms that can be read, as sentences; ValueError for an odd row."""
    window, found = terms.application_window(), []
    sources = [(str(code), str(name), int(amount)) for code, name, amount in raw["funding_sources"]]
    shares = [(str(code), str(name), int(share)) for code, name, _lead, share in raw["categories"]]
    if not _NAME.fullmatch(terms.code):
        found.append(N_("届次代码只能用字母、数字和连字符，最多40个"))
    if not 0 < len(str(raw["name"]).strip()) <= 80:
        found.append(N_("届次名称须在1至80字之间"))
    if raw["instrument"] not in ("grant_agreement", "service_purchase"):
        found.append(N_("资助方式只能是资助协议或购买服务合同"))
    if not 0 < terms.budget_fen <= MOST_FEN or any(not 0 < amount <= MOST_FEN for *_, amount in sources):
        found.append(N_("总预算和各资金来源须是大于零的金额"))
    if not (_are_named_once(sources, 30) and _are_named_once(shares, 40)):
        found.append(N_("资金来源和类别的代码、名称须各不相同，且不能太长"))
    if any(not 0 <= share <= 100 for *_, share in shares):
        found.append(N_("类别占比须在0至100之间"))
    if round_year(raw, terms) - window.opens.year not in (0, 1):
        found.append(N_("届次年度只能是申报开始的当年或次年"))
    if window.opens >= window.closes:
        found.append(N_("申报截止须晚于开始申报"))
    return found


def _are_named_once(rows: list[tuple[str, str, int]], longest: int) -> bool:
    codes = {code for code, *_ in rows}
    fits = all(0 < len(code) <= longest and 0 < len(name) <= 40 for code, name, _number in rows)
    return fits and len(codes) == len(rows)


def missing_parts(
    *, budget_fen: int, funded_fen: int, shares: list[int], has_form: bool, stages: set[str], wanted: set[str]
) -> list[str]:
    """Return the codes of what a round still lacks before it can be published."""
    gaps = []
    if funded_fen != budget_fen:
        gaps.append("funding")
    if sum(shares) != 100:
        gaps.append("shares")
    if not has_form:
        gaps.append("form")
    gaps += [f"rubric:{stage}" for stage in sorted(wanted - stages)]
    return gaps
