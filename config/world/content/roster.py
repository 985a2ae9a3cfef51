"""The plan of the year's entries: category, theme, track, tier, ask and special case."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from random import Random

from config.world.content.organisations import CATEGORIES
from config.world.content.pack import pack_file
from config.world.content.texts import stream, texts
from config.world.content.themes import Theme, themes

LIGHT_CAP, MICRO_CAP = 20000, 10000
SIZES = {
    "elderly_disability": (48, 6),
    "youth_support": (38, 6),
    "community_governance": (39, 5),
}  # light, micro
STRONG = {"elderly_disability": (18, 4), "youth_support": (13, 4), "community_governance": (14, 2)}
ENDS = {  # special cases that never reach a reviewer; the last of governance is a micro project
    "elderly_disability": (
        "late", "ineligible:too_young", "ineligible:failed_inspection", "ineligible:abnormal_list",
        "ineligible:double_funding", "ineligible:is_evaluator", "community_refused",
    ),
    "youth_support": (
        "incomplete", "ineligible:registered_elsewhere", "ineligible:serious_list",
        "ineligible:no_own_account", "duplicate", "community_refused", "withdrawn:before_screening",
    ),
    "community_governance": (
        "ineligible:implemented_elsewhere", "ineligible:earlier_unfinished", "ineligible:is_operator",
        "duplicate", "withdrawn:after_eligible",
    ),
}  # fmt: skip
BUDGET_RULES = (
    "staff", "labour", "overhead", "equipment", "equipment_item", "publicity", "catering", "other", "tax",
    "volunteer_day", "expert_session", "subtotal", "funding", "lines", "activity",
)  # fmt: skip
ON_STRONG = ("conflict:employer", "conflict:employer", "conflict:legal_representative", "recheck:overturned")
LAST = {"duplicate", "host_fourth_group"}  # a second or a fourth comes after the others
FATES = (  # what happens to a funded project, and its category
    ("objection_upheld", "elderly_disability"),
    ("objection_dismissed", "youth_support"),
    ("objection_anonymous", "elderly_disability"),
    ("award_not_signed", "community_governance"),
    ("midterm_rectified", "elderly_disability"),
    ("midterm_terminated", "youth_support"),
    ("audit_disallowed", "community_governance"),
)


@dataclass
class Entry:
    """One entry of the plan; `flaw` is empty for a plain one."""

    category: str
    theme: Theme
    variant: int
    micro: bool
    tier: str
    quality: float
    ask: int
    flaw: str = ""
    fate: str = ""


def spread(count: int, low: float, high: float, rng: Random) -> list[float]:
    """Return qualities spread evenly over a range, the best first, with a little chance."""
    step = (high - low) / max(count, 1)
    return [round(high - step * (i + rng.uniform(0.2, 0.8)), 2) for i in range(count)]


def qualities(light: int, strong: int, micro: bool, rng: Random) -> Iterator[tuple[str, float]]:
    """Yield tier and quality: strong ones stand four points above the line, micro ones keep away from it."""
    yield from (("strong", q) for q in spread(strong, *((80.0, 88.0) if micro else (75.5, 93.0)), rng))
    rest = light - strong
    waiting = rest if micro and rest < 3 else round(rest * 0.66)
    yield from (("waiting", q) for q in spread(waiting, *((61.5, 66.0) if micro else (62.0, 71.0)), rng))
    yield from (("weak", q) for q in spread(rest - waiting, 46.0, 56.5, rng))


def ask_of(tier: str, place: int, cap: int, rng: Random) -> int:
    """Return the ask in yuan: full for the strong and the first four that wait, near it for the rest."""
    if tier == "strong" or (tier == "waiting" and place < 4) or rng.random() < 0.55:
        return cap
    return cap - 50 * rng.randint(2, cap // 400)


def entries_of(category: str, seed: int) -> list[Entry]:
    """Return the entries of a category: those judged, then those that end early."""
    rng = stream(seed, "roster", category)
    pairs = [(theme, variant) for theme in themes()[category] for variant in range(3)]
    rng.shuffle(pairs)
    light, micro = SIZES[category]
    found: list[Entry] = []
    judged = light - len(ENDS[category])
    fourth = 1 if category == "community_governance" else 0
    for count, is_micro in ((judged, False), (micro - fourth, True)):
        cap = MICRO_CAP if is_micro else LIGHT_CAP
        counts = {"strong": 0, "waiting": 0, "weak": 0}
        for tier, quality in qualities(count, STRONG[category][is_micro], is_micro, rng):
            ask = ask_of(tier, counts[tier], cap, rng)
            counts[tier] += 1
            found.append(Entry(category, *pairs.pop(), is_micro, tier, quality, ask))
    for flaw in ENDS[category]:
        found.append(Entry(category, *pairs.pop(), False, "weak", rng.uniform(50, 70), LIGHT_CAP, flaw))
    if fourth:
        found.append(Entry(category, *pairs.pop(), True, "weak", 64.0, MICRO_CAP, "host_fourth_group"))
    return found


def mild_flaws() -> list[str]:
    """Return the special cases that a light proposal survives."""
    words: Sequence[str] = pack_file("terms_2026")["forbidden_items"]
    found = [f"budget:{rule}" for rule in BUDGET_RULES] + [f"forbidden:{word}" for word in words]
    found += ["over_cap", "incomplete_repaired", "exempt:incubated"]
    found += ["returned"] * len(texts("cases")["returned"]) + ["optimised"] * len(texts("cases")["optimised"])
    return found


def assign_fates(entries: Sequence[Entry]) -> None:
    """Give each fate to a plain project that is safely funded."""
    for fate, category in FATES:
        safe = (e for e in entries if e.category == category and e.tier == "strong" and e.quality > 81)
        chosen = next(e for e in safe if not e.flaw and not e.fate and not e.micro)
        chosen.fate = fate


def assign_flaws(entries: Sequence[Entry], rng: Random) -> None:
    """Give each remaining special case to a plain light entry, those of the strong first."""
    strong = [e for e in entries if e.tier == "strong" and not e.micro and not e.flaw and not e.fate]
    for entry, flaw in zip(rng.sample(strong, len(ON_STRONG)), ON_STRONG, strict=True):
        entry.flaw = flaw
    plain = [e for e in entries if not e.flaw and not e.micro and not e.fate]
    flaws = mild_flaws()
    for entry, flaw in zip(rng.sample(plain, len(flaws)), flaws, strict=True):
        entry.flaw = flaw
        if flaw.startswith(("budget:", "forbidden:", "over_cap")) and entry.ask < LIGHT_CAP:
            entry.ask = LIGHT_CAP  # the broken first budgets are made for a full ask
    micro = next(e for e in entries if e.micro and not e.flaw and e.tier == "waiting")
    micro.flaw = "over_cap"


def roster(seed: int) -> list[Entry]:
    """Return every entry of the year, in the order in which they are handed in."""
    entries = [entry for category in CATEGORIES for entry in entries_of(category, seed)]
    assign_fates(entries)
    rng = stream(seed, "roster")
    assign_flaws(entries, rng)
    rng.shuffle(entries)
    return sorted(entries, key=lambda entry: entry.flaw in LAST)
