"""Budgets: lines by the chart of accounts that add up to an ask, within every cap of the terms."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from random import Random
from typing import NamedTuple

from config.world.content.model import Activity, BudgetItem
from config.world.content.texts import fill, texts
from config.world.content.themes import Theme


class Shape(NamedTuple):
    """How a sum of a code may be cut: unit, prices in yuan to try, most pieces."""

    unit: str
    prices: tuple[int, ...]
    most: int


MONTHS = 9
STAFF_STEP = 450  # nine months in whole fifties, so that everything else stays a multiple of 50 yuan
SHAPES = {
    "102": Shape("人·天", (50, 60, 40, 30, 25), 120),
    "103": Shape("节", (400, 500, 300, 600, 350, 450, 250), 12),
    "104": Shape("次", (100, 150, 200, 50), 20),
    "105": Shape("套", (25, 40, 30, 50, 20, 15, 60, 10, 75, 100, 5), 160),
    "106": Shape("人·次", (20, 15, 25, 10), 80),
    "107": Shape("人·次", (10, 5, 20, 25), 200),
    "108": Shape("份", (2, 4, 5, 3, 10, 20), 600),
    "109": Shape("人", (20, 10, 25, 15, 30), 120),
    "110": Shape("份", (10, 5, 20, 25), 240),
    "111": Shape("组", (25, 50, 20, 10, 100), 60),
    "112": Shape("台", (350, 400, 450, 300, 500, 600, 750, 900), 4),
}
IN_TURNS = {"102", "106", "107"}  # people on several days
RANGES = {  # yuan for a light project, in steps of 50
    "102": (1200, 2400), "103": (1500, 3000), "104": (600, 1400), "106": (300, 900), "107": (450, 1200),
    "108": (600, 1800), "109": (400, 900), "110": (500, 1200), "111": (400, 1000), "112": (700, 1800),
}  # fmt: skip


class Amount(NamedTuple):
    """A sum in yuan for one line: the code, the thing bought, the grant, the own money."""

    code: str
    thing: str
    grant: int
    own: int = 0


def cut(code: str, yuan: int, rng: Random) -> tuple[str, int, int, int]:
    """Return unit, price in fen, quantity and times whose product is the sum.

    >>> cut("101", 5400, Random(1))
    ('人·月', 60000, 1, 9)
    """
    if code == "101":
        return "人·月", yuan * 100 // MONTHS, 1, MONTHS
    shape = SHAPES.get(code)
    if shape is None:
        return "项", yuan * 100, 1, 1
    low, high = min(shape.prices), max(shape.prices)
    other = [price for price in range(high, low - 1, -1) if yuan % price == 0 and yuan // price <= shape.most]
    fitting = [price for price in shape.prices if price in other]
    price = rng.choice(fitting or other[:1] or [yuan])
    pieces = yuan // price
    times = rng.choice([n for n in (1, 2, 3, 4, 5, 6) if pieces % n == 0]) if code in IN_TURNS else 1
    return shape.unit, price * 100, pieces // times, times


def line(seq: int, amount: Amount, activity: Activity, place: str, rng: Random) -> BudgetItem:
    """Return a budget line for a sum."""
    code = amount.code
    unit, price, quantity, times = cut(code, amount.grant + amount.own, rng)
    written = texts("budget")
    yuan = price // 100 if price % 100 == 0 else price / 100
    slots = {"x": activity.name, "c": place, "i": amount.thing, "u": unit, "y": yuan}
    slots["n"] = rng.randint(38, 60) if code == "101" else quantity * times
    item = amount.thing if code not in written["item"] else rng.choice(written["item"][code])
    basis = rng.choice(written["basis"].get(code, ["按实际发生列支，每$u$y元"]))
    return BudgetItem(
        seq=seq,
        code=code,
        item=fill(item, rng, slots),
        basis=fill(basis, rng, slots),
        unit=unit,
        unit_price_fen=price,
        quantity=quantity,
        times=times,
        subtotal_fen=price * quantity * times,
        grant_fen=amount.grant * 100,
        own_fen=amount.own * 100,
        linked_activity=activity.name,
        remark="影像与热线为安全和回访所需，无对应科目" if code == "190" else "",
    )


def lines(
    amounts: Sequence[Amount], activities: Sequence[Activity], place: str, rng: Random
) -> tuple[BudgetItem, ...]:
    """Return the lines of a budget, each tied to an activity of the plan in turn."""
    ordered = sorted(amounts, key=lambda amount: amount.code)
    turn = range(len(ordered))
    return tuple(line(i + 1, ordered[i], activities[i % len(activities)], place, rng) for i in turn)


def fifties(rng: Random, low: float, high: float) -> int:
    """Return a multiple of 50 between two sums."""
    return rng.randint(int(low + 49) // 50, max(int(low + 49) // 50, int(high) // 50)) * 50


def labour(ask: int, micro: bool, theme: Theme, rng: Random) -> list[Amount]:
    """Return staff, volunteers and teachers: staff at most 40 %, together at most 58 % of the ask."""
    scale = ask / 20000
    staff = 0 if micro and rng.random() < 0.7 else fifties_of_staff(ask, rng)
    volunteers = fifties(rng, 1200 * scale, 2400 * scale)
    teachers = fifties(rng, 1500 * scale, 3000 * scale)
    while staff + volunteers + teachers > ask * 58 // 100:
        teachers = max(500, teachers - 100)
        volunteers = max(500, volunteers - 100)
        if teachers == volunteers == 500:
            staff -= STAFF_STEP
    found = [Amount("102", "", volunteers), Amount("103", theme.buys["103"][0], teachers)]
    return [Amount("101", "", staff), *found] if staff else found


def fifties_of_staff(ask: int, rng: Random) -> int:
    """Return a sum for staff between 24 % and 39 % of the ask, whole for nine months."""
    low, high = int(ask * 0.24) // STAFF_STEP + 1, int(ask * 0.39) // STAFF_STEP
    return rng.randint(low, max(low, high)) * STAFF_STEP


def extras(ask: int, theme: Theme, room: int, rng: Random) -> list[Amount]:
    """Return at most `room` other lines of the theme, each below its cap."""
    scale = ask / 20000
    caps: Mapping[str, int] = {"106": 5, "108": 10, "112": 10}
    codes = [code for code in theme.buys if code not in {"103", "105"}]
    rng.shuffle(codes)
    found = []
    for code in sorted(codes[:room]):
        low, high = RANGES[code]
        most = min(high * scale, ask * caps.get(code, 100) // 100, 2000)
        found.append(Amount(code, theme.buys[code][0], fifties(rng, min(low * scale, most - 50), most)))
    return found


def amounts(ask: int, micro: bool, theme: Theme, rng: Random) -> list[Amount]:
    """Return sums that add up to the ask: four to eight lines, the material takes what is left."""
    found = labour(ask, micro, theme, rng)
    overhead = fifties(rng, ask * 0.04, ask * 0.1)
    room = rng.randint(1, 2) if micro else rng.randint(2, 3)
    found += extras(ask, theme, min(room, 8 - 3 - len(found)), rng)
    found.append(Amount("120", "", overhead))
    left = ask - sum(amount.grant for amount in found)
    goods = theme.buys["105"]
    if left >= 1600 and len(found) <= 6:
        first = fifties(rng, left * 0.35, left * 0.65)
        found += [Amount("105", goods[0], first), Amount("105", goods[1], left - first)]
    else:
        found.append(Amount("105", rng.choice(goods), left))
    return found


def with_own_share(found: Sequence[BudgetItem], rng: Random) -> tuple[BudgetItem, ...]:
    """Return the lines with some material bought from own money besides."""
    goods = [item for item in found if item.code == "105" and item.quantity >= 5]
    if not goods:
        return tuple(found)
    chosen = rng.choice(goods)
    extra = max(1, round(chosen.quantity * rng.uniform(0.15, 0.35)))
    own = extra * chosen.unit_price_fen * chosen.times
    bigger = replace(
        chosen,
        quantity=chosen.quantity + extra,
        subtotal_fen=chosen.subtotal_fen + own,
        own_fen=own,
        remark=f"其中{extra}{chosen.unit}由自筹资金购置",
    )
    return tuple(bigger if item is chosen else item for item in found)


def budget(
    ask: int, micro: bool, theme: Theme, activities: Sequence[Activity], place: str, rng: Random
) -> tuple[BudgetItem, ...]:
    """Return a budget whose grant is the ask in yuan, a multiple of 50."""
    found = lines(amounts(ask, micro, theme, rng), activities, place, rng)
    return with_own_share(found, rng) if rng.random() < 0.35 else found
