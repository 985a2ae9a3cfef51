"""First tries of a budget that break exactly one rule each; the second try is the proposal's own budget."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from random import Random

from config.world.content.budgets import Amount, line
from config.world.content.model import Activity, BudgetItem
from config.world.content.texts import texts
from config.world.content.themes import Theme

BASE = {
    "101": 5850,
    "102": 1500,
    "103": 2400,
    "105": 3000,
    "105b": 2950,
    "108": 1500,
    "109": 800,
    "120": 2000,
}
# rule -> sums in yuan that differ from the sound budget of 20,000; None leaves a line out
SHIFTS: dict[str, dict[str, int | None]] = {
    "staff": {"101": 8550, "103": 1200, "105b": 1450},
    "labour": {"101": 7200, "102": 3000, "103": 2900, "105": 1600, "105b": 1000},
    "overhead": {"120": 2600, "105b": 2350},
    "equipment": {"112": 2900, "108": 1550, "105b": None},
    "equipment_item": {"112": 1900, "109": None, "105b": 1850},
    "publicity": {"108": 2600, "105b": 1850},
    "catering": {"106": 1300, "109": None, "105b": 2450},
    "other": {"190": 1300, "109": None, "105b": 2450},
    "tax": {"130": 300, "109": None, "105b": 3450},
    "over_cap": {"105b": 3550},
}
THINGS = {"104": "活动场地", "106": "志愿者误餐", "108": "宣传折页", "109": "意外保险", "112": "便携投影设备"}


def thing(theme: Theme, code: str) -> str:
    """Return what the theme buys under a code, or a plain word for it."""
    bought = theme.buys.get(code)
    return bought[0] if bought else THINGS.get(code, "税费" if code == "130" else "")


def skeleton(
    rule: str, theme: Theme, activities: Sequence[Activity], place: str, rng: Random
) -> list[BudgetItem]:
    """Return a budget of 20,000 yuan with the sums that the rule shifts."""
    sums = {**BASE, **SHIFTS.get(rule, {})}
    found: list[BudgetItem] = []
    for mark, yuan in sorted(sums.items()):
        if yuan is not None:
            code = mark.removesuffix("b")
            bought = theme.buys["105"][1] if mark == "105b" else thing(theme, code)
            activity = activities[len(found) % len(activities)]
            found.append(line(len(found) + 1, Amount(code, bought, yuan), activity, place, rng))
    return found


def reshape(item: BudgetItem, yuan: int, quantity: int, unit: str, own: int = 0) -> BudgetItem:
    """Return the line with a price in yuan and a quantity instead."""
    fen = yuan * 100
    grant = fen * quantity - own * 100
    return replace(
        item, unit=unit, unit_price_fen=fen, quantity=quantity, times=1, subtotal_fen=fen * quantity,
        grant_fen=grant, own_fen=own * 100,
    )  # fmt: skip


def edit(
    items: Sequence[BudgetItem], code: str, change: Callable[[BudgetItem], BudgetItem]
) -> tuple[BudgetItem, ...]:
    """Return the lines with the first one of a code changed."""
    index = next(i for i, item in enumerate(items) if item.code == code)
    return (*items[:index], change(items[index]), *items[index + 1 :])


def in_three(items: Sequence[BudgetItem]) -> tuple[BudgetItem, ...]:
    """Return nine or more lines: the last material line is cut in two."""
    index = max(i for i, item in enumerate(items) if item.code == "105")
    rest = reshape(items[index], 1950, 1, "项")
    extra = replace(
        reshape(items[index], 1000, 1, "项"), seq=len(items) + 1, item=f"{items[index].item}（补充）"
    )
    return (*items[:index], rest, *items[index + 1 :], extra)


def broken(
    rule: str, theme: Theme, activities: Sequence[Activity], place: str, rng: Random
) -> tuple[BudgetItem, ...]:
    """Return a budget that breaks one rule: a cap, a unit cap, arithmetic, the plan, the number of lines."""
    items = skeleton(rule, theme, activities, place, rng)
    edits: dict[str, tuple[str, Callable[[BudgetItem], BudgetItem]]] = {
        "equipment": ("112", lambda item: reshape(item, 1450, 2, "台")),
        "equipment_item": ("112", lambda item: reshape(item, 2400, 1, "台", own=500)),
        "volunteer_day": ("102", lambda item: reshape(item, 150, 10, "人·天")),
        "expert_session": ("103", lambda item: reshape(item, 1200, 2, "节")),
        "subtotal": ("105", lambda item: replace(item, quantity=item.quantity + 3)),
        "funding": ("109", lambda item: replace(item, own_fen=10000)),
        "activity": ("103", lambda item: replace(item, linked_activity="未列入计划的外出参访")),
    }
    if rule == "lines":
        return in_three(items)
    return edit(items, *edits[rule]) if rule in edits else tuple(items)


def forbidden(
    word: str, theme: Theme, activities: Sequence[Activity], place: str, rng: Random
) -> tuple[BudgetItem, ...]:
    """Return a budget within all caps, one line of which may not be paid."""
    items = skeleton("sound", theme, activities, place, rng)
    named = texts("cases")["forbidden"][word]
    return edit(items, "109", lambda item: replace(item, item=named, basis="按计划人数测算"))


def over_cap_micro(
    theme: Theme, activities: Sequence[Activity], place: str, rng: Random
) -> tuple[BudgetItem, ...]:
    """Return a micro budget of 10,500 yuan."""
    sums = (("102", 1500), ("103", 2400), ("105", 4400), ("108", 900), ("109", 400), ("120", 900))
    amounts = [Amount(code, thing(theme, code), yuan) for code, yuan in sums]
    return tuple(line(i + 1, a, activities[i % len(activities)], place, rng) for i, a in enumerate(amounts))
