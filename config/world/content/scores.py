"""Plausible sheets of the experts: a hidden quality, a leniency, chance, and half points that add up."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from random import Random

from config.world.content.model import ProposalCard, SheetDraft, World
from config.world.content.pack import pack_file
from config.world.content.texts import fill, stream, texts

HALF = Decimal("0.5")
RETRIES = {"midterm_rectified": (54.0, 77.0), "midterm_terminated": (46.5, 43.0)}  # first and second attempt


def items(stage: str) -> dict[str, int]:
    """Return the lowest items of a sheet and their maxima: `needs.evidence`, `management` where undivided."""
    found = {}
    for code, _name, most, parts in pack_file("rubrics")[stage]:
        for part, _label, part_most in parts or ((None, "", most),):
            found[f"{code}.{part}" if part else code] = part_most
    return found


def quality(world: World, proposal: ProposalCard, stage: str, attempt: int) -> float:
    """Return the hidden score of a proposal or report, of 100; a second attempt is after rectification."""
    if stage == "application":
        return proposal.quality
    for fate, values in RETRIES.items():
        if stage == "midterm" and world.fates.get(fate) == proposal.key:
            return values[min(attempt, len(values)) - 1]
    drift = stream(world.seed, "stage", stage, proposal.key, attempt).gauss(1.5, 3)
    return max(66.0, min(97.0, proposal.quality + drift))


def spread_points(total: Decimal, most: Mapping[str, int], rng: Random) -> dict[str, Decimal]:
    """Return half points per item, each within its maximum, that add up to the total."""
    share = float(total) / sum(most.values())
    scores = {}
    for code, top in most.items():
        wish = top * min(1.0, max(0.0, share + rng.gauss(0, 0.07)))
        scores[code] = Decimal(round(wish * 2)) * HALF
    codes = sorted(most, key=lambda code: -most[code])
    gap = total - sum(scores.values(), Decimal(0))
    step = HALF if gap > 0 else -HALF
    while gap:
        rng.shuffle(codes)
        for code in codes:
            if gap and 0 <= scores[code] + step <= most[code]:
                scores[code] += step
                gap -= step
    return scores


def weakest(scores: Mapping[str, Decimal], most: Mapping[str, int], rng: Random) -> tuple[str, str]:
    """Return the best and the worst main item of a sheet, ties by chance."""
    by_item: dict[str, list[float]] = {}
    for code, score in scores.items():
        got = by_item.setdefault(code.split(".")[0], [0.0, 0.0])
        got[0] += float(score)
        got[1] += most[code]
    ranked = sorted(by_item, key=lambda code: by_item[code][0] / by_item[code][1] + rng.uniform(0, 0.12))
    return ranked[-1], ranked[0]


def comment(proposal: ProposalCard, stage: str, draft: Mapping[str, Decimal], rng: Random) -> str:
    """Return a short comment that praises the best item and doubts the worst; it names no applicant."""
    written = texts("comments")
    pools = written if stage == "application" else written[stage]
    best, worst = weakest(draft, items(stage), rng)
    given = {"x": [activity.name for activity in proposal.activities], "g": proposal.target_group}
    given["f"] = fill(rng.choice(pools["praise"][best]), rng, given)
    given["u"] = fill(rng.choice(pools["doubt"][worst]), rng, given)
    other = rng.choice([code for code in pools["doubt"] if code not in {best, worst}])
    given["v"] = fill(rng.choice(pools["doubt"][other]), rng, given)
    low = sum(draft.values(), Decimal(0)) < 60
    words = rng.choice(written["low" if low else "frames"])
    return fill(words + rng.choice(written["advice"]), rng, given)


def sheet(
    world: World, proposal_key: str, expert_key: str, stage: str = "application", attempt: int = 1
) -> SheetDraft:
    """Return the sheet that an expert (or, at mid-term and final, an evaluator by any key) would fill in.

    The same arguments always give the same sheet; scores are steps of 0.5.
    """
    proposal = world.proposal[proposal_key]
    rng = stream(world.seed, "sheet", stage, proposal_key, expert_key, attempt)
    expert = world.expert.get(expert_key)
    hidden = quality(world, proposal, stage, attempt) + (expert.leniency if expert else 0.0)
    wished = max(30.0, min(98.5, hidden + rng.gauss(0, 2.1)))
    most = items(stage)
    scores = spread_points(Decimal(round(wished * 2)) * HALF, most, rng)
    return SheetDraft(scores, comment(proposal, stage, scores, rng))
