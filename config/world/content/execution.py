"""What a funded project does and spends: activity records, expenses with vouchers, satisfaction."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random

from config.world.content.model import Activity, ProposalCard, World
from config.world.content.texts import fill, stream, texts

SESSIONS = {"节", "场", "次", "天", "晚", "期"}  # units that are held once each
PER_RECORD = 4  # records of one activity in a whole project


@dataclass(frozen=True)
class RecordCard:
    """One record of execution: `done` counts towards the activity in its own unit."""

    title: str
    activity: str
    held_on: date
    place: str
    done: int
    unit: str
    participants: int
    volunteers: int
    note: str


@dataclass(frozen=True)
class SpendLine:
    """A line of the approved budget, as far as spending needs it."""

    seq: int
    code: str
    item: str
    amount_fen: int


@dataclass(frozen=True)
class ExpenseCard:
    """An expense with its voucher; invoice numbers never repeat in a world."""

    line_seq: int
    code: str
    voucher_no: str
    invoice_no: str
    spent_on: date
    payee: str
    description: str
    amount_fen: int


@dataclass(frozen=True)
class Satisfaction:
    """A survey: forms handed out, returned, satisfied, and the whole percent of satisfied among returned."""

    asked: int
    returned: int
    satisfied: int

    @property
    def percent(self) -> int:
        """Return the satisfied in percent, rounded down."""
        return self.satisfied * 100 // self.returned


def portion_of(total: int, portion: tuple[float, float]) -> int:
    """Return the whole units that fall into a portion, so that adjoining portions add up.

    >>> portion_of(7, (0, 0.5)) + portion_of(7, (0.5, 1))
    7
    """
    return int(total * portion[1] + 1e-9) - int(total * portion[0] + 1e-9)


def days(start: date, end: date, count: int, rng: Random) -> list[date]:
    """Return days in order between two days, both included."""
    span = (end - start).days
    return sorted(start + timedelta(days=rng.randint(0, span)) for _ in range(count))


def done_counts(activity: Activity, portion: tuple[float, float]) -> list[int]:
    """Return what each record of an activity gets done, none of them zero."""
    done = portion_of(activity.count, portion)
    pieces = max(1, min(done, round(PER_RECORD * (portion[1] - portion[0]))))
    counts = [done // pieces + (1 if i < done % pieces else 0) for i in range(pieces)]
    return [count for count in counts if count]


def activity_records(
    world: World, proposal_key: str, start: date, end: date, portion: tuple[float, float] = (0.0, 1.0)
) -> list[RecordCard]:
    """Return records between two days that do a portion of the plan; portions add up to the plan."""
    proposal = world.proposal[proposal_key]
    place = world.place[proposal.community_code]
    rng = stream(world.seed, "records", proposal_key, start, end, portion)
    plan = [(activity, count) for activity in proposal.activities for count in done_counts(activity, portion)]
    rng.shuffle(plan)
    found = []
    for held_on, (activity, count) in zip(days(start, end, len(plan), rng), plan, strict=True):
        people = rng.randint(9, 38) if activity.unit in SESSIONS else max(count, 3)
        given = {"x": activity.name, "c": place.name, "j": people}
        spot = fill(rng.choice(texts("sentences")["places"]), rng, given)
        title = f"{activity.name}（{held_on.month}月{held_on.day}日）"
        note = fill(rng.choice(texts("execution")["records"]), rng, given)
        helpers = rng.randint(2, 6)
        found.append(
            RecordCard(title, activity.name, held_on, spot, count, activity.unit, people, helpers, note)
        )
    return found


def spend_rate(world: World, proposal_key: str) -> float:
    """Return the share of the grant that a project spends in the end: all of it, or 96 to 99.5 %."""
    rng = stream(world.seed, "rate", proposal_key)
    return 1.0 if rng.random() < 0.6 else round(rng.uniform(0.96, 0.995), 3)


def budget_lines(proposal: ProposalCard) -> list[SpendLine]:
    """Return the grant lines of the proposal's own budget, for a project that was not cut."""
    return [
        SpendLine(item.seq, item.code, item.item, item.grant_fen)
        for item in proposal.budget
        if item.grant_fen
    ]


def expenses(
    world: World,
    proposal_key: str,
    lines: Sequence[SpendLine],
    start: date,
    end: date,
    portion: tuple[float, float] = (0.0, 1.0),
) -> list[ExpenseCard]:
    """Return expenses between two days for a portion of each line in whole yuan, in date order.

    Over portions that adjoin from 0 to 1 a line is spent to `spend_rate`, never above its amount.
    """
    proposal = world.proposal[proposal_key]
    rng = stream(world.seed, "expenses", proposal_key, start, end, portion)
    rate = spend_rate(world, proposal_key)
    parts: list[tuple[SpendLine, int]] = []
    for line in lines:
        yuan = portion_of(int(line.amount_fen * rate) // 100, portion)
        pieces = 2 if yuan > 1200 else 1
        first = yuan // pieces
        parts += [(line, fen) for fen in (first * 100, (yuan - first) * 100 if pieces == 2 else 0) if fen]
    rng.shuffle(parts)
    first_no = 1 if portion[0] == 0 else 101
    when = days(start, end, len(parts), rng)
    return [
        expense(proposal, *part, day, first_no + i, rng)
        for i, (part, day) in enumerate(zip(parts, when, strict=True))
    ]


def expense(
    proposal: ProposalCard, line: SpendLine, fen: int, day: date, number: int, rng: Random
) -> ExpenseCard:
    """Return one expense of a line with its voucher."""
    written = texts("execution")
    activity = proposal.activities[line.seq % len(proposal.activities)].name
    given = {"x": activity, "i": line.item, "u": f"{day.year}年{day.month}月"}
    return ExpenseCard(
        line_seq=line.seq,
        code=line.code,
        voucher_no=f"记{day:%Y%m}-{number:03d}",
        invoice_no=f"99{day:%y}{int(proposal.key[1:]):04d}{number:04d}{rng.randint(0, 99999999):08d}",
        spent_on=day,
        payee=rng.choice(written["payees"][line.code]),
        description=fill(rng.choice(written["expenses"][line.code]), rng, given),
        amount_fen=fen,
    )


def satisfaction(world: World, proposal_key: str, stage: str) -> Satisfaction:
    """Return the survey of a stage; what will be rectified does poorly at mid-term, what ends worse."""
    rng = stream(world.seed, "satisfaction", stage, proposal_key)
    asked = max(20, min(80, world.proposal[proposal_key].beneficiaries // 3))
    returned = round(asked * rng.uniform(0.84, 0.98))
    share = rng.uniform(0.89, 0.99)
    if stage == "midterm" and world.fates.get("midterm_rectified") == proposal_key:
        share = 0.74
    if stage == "midterm" and world.fates.get("midterm_terminated") == proposal_key:
        share = 0.58
    return Satisfaction(asked, returned, round(returned * share))
