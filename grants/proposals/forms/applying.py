"""What an applicant typed, read section by section and cell by cell; nothing that was typed is lost.

An answer that breaks a rule is kept as it was typed and named in the list of what is missing. Only what a
column cannot hold (an amount that is none) is not saved; it stays on the page with a sentence beside it.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.http import QueryDict
from django.utils.translation import gettext as _

from core import money
from grants.proposals.models import BudgetLine
from grants.proposals.rules.answers import Question
from grants.proposals.rules.budget import MAX_LINES

LONGEST_ANSWER = 10_000
LONGEST = {"code": 6, "item": 80, "basis": 200, "unit": 20, "linked_activity": 80, "remark": 200}
MONEY = {"unit_price_fen": "price", "grant_fen": "grant", "own_fen": "own"}
COUNTS = {"quantity": 99_999, "times": 9_999}
CELLS = (
    "code",
    "item",
    "basis",
    "unit",
    "price",
    "quantity",
    "times",
    "grant",
    "own",
    "linked_activity",
    "remark",
)
MOST_FEN = 10**13
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")


def clean(text: str, *, lines: bool = False) -> str:
    """Return text without control characters; line ends are one kind, and only where lines are meant."""
    text = _CONTROL.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))
    return text if lines else " ".join(text.split("\n"))


def name_of(question: Question) -> str:
    """Return the name of the field of a question, clear of the names the page itself uses."""
    return f"q.{question.key}"


def read_answer(question: Question, post: QueryDict) -> Any:
    """Return an answer as it is kept: a whole number where one was asked and typed, else text."""
    if question.type == "multi":
        return [clean(one)[:80] for one in post.getlist(name_of(question)) if one]
    text = clean(post.get(name_of(question), ""), lines=question.type == "long_text")
    if question.type == "int":
        plain = unicodedata.normalize("NFKC", text).strip()
        return int(plain) if re.fullmatch(r"[0-9]{1,9}", plain, re.ASCII) else text
    return text


def read_section(questions: Iterable[Question], post: QueryDict) -> tuple[dict[str, Any], dict[str, str]]:
    """Return the answers of a section, and what cannot be kept: answers far beyond every limit."""
    data = {q.key: read_answer(q, post) for q in questions}
    faults = {}
    for key, value in data.items():
        if isinstance(value, str) and len(value) > LONGEST_ANSWER:
            says = _("这一栏有 %(length)s 字，超过系统能保存的 %(most)s 字，这一章节没有保存。请先删减。")
            faults[key] = says % {"length": len(value), "most": LONGEST_ANSWER}
    return data, faults


@dataclass
class Row:
    """A row of the budget as it stands on the page: text in every cell, and what is wrong with it."""

    place: int
    cells: dict[str, str] = field(default_factory=dict)
    faults: dict[str, str] = field(default_factory=dict)
    subtotal_fen: int = 0

    @property
    def is_empty(self) -> bool:
        """Tell whether nothing was typed; a number of times alone is nothing."""
        return not any(value.strip() for name, value in self.cells.items() if name != "times")

    def values(self) -> dict[str, Any]:
        """Return the columns of a budget line; cells that cannot be read leave a fault."""
        line: dict[str, Any] = {name: self._text(name) for name in LONGEST}
        line |= {column: self._fen(name) for column, name in MONEY.items()}
        line |= {name: self._count(name, most) for name, most in COUNTS.items()}
        line["times"] = line["times"] if self.cells.get("times", "").strip() else 1
        subtotal = (line["unit_price_fen"] or 0) * line["quantity"] * line["times"]
        if subtotal > MOST_FEN:
            self.faults["price"] = _("小计过大，请核对单价、数量和次数。")
        line["subtotal_fen"] = self.subtotal_fen = subtotal if subtotal <= MOST_FEN else 0
        line |= _shared(self.subtotal_fen, line["grant_fen"], line["own_fen"])
        line["unit_price_fen"] = line["unit_price_fen"] or 0
        return line

    def _text(self, name: str) -> str:
        text = clean(self.cells.get(name, "")).strip()
        if len(text) > LONGEST[name]:
            self.faults[name] = _("最多 %(most)s 字，现在 %(length)s 字。") % {
                "most": LONGEST[name], "length": len(text),
            }  # fmt: skip
        return text

    def _fen(self, name: str) -> int | None:
        text = self.cells.get(name, "").strip()
        if not text:
            return None
        try:
            fen = money.yuan(text)
        except money.NotMoney as wrong:
            self.faults[name] = str(wrong)
            return None
        if fen > MOST_FEN:
            self.faults[name] = _("金额过大，请核对是否多写了数字。")
            return None
        return fen

    def _count(self, name: str, most: int) -> int:
        text = unicodedata.normalize("NFKC", self.cells.get(name, "")).strip()
        if not text:
            return 0
        if re.fullmatch(r"[0-9]{1,5}", text, re.ASCII) and int(text) <= most:
            return int(text)
        self.faults[name] = _("请写 1 至 %(most)s 之间的整数，例如 12。") % {"most": most}
        return 0


def _shared(subtotal: int, grant: int | None, own: int | None) -> dict[str, int]:
    """Return grant and own money; a cell left blank takes what the other leaves of the subtotal."""
    if grant is None:
        return {"grant_fen": max(0, subtotal - (own or 0)), "own_fen": own or 0}
    return {"grant_fen": grant, "own_fen": max(0, subtotal - grant) if own is None else own}


def read_rows(post: Mapping[str, str]) -> list[Row]:
    """Return the rows of the grid as typed, empty ones included."""
    return [
        Row(no, {name: clean(post.get(f"b{no}-{name}", "")) for name in CELLS})
        for no in range(1, MAX_LINES + 1)
    ]


def lines_of(rows: Iterable[Row]) -> list[dict[str, Any]]:
    """Return the budget lines of the rows in which something was typed; faults stay with the rows."""
    return [row.values() for row in rows if not row.is_empty]


def rows_of(lines: Iterable[BudgetLine]) -> list[Row]:
    """Return the grid for a saved budget, filled up with empty rows."""
    rows = [_row(no, line) for no, line in enumerate(lines, start=1)]
    return rows + [Row(no) for no in range(len(rows) + 1, MAX_LINES + 1)]


def _row(no: int, line: BudgetLine) -> Row:
    cells = {name: getattr(line, name) for name in LONGEST}
    cells |= {name: str(getattr(line, name) or "") for name in COUNTS}
    cells["price"] = _typed(line.unit_price_fen) if line.unit_price_fen else ""
    has_sum = bool(line.subtotal_fen or line.grant_fen or line.own_fen)
    cells |= {"grant": _typed(line.grant_fen), "own": _typed(line.own_fen)} if has_sum else {}
    return Row(no, cells, subtotal_fen=line.subtotal_fen)


def _typed(fen: int) -> str:
    """Fen as one types them: no separators, no cents where there are none."""
    return f"{fen // 100}.{fen % 100:02d}".removesuffix(".00")
