"""Spreadsheets in and out. The only importer of openpyxl, and only when a sheet is read or written.

Out: no cell is ever a formula, whatever people typed; numbers stay numbers. In: the file is inspected first,
rows are read by a column list, and every fault is told with its row.
"""

from __future__ import annotations

import csv
import io
import re
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from core.columns import (
    DATE,
    DATETIME,
    DECIMAL,
    INT,
    YUAN,
    CellRefused,
    Column,
    Formula,
    Parsed,
    RowError,
    find_header,
    read_rows,
)
from core.files.inspection import inspect
from core.words import N_

__all__ = ["Column", "Parsed", "RowError", "Sheet", "read_csv", "read_xlsx", "write_csv", "write_xlsx"]

DANGEROUS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
MOST_BYTES = 20 * 1024 * 1024
MOST_ROWS = 20_000
MOST_COLUMNS = 200
HEADER_WITHIN = 10
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\ud800-\udfff]")
_FORMATS = {
    YUAN: "#,##0.00",
    INT: "#,##0",
    DECIMAL: "0.00##",
    DATE: "yyyy-mm-dd",
    DATETIME: "yyyy-mm-dd hh:mm",
}
_WIDTHS = {YUAN: 16, INT: 10, DECIMAL: 10, DATE: 12, DATETIME: 18}
_EPOCH = (1980, 1, 1, 0, 0, 0)
_CORE = (
    b'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n<cp:coreProperties xmlns:cp="http://schemas.'
    b'openxmlformats.org/package/2006/metadata/core-properties"/>'
)


@dataclass
class Sheet:
    """A sheet to write: rows are mappings by column key, or sequences in column order."""

    title: str
    columns: Sequence[Column]
    rows: Iterable[Mapping[str, Any] | Sequence[Any]]


def write_xlsx(sheets: Sequence[Sheet]) -> bytes:
    """Write sheets with a frozen, bold header; the same rows give the same bytes, and no author is named."""
    from openpyxl import Workbook

    book = Workbook(write_only=True)
    taken: set[str] = set()
    for sheet in sheets:
        _write_sheet(book.create_sheet(_sheet_title(sheet.title, taken)), sheet)
    out = io.BytesIO()
    book.save(out)
    return _settled(out.getvalue())


def _write_sheet(page: Any, sheet: Sheet) -> None:
    from openpyxl.cell import WriteOnlyCell
    from openpyxl.styles import Alignment, Font, PatternFill
    from openpyxl.utils import get_column_letter

    page.freeze_panes = "A2"
    for number, column in enumerate(sheet.columns, 1):
        width = column.width or _WIDTHS.get(column.kind) or max(12, 2 * len(str(column.title)) + 4)
        page.column_dimensions[get_column_letter(number)].width = width
    titles = []
    for column in sheet.columns:
        cell = _cell(page, WriteOnlyCell, str(column.title), "text")
        cell.font, cell.fill = Font(bold=True), PatternFill("solid", fgColor="E3EEF0")
        cell.alignment = Alignment(wrap_text=True, vertical="center")
        titles.append(cell)
    page.append(titles)
    for row in sheet.rows:
        values = [row.get(c.key) for c in sheet.columns] if isinstance(row, Mapping) else list(row)
        kinds = [column.kind for column in sheet.columns]
        page.append([_cell(page, WriteOnlyCell, v, k) for v, k in zip(values, kinds, strict=True)])


def _cell(page: Any, make: Any, value: Any, kind: str) -> Any:
    """A cell that is a number, a date or a string, and never a formula."""
    if value is None or value == "":
        return make(page, value=None)
    if isinstance(value, bool):
        value = "是" if value else "否"
    if isinstance(value, int | Decimal | float):
        cell = make(page, value=Decimal(value) / 100 if kind == YUAN else value)
        cell.number_format = _FORMATS.get(kind, "General")
        return cell
    if isinstance(value, date):
        cell = make(page, value=_local(value))
        cell.number_format = _FORMATS[DATETIME if isinstance(value, datetime) else DATE]
        return cell
    text = _CONTROL.sub("\ufffd", str(value))[:32_000]
    cell = make(page, value="")
    cell._value, cell.data_type = text, "s"
    if text.startswith(DANGEROUS):
        cell.quotePrefix = True
    return cell


def _local(value: date) -> date:
    """Excel knows no time zones: an instant is written as the wall clock of Shanghai."""
    if isinstance(value, datetime) and value.tzinfo is not None:
        from core.clock import local

        return local(value).replace(tzinfo=None)
    return value


def _sheet_title(title: str, taken: set[str]) -> str:
    plain = re.sub(r"[\[\]:*?/\\'\x00-\x1f]", " ", str(title)).strip()[:28] or "表"
    name, number = plain, 2
    while name.casefold() in taken:
        name, number = f"{plain[:25]} {number}", number + 1
    taken.add(name.casefold())
    return name


def _settled(data: bytes) -> bytes:
    """Take the clock out of a written workbook."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(out, "w") as new:
        for entry in old.infolist():
            slot = zipfile.ZipInfo(entry.filename, _EPOCH)
            slot.compress_type = zipfile.ZIP_DEFLATED
            new.writestr(slot, _CORE if entry.filename == "docProps/core.xml" else old.read(entry))
    return out.getvalue()


def read_xlsx(data: bytes, columns: Sequence[Column], *, most_rows: int = MOST_ROWS) -> Parsed:
    """Read the first sheet that has the titles; FileRefused for a file that is no honest workbook."""
    inspect(data, filename="表格.xlsx", accepts=("xlsx",), max_bytes=MOST_BYTES)
    from openpyxl import load_workbook

    try:
        book = load_workbook(io.BytesIO(data), read_only=True, keep_links=False)
    except (KeyError, ValueError, TypeError, AttributeError, OSError, zipfile.BadZipFile):
        return Parsed(errors=[RowError(0, "", N_("这个工作簿打不开，请用 Excel 或 WPS 重新另存一份。"))])
    try:
        return _read_lines(_book_lines(book, most_rows), columns, most_rows)
    finally:
        book.close()


def _book_lines(book: Any, most_rows: int) -> list[list[Any]]:
    lines: list[list[Any]] = []
    page = book.worksheets[0]
    page.reset_dimensions()
    for cells in page.iter_rows(max_row=most_rows + HEADER_WITHIN + 1, max_col=MOST_COLUMNS):
        lines.append([Formula() if cell.data_type == "f" else cell.value for cell in cells])
    return lines


def read_csv(data: bytes, columns: Sequence[Column], *, most_rows: int = MOST_ROWS) -> Parsed:
    """Read comma-separated text in UTF-8 or GB 18030, as banks and ministries send it."""
    inspect(data, filename="表格.csv", accepts=("csv",), max_bytes=MOST_BYTES)
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = data.decode("gb18030")
    lines: list[list[Any]] = [[cell.strip("\t ") for cell in line] for line in csv.reader(io.StringIO(text))]
    return _read_lines(lines, columns, most_rows)


def _read_lines(lines: list[list[Any]], columns: Sequence[Column], most_rows: int) -> Parsed:
    try:
        index, places, ignored = find_header(lines[:HEADER_WITHIN], columns)
    except CellRefused as refusal:
        return Parsed(errors=[RowError(0, "", refusal.says, refusal.params)])
    body = [(number, line) for number, line in enumerate(lines[index + 1 :], index + 2) if _has_content(line)]
    if len(body) > most_rows:
        told = RowError(0, "", N_("一次最多读入 {most} 行，请拆成几个文件。"), {"most": most_rows})
        return Parsed(errors=[told])
    return read_rows(body, places, Parsed(ignored=ignored))


def _has_content(line: Sequence[Any]) -> bool:
    return any(cell is not None and str(cell).strip() for cell in line)


def write_csv(columns: Sequence[Column], rows: Iterable[Mapping[str, Any]]) -> bytes:
    """Comma-separated text for Excel (UTF-8 with mark); text that looks like a formula gets an apostrophe."""
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow([str(column.title) for column in columns])
    for row in rows:
        writer.writerow([_csv_text(row.get(column.key), column.kind) for column in columns])
    return b"\xef\xbb\xbf" + out.getvalue().encode()


def _csv_text(value: Any, kind: str) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, int | Decimal | float):
        return f"{Decimal(value) / 100:.2f}" if kind == YUAN else str(value)
    if isinstance(value, datetime):
        return f"{_local(value):%Y-%m-%d %H:%M:%S}"
    if isinstance(value, date):
        return value.isoformat()
    text = str(value).replace("\x00", "\ufffd")
    return f"'{text}" if text.startswith(DANGEROUS) else text
