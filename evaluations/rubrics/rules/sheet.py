"""A score sheet as data: its criteria, items and marks, read from a frozen spec. Plain Python."""

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from core.rulebook import N_


class SheetSpecError(ValueError):
    """A score sheet that cannot be used: its parts do not add up or name something unknown."""


@dataclass(frozen=True)
class Item:
    """One line that gets points. `path` is "criterion" or "criterion.item"."""

    path: str
    criterion: str
    name: str
    maximum: Decimal
    blind: bool = True
    by_machine: bool = False


@dataclass(frozen=True)
class Mark:
    """A bonus, a deduction or a red line: ticked or not, with fixed points (0 for red lines)."""

    code: str
    name: str
    points: Decimal = Decimal(0)


@dataclass(frozen=True)
class Criterion:
    code: str
    name: str
    maximum: Decimal
    items: tuple[Item, ...]


@dataclass(frozen=True)
class SheetSpec:
    """A parsed score sheet; equal specs have equal digests."""

    stage: str
    criteria: tuple[Criterion, ...]
    bonus_max: Decimal = Decimal(0)
    bonus: tuple[Mark, ...] = ()
    deductions: tuple[Mark, ...] = ()
    red_lines: tuple[Mark, ...] = ()
    index: Mapping[str, Item] = field(default_factory=dict, compare=False, repr=False)

    @property
    def items(self) -> tuple[Item, ...]:
        return tuple(item for criterion in self.criteria for item in criterion.items)

    @property
    def maximum(self) -> Decimal:
        return sum((criterion.maximum for criterion in self.criteria), Decimal(0))

    @property
    def has_open_part(self) -> bool:
        """Whether something is scored only after the blind part is locked."""
        return any(not item.blind for item in self.items)

    def item(self, path: str) -> Item | None:
        return self.index.get(path)


@dataclass(frozen=True)
class CommentRule:
    """A comment is compulsory strictly under `below` or strictly over `above` (None: never)."""

    below: Decimal | None = None
    above: Decimal | None = None

    def asks(self, total: Decimal) -> bool:
        low = self.below is not None and total < self.below
        return low or (self.above is not None and total > self.above)


# --- reading ------------------------------------------------------------------------------------


def from_pack(pack: Mapping[str, Any], stage: str) -> dict[str, Any]:
    """The frozen spec of one stage from a district's rubrics.yaml (lists of code, name, maximum, items)."""
    bonus = pack.get("bonus", {}).get(stage, {})
    return {
        "stage": stage,
        "criteria": [
            {
                "code": code,
                "name": name,
                "maximum": str(maximum),
                "items": [{"code": c, "name": n, "maximum": str(m)} for c, n, m in items],
            }
            for code, name, maximum, items in pack[stage]
        ],
        "not_blind": list(pack.get("not_blind", {}).get(stage, [])),
        "by_machine": list(pack.get("by_machine_or_finance_expert", {}).get(stage, [])),
        "bonus": {"max": str(bonus.get("max", 0)), "items": _marks_of(bonus.get("items", []))},
        "deductions": _marks_of(pack.get("deductions", {}).get(stage, [])),
        "red_lines": [_red_line_of(row) for row in pack.get("red_lines", {}).get(stage, [])],
    }


def _marks_of(rows: Iterable[Sequence[Any]]) -> list[dict[str, str]]:
    return [{"code": code, "name": name, "points": str(points)} for code, name, points in rows]


RED_LINES = {"fraud": N_("弄虚作假"), "misuse": N_("挪用资金")}


def _red_line_of(row: str | Sequence[str]) -> dict[str, str]:
    if isinstance(row, str):
        return {"code": row, "name": RED_LINES.get(row, row), "points": "0"}
    return {"code": row[0], "name": row[1], "points": "0"}


def parse(spec: Mapping[str, Any]) -> SheetSpec:
    """Read a frozen spec. Raises SheetSpecError when parts do not add up or name unknown items."""
    not_blind, machine = set(spec.get("not_blind", ())), set(spec.get("by_machine", ()))
    criteria = tuple(_criterion(raw, not_blind, machine) for raw in spec["criteria"])
    index = {item.path: item for criterion in criteria for item in criterion.items}
    known = set(index) | {criterion.code for criterion in criteria}
    if len(index) != sum(len(c.items) for c in criteria) or len({c.code for c in criteria}) != len(criteria):
        raise SheetSpecError("two parts share a code")
    if stray := (not_blind | machine) - known:
        raise SheetSpecError(f"unknown parts: {', '.join(sorted(stray))}")
    bonus = spec.get("bonus") or {}
    return SheetSpec(
        stage=spec["stage"],
        criteria=criteria,
        bonus_max=Decimal(str(bonus.get("max", 0))),
        bonus=_marks(bonus.get("items", ())),
        deductions=_marks(spec.get("deductions", ())),
        red_lines=_marks(spec.get("red_lines", ())),
        index=index,
    )


def _criterion(raw: Mapping[str, Any], not_blind: set[str], machine: set[str]) -> Criterion:
    code, maximum = raw["code"], Decimal(str(raw["maximum"]))
    parts = raw.get("items") or [{"code": "", "name": raw["name"], "maximum": maximum}]
    items = tuple(_item(code, part, not_blind, machine) for part in parts)
    if maximum <= 0 or any(item.maximum <= 0 for item in items):
        raise SheetSpecError(f"{code}: a maximum must be positive")
    if sum(item.maximum for item in items) != maximum:
        raise SheetSpecError(f"{code}: items do not add up to {maximum}")
    return Criterion(code, raw["name"], maximum, items)


def _item(criterion: str, raw: Mapping[str, Any], not_blind: set[str], machine: set[str]) -> Item:
    path = f"{criterion}.{raw['code']}" if raw["code"] else criterion
    return Item(
        path=path,
        criterion=criterion,
        name=raw["name"],
        maximum=Decimal(str(raw["maximum"])),
        blind=not ({path, criterion} & not_blind),
        by_machine=bool({path, criterion} & machine),
    )


def _marks(rows: Iterable[Mapping[str, Any]]) -> tuple[Mark, ...]:
    return tuple(Mark(r["code"], r["name"], Decimal(str(r.get("points", 0)))) for r in rows)


def digest(spec: Mapping[str, Any]) -> str:
    """SHA-256 over the canonical JSON of a frozen spec."""
    text = json.dumps(spec, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()
