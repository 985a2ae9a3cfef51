"""Columns of a table that people fill in: what each may hold, and what to say when it does not."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from core.money import NotMoney, yuan
from core.words import N_, sentence

TEXT, INT, YUAN, DECIMAL, DATE, DATETIME, BOOL = "text", "int", "yuan", "decimal", "date", "datetime", "bool"
KINDS = (TEXT, INT, YUAN, DECIMAL, DATE, DATETIME, BOOL)
_DATE = re.compile(r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?")
_YES, _NO = ("是", "有", "y", "yes", "true", "1"), ("否", "无", "n", "no", "false", "0")

REQUIRED = N_("不能为空。")
TOO_LONG = N_("最多 {most} 个字，现在是 {now} 个。")
NOT_INT = N_("请写整数，例如 12。")
NOT_DECIMAL = N_("请写数字，例如 12.5。")
NOT_DATE = N_("请写日期，例如 2026-03-01。")
NOT_BOOL = N_("请写“是”或“否”。")
NOT_A_CHOICE = N_("只能写：{choices}。")
LOST_DIGITS = N_("这一格是数字格式，后几位已经丢失。请先把这一列设为“文本”格式，再重新填写。")
FORMULA = N_("这一格是公式。请把结果“粘贴为数值”后再上传。")
ERROR_VALUE = N_("这一格是错误值（{value}），请更正。")


@dataclass(frozen=True)
class Column:
    """One column: its key in the program, its title on the sheet, and what may stand in it.

    `choices` maps what people write to what the program keeps. A "yuan" column is fen in the program.
    """

    key: str
    title: str
    kind: str = TEXT
    required: bool = False
    choices: Mapping[str, Any] = field(default_factory=dict)
    max_length: int = 2_000
    width: int = 0

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise ValueError(f"column {self.key}: kind is one of {', '.join(KINDS)}")


@dataclass(frozen=True)
class RowError:
    """What is wrong in one cell (row 0: with the table as a whole)."""

    row: int
    column: str
    says: str
    params: Mapping[str, object] = field(default_factory=dict)

    def __str__(self) -> str:
        told = sentence(self.says, self.params)
        if not self.row:
            return told
        where = {"row": self.row, "column": self.column, "told": told}
        return sentence(
            N_("第 {row} 行“{column}”：{told}") if self.column else N_("第 {row} 行：{told}"), where
        )


class Formula:
    """Stands in the cell where a formula stood; its cached value is not believed."""

    def __str__(self) -> str:
        return "="


class CellRefused(ValueError):
    """A cell does not hold what its column needs."""

    def __init__(self, says: str, **params: object) -> None:
        super().__init__(says)
        self.says, self.params = says, params


@dataclass
class Parsed:
    """What was read: rows by key with their row numbers under "_row", and everything that was wrong."""

    rows: list[dict[str, Any]] = field(default_factory=list)
    errors: list[RowError] = field(default_factory=list)
    ignored: list[str] = field(default_factory=list)

    @property
    def is_clean(self) -> bool:
        return not self.errors


def heading(text: object) -> str:
    """A title as it is compared: no spaces, no marks of a required field, full-width forms folded."""
    plain = unicodedata.normalize("NFKC", str(text or ""))
    return "".join(c for c in plain if not c.isspace() and c not in "*＊:").casefold()


def find_header(
    lines: Sequence[Sequence[Any]], columns: Sequence[Column]
) -> tuple[int, dict[int, Column], list[str]]:
    """Where the titles stand: line index, column by position, titles nobody asked for.

    Raises CellRefused naming the titles that are missing or stand there twice.
    """
    wanted = {heading(column.title): column for column in columns}
    best: tuple[int, dict[int, Column], list[str]] = (-1, {}, [])
    for index, line in enumerate(lines):
        found = {at: wanted[heading(cell)] for at, cell in enumerate(line) if heading(cell) in wanted}
        if len(found) > len(best[1]):
            spare = [str(cell) for cell in line if heading(cell) and heading(cell) not in wanted]
            best = (index, found, spare)
    titles = [column.title for column in best[1].values()]
    if twice := sorted({title for title in titles if titles.count(title) > 1}):
        raise CellRefused(N_("这些列出现了两次：{titles}。"), titles=twice)
    if missing := [column.title for column in columns if column.required and column.title not in titles]:
        raise CellRefused(N_("表头中缺少这些列：{titles}。请使用下载的模板。"), titles=missing)
    return best


def read_rows(
    lines: Iterable[tuple[int, Sequence[Any]]], places: Mapping[int, Column], parsed: Parsed
) -> Parsed:
    """Read numbered lines below the header into `parsed`; a line with nothing in it is passed over."""
    for number, cells in lines:
        if all(cell is None or str(cell).strip() == "" for cell in cells):
            continue
        row: dict[str, Any] = {"_row": number}
        for at, column in places.items():
            try:
                row[column.key] = cell_value(cells[at] if at < len(cells) else None, column)
            except CellRefused as refusal:
                parsed.errors.append(RowError(number, column.title, refusal.says, refusal.params))
        parsed.rows.append(row)
    return parsed


def cell_value(cell: Any, column: Column) -> Any:
    """What a cell means in its column; raises CellRefused with what to write instead."""
    text = cell_text(cell)
    if text == "":
        if column.required:
            raise CellRefused(REQUIRED)
        return "" if column.kind == TEXT and not column.choices else None
    if text.startswith("#") and isinstance(cell, str) and text.endswith(("!", "?", "/A")):
        raise CellRefused(ERROR_VALUE, value=text)
    if column.choices:
        return _choice(text, column)
    return _READERS[column.kind](cell, text, column)


def cell_text(cell: Any) -> str:
    """A cell as the person sees it: 13812341234.0 is 13812341234, a date is written with hyphens."""
    if cell is None:
        return ""
    if isinstance(cell, Formula):
        raise CellRefused(FORMULA)
    if isinstance(cell, bool):
        return "是" if cell else "否"
    if isinstance(cell, float):
        if abs(cell) >= 1e15:
            raise CellRefused(LOST_DIGITS)
        return str(int(cell)) if cell.is_integer() else format(Decimal(repr(cell)), "f")
    if isinstance(cell, int) and abs(cell) >= 10**15:
        raise CellRefused(LOST_DIGITS)
    if isinstance(cell, datetime):
        has_time = (cell.hour, cell.minute, cell.second) != (0, 0, 0)
        return f"{cell:%Y-%m-%d %H:%M:%S}" if has_time else f"{cell:%Y-%m-%d}"
    return unicodedata.normalize("NFC", str(cell)).replace("\u00a0", " ").strip()


def _choice(text: str, column: Column) -> Any:
    known = {heading(label): value for label, value in column.choices.items()}
    if heading(text) not in known:
        raise CellRefused(NOT_A_CHOICE, choices=list(column.choices))
    return known[heading(text)]


def _read_text(cell: Any, text: str, column: Column) -> str:
    if len(text) > column.max_length:
        raise CellRefused(TOO_LONG, most=column.max_length, now=len(text))
    return text


def _read_int(cell: Any, text: str, column: Column) -> int:
    if not re.fullmatch(r"-?[0-9]{1,15}", text):
        raise CellRefused(NOT_INT)
    return int(text)


def _read_yuan(cell: Any, text: str, column: Column) -> int:
    try:
        return yuan(text)
    except NotMoney as refusal:
        raise CellRefused(refusal.says, typed=refusal.typed, write=refusal.write) from None


def _read_decimal(cell: Any, text: str, column: Column) -> Decimal:
    try:
        if not re.fullmatch(r"-?[0-9]{1,15}(\.[0-9]{1,10})?", text):
            raise InvalidOperation
        return Decimal(text)
    except InvalidOperation:
        raise CellRefused(NOT_DECIMAL) from None


def _read_date(cell: Any, text: str, column: Column) -> date:
    if isinstance(cell, datetime):
        return cell.date()
    found = _DATE.fullmatch(text.split(" ")[0])
    try:
        if found is None:
            raise ValueError(text)
        return date(int(found[1]), int(found[2]), int(found[3]))
    except ValueError:
        raise CellRefused(NOT_DATE) from None


def _read_bool(cell: Any, text: str, column: Column) -> bool:
    if text.casefold() in _YES:
        return True
    if text.casefold() in _NO:
        return False
    raise CellRefused(NOT_BOOL)


_READERS: dict[str, Callable[[Any, str, Column], Any]] = {
    TEXT: _read_text,
    INT: _read_int,
    YUAN: _read_yuan,
    DECIMAL: _read_decimal,
    DATE: _read_date,
    DATETIME: _read_date,
    BOOL: _read_bool,
}
