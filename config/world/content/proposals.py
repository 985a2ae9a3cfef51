"""Write the proposals of a roster: answers, activities and budget, and the first try where it was flawed."""

from __future__ import annotations

from collections.abc import Mapping
from copy import deepcopy
from dataclasses import dataclass, replace
from typing import Any

from config.world.content import flaw_budgets
from config.world.content.answers import Answers, Writer, answers, plan, slots
from config.world.content.budgets import budget
from config.world.content.model import BudgetItem, Flaw, Place, ProposalCard
from config.world.content.roster import Entry
from config.world.content.texts import fill, stream, texts


@dataclass(frozen=True)
class Commission:
    """What a proposal is written for: key, entry, applicant, host, place and the names of the team."""

    key: str
    entry: Entry
    applicant: str
    host: str
    place: Place
    team: tuple[str, str, str]


def pick(pool: list[dict[str, Any]], counter: dict[str, int], kind: str) -> dict[str, Any]:
    """Return the next case of a pool; each is used once."""
    number = counter.get(kind, 0)
    counter[kind] = number + 1
    return pool[number]


def with_field(found: Mapping[str, Mapping[str, Any]], path: str, value: Any) -> Answers:
    """Return a copy of the answers with `section.field` set, or left out where the value is None."""
    changed: Answers = deepcopy({section: dict(fields) for section, fields in found.items()})
    section, name = path.split(".")
    if value is None:
        changed[section].pop(name)
    else:
        changed[section][name] = value
    return changed


class Desk:
    """Writes proposals and notes their special cases."""

    def __init__(self, seed: int) -> None:
        self.seed = seed
        self.flaws: list[Flaw] = []
        self.counter: dict[str, int] = {}

    def write(self, job: Commission) -> ProposalCard:
        """Return the proposal of a commission."""
        entry = job.entry
        rng = stream(self.seed, "proposal", job.key)
        activities = plan(entry.theme, rng, entry.micro)
        given = slots(job.place, activities, rng, entry.micro)
        given["g"] = entry.theme.texts["groups"][entry.variant]
        writer = Writer(entry.theme, entry.variant, job.place, rng, given)
        title = f"{entry.theme.texts['titles'][entry.variant]}"
        if rng.random() < 0.5:
            title = f"{job.place.name}{title}"
        written = answers(writer, title, activities, job.team)
        lines = budget(entry.ask, entry.micro, entry.theme, activities, job.place.name, rng)
        card = ProposalCard(
            key=job.key,
            applicant=job.applicant,
            host=job.host,
            track="micro" if entry.micro else "light",
            category=entry.category,
            theme=entry.theme.key,
            title=title,
            community_code=job.place.code,
            requested_fen=entry.ask * 100,
            answers=written,
            activities=activities,
            budget=lines,
            beneficiaries=given["w"],
            target_group=entry.theme.texts["groups"][entry.variant],
            tier=entry.tier,
            quality=entry.quality,
        )
        return self.spoil(card, job) if entry.flaw else card

    def note(self, job: Commission, **detail: Any) -> None:
        """Record the special case of a proposal."""
        code = job.entry.flaw
        known = texts("cases")["notes"]
        words = f"预算含禁止列支内容“{code.partition(':')[2]}”，提交被拒，改正后交齐"
        self.flaws.append(Flaw(code, job.key, known.get(code, words), detail))

    def spoil(self, card: ProposalCard, job: Commission) -> ProposalCard:
        """Return the card with its first try, by the kind of its special case."""
        kind, _, what = job.entry.flaw.partition(":")
        if kind in {"budget", "forbidden", "over_cap"}:
            first = self.first_budget(kind, what, card, job)
            asked = sum(item.grant_fen for item in first)
            self.note(job, rule=what or kind, first_requested_fen=asked)
            return swap(card, first_budget=first)
        if kind in {"incomplete", "incomplete_repaired"}:
            first_answers = with_field(
                with_field(card.answers, "design.risks", None), "value.innovation", None
            )
            self.note(job, missing=["design.risks", "value.innovation"])
            return swap(card, first_answers=first_answers)
        if kind == "returned":
            return self.returned(card, job)
        if kind == "optimised":
            case = pick(texts("cases")["optimised"], self.counter, kind)
            section, name = case["field"].split(".")
            self.note(
                job, field=case["field"], note=case["note"], value=card.answers[section][name] + case["added"]
            )
            return card
        return self.ended(card, job, kind, what)

    def first_budget(
        self, kind: str, what: str, card: ProposalCard, job: Commission
    ) -> tuple[BudgetItem, ...]:
        """Return the broken budget of a first try."""
        rng = stream(self.seed, "broken", job.key)
        given = (job.entry.theme, card.activities, job.place.name, rng)
        if kind == "forbidden":
            return flaw_budgets.forbidden(what, *given)
        if job.entry.micro:
            return flaw_budgets.over_cap_micro(*given)
        return flaw_budgets.broken(what or kind, *given)

    def returned(self, card: ProposalCard, job: Commission) -> ProposalCard:
        """Return the card whose first try had one vague answer, with the remark that sends it back."""
        case = pick(texts("cases")["returned"], self.counter, "returned")
        weak = fill(case["weak"], stream(self.seed, job.key), {"c": job.place.name})
        self.note(job, remarks=[(case["field"], case["remark"])])
        return swap(card, first_answers=with_field(card.answers, case["field"], weak))

    def ended(self, card: ProposalCard, job: Commission, kind: str, what: str) -> ProposalCard:
        """Return the card of a case that lies in the applicant, the place or the day."""
        cases = texts("cases")
        if kind in {"community_refused", "withdrawn"}:
            pool = cases["refusal" if kind == "community_refused" else "withdrawal"]
            self.note(job, reason=pick(pool, self.counter, kind))
        elif kind == "recheck":
            self.note(job, **cases["recheck"][what])
        elif what == "implemented_elsewhere":
            self.note(job, division="420111", place="洪山区某街道")
            moved = card.answers["design"]["activities"] + "以上活动全部在洪山区的两个小区开展。"
            return swap(card, answers=with_field(card.answers, "design.activities", moved))
        elif what == "double_funding":
            self.note(job, funder="武汉市级公益创投", amount_yuan=30000, year=2026)
        else:
            self.note(job, rule=what)
        if what == "failed_inspection":
            words = cases["notes"]["recheck:upheld"]
            self.flaws.append(Flaw("recheck:upheld", job.key, words, cases["recheck"]["upheld"]))
        return card


def swap(card: ProposalCard, **changes: Any) -> ProposalCard:
    """Return the card with some things exchanged."""
    return replace(card, **changes)
