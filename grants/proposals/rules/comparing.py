"""What changed between two texts, told character by character. Plain values only."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Any

SAME, GONE, NEW = "same", "gone", "new"
SHORTEST_MATCH = 3


@dataclass(frozen=True)
class Segment:
    """A stretch of text that stayed, went or came."""

    kind: str
    text: str


def compare(before: str, after: str) -> tuple[Segment, ...]:
    """Return the stretches of two texts in reading order; matches too short to mean anything are changes.

    >>> [(s.kind, s.text) for s in compare("每月上门两次", "每月上门三次")]
    [('same', '每月上门'), ('gone', '两次'), ('new', '三次')]
    >>> compare("", "")
    ()
    """
    found: list[Segment] = []
    for tag, a, b, c, d in SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        if tag == "equal" and (b - a >= SHORTEST_MATCH or (a, b) == (0, len(before))):
            found.append(Segment(SAME, before[a:b]))
            continue
        found += [Segment(GONE, before[a:b]), Segment(NEW, after[c:d])]
    return tuple(_joined([one for one in found if one.text]))


def _joined(segments: list[Segment]) -> list[Segment]:
    """Put neighbours of a kind together; between two stretches that stayed, what went comes first."""
    found: list[Segment] = []
    gone = new = ""
    for one in [*segments, Segment(SAME, "")]:
        if one.kind == GONE:
            gone += one.text
        elif one.kind == NEW:
            new += one.text
        else:
            found += [Segment(GONE, gone)] * bool(gone) + [Segment(NEW, new)] * bool(new)
            gone = new = ""
            found += [one] * bool(one.text)
    return found


@dataclass(frozen=True)
class LineChange:
    """A line of the budget in two versions; None where it was not there."""

    no: int
    before: Mapping[str, Any] | None
    after: Mapping[str, Any] | None


def changed_lines(
    before: Sequence[Mapping[str, Any]], after: Sequence[Mapping[str, Any]]
) -> list[LineChange]:
    """Return the lines of the budget that differ, by number.

    >>> changed_lines([{"no": 1, "item": "甲"}], [{"no": 1, "item": "甲"}, {"no": 2, "item": "乙"}])
    [LineChange(no=2, before=None, after={'no': 2, 'item': '乙'})]
    """
    old, new = {line["no"]: line for line in before}, {line["no"]: line for line in after}
    numbers = sorted({*old, *new})
    return [LineChange(no, old.get(no), new.get(no)) for no in numbers if old.get(no) != new.get(no)]
