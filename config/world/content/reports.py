"""Words of later stages: reports, objections, the meeting, rectification, audit, refusals."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from config.world.content.execution import ExpenseCard, RecordCard
from config.world.content.model import World
from config.world.content.texts import fill, stream, texts


def given_of(world: World, proposal_key: str) -> dict[str, Any]:
    """Return the slots that name a proposal."""
    proposal = world.proposal[proposal_key]
    return {
        "t": proposal.title,
        "c": world.place[proposal.community_code].name,
        "x": proposal.activities[0].name,
        "y": proposal.activities[1].name,
        "w": proposal.beneficiaries,
    }


def written(world: World, proposal_key: str, path: str, **more: object) -> Any:
    """Return the cases at a dotted path with every sentence filled; lists and tables keep their shape."""
    found: Any = texts("cases")
    for name in path.split("."):
        found = found[name]
    rng = stream(world.seed, "case", path, proposal_key)
    given = {**given_of(world, proposal_key), **more}

    def fill_all(part: Any) -> Any:
        if isinstance(part, dict):
            return {key: fill_all(value) for key, value in part.items()}
        if isinstance(part, list):
            return [fill_all(value) for value in part]
        return fill(part, rng, given) if isinstance(part, str) else part

    return fill_all(found)


def report(
    world: World,
    proposal_key: str,
    stage: str,
    records: Sequence[RecordCard],
    spent: Sequence[ExpenseCard],
    granted_fen: int,
) -> dict[str, Any]:
    """Return the answers of a mid-term or final report, whose figures are those of the records and expenses.

    Mid-term: progress, finance, problems, next_steps; final: outputs, outcomes, finance, growth.
    Both: activities_held, people_served, spent_fen.
    """
    rng = stream(world.seed, "report", stage, proposal_key)
    proposal = world.proposal[proposal_key]
    fen = sum(card.amount_fen for card in spent)
    planned = sum(activity.count for activity in proposal.activities)
    people = sum(record.participants for record in records)
    given = {
        **given_of(world, proposal_key),
        "n1": len(records),
        "n2": people,
        "n3": min(100, sum(record.done for record in records) * 100 // planned),
        "n4": f"{fen / 100:,.2f}",
        "n5": fen * 100 // granted_fen,
        "n6": proposal.beneficiaries,
    }
    answers: dict[str, Any] = {
        name: fill(rng.choice(pool), rng, given) for name, pool in texts("execution")[stage].items()
    }
    return {**answers, "activities_held": len(records), "people_served": people, "spent_fen": fen}


def objection(world: World, proposal_key: str, kind: str) -> dict[str, str]:
    """Return text, by, inquiry and reply of an objection: `upheld`, `dismissed` or `anonymous`."""
    found: dict[str, str] = written(world, proposal_key, f"objection.{kind}")
    return found


def departure_reason(world: World, left_out_key: str, promoted_key: str) -> str:
    """Return why the meeting took another proposal than the ranking says."""
    reasons = written(world, left_out_key, "meeting.departure", u=world.proposal[promoted_key].title)
    return str(stream(world.seed, "departure", left_out_key).choice(reasons))


def meeting() -> dict[str, Any]:
    """Return the opinion of the decision meeting and the posts of those who attend."""
    found: dict[str, Any] = texts("cases")["meeting"]
    return {"opinion": found["opinion"], "attendees": list(found["attendees"])}


def midterm_failure(world: World, proposal_key: str, kind: str) -> dict[str, Any]:
    """Return problems, order and reply (and, for `terminated`, decision) of a failed mid-term."""
    found: dict[str, Any] = written(world, proposal_key, f"midterm.{kind}")
    return found


def recovery(world: World, proposal_key: str) -> dict[str, str]:
    """Return reason and letter of a recovery."""
    found: dict[str, str] = written(world, proposal_key, "recovery")
    return found


def disallowed(world: World, proposal_key: str) -> dict[str, str]:
    """Return page, rule and reply of the finding that disallows a line."""
    found: dict[str, str] = written(world, proposal_key, "audit.disallowed")
    return found


def minor_finding(world: World, proposal_key: str) -> dict[str, str] | None:
    """Return a finding without money for one project in three: page and reply."""
    rng = stream(world.seed, "minor", proposal_key)
    if rng.random() > 0.34:
        return None
    found: dict[str, str] = rng.choice(written(world, proposal_key, "audit.minor"))
    return found


def saying(path: str) -> str:
    """Return a sentence that concerns no proposal: `not_signed`, `audit.opinion`, `provisional`, `pledge`."""
    found: Any = texts("cases")
    for name in path.split("."):
        found = found[name]
    assert isinstance(found, str)
    return found
