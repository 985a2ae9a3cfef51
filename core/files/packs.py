"""Looking into ZIP, docx and xlsx without unpacking more than we can carry."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator

from core.files.refusals import FileRefused

MOST_ENTRIES = 2_000
MOST_UNPACKED = 200 * 1024 * 1024
MOST_RATIO = 100
SMALL = 1024 * 1024
MOST_XML = 60 * 1024 * 1024
_ARCHIVES = (".zip", ".rar", ".7z", ".gz", ".tar", ".bz2", ".xz", ".docm", ".xlsm")
_PROGRAMS = (
    ".exe",
    ".dll",
    ".bat",
    ".cmd",
    ".com",
    ".scr",
    ".js",
    ".vbs",
    ".ps1",
    ".sh",
    ".msi",
    ".jar",
    ".lnk",
)
_DOCTYPE = re.compile(rb"<!(?:DOCTYPE|ENTITY)", re.IGNORECASE)
_EXTERNAL = re.compile(rb"<Relationship\b[^>]*TargetMode\s*=\s*[\"']External[\"'][^>]*>", re.IGNORECASE)
_HIDDEN = re.compile(rb"<(?:\w+:)?sheet\b[^>]*\bstate\s*=\s*[\"'](?:hidden|veryHidden)[\"'][^>]*>")
_SHEET_NAME = re.compile(rb"\bname\s*=\s*[\"']([^\"']*)[\"']")


def open_pack(data: bytes, name: str) -> zipfile.ZipFile:
    """Open an archive whose table of contents promises nothing unreasonable."""
    try:
        pack = zipfile.ZipFile(io.BytesIO(data))
        entries = pack.infolist()
    except (zipfile.BadZipFile, ValueError, NotImplementedError, OSError, RuntimeError):
        raise FileRefused("damaged", name=name) from None
    if len(entries) > MOST_ENTRIES or sum(entry.file_size for entry in entries) > MOST_UNPACKED:
        raise FileRefused("unpacks", name=name)
    for entry in entries:
        if entry.file_size > SMALL and entry.file_size > MOST_RATIO * max(entry.compress_size, 1):
            raise FileRefused("unpacks", name=name)
        if entry.flag_bits & 0x1:
            raise FileRefused("locked", name=name)
        if _is_unsafe(entry):
            raise FileRefused("structure", name=name)
    if len({entry.filename.casefold() for entry in entries}) != len(entries):
        raise FileRefused("structure", name=name)
    return pack


def _is_unsafe(entry: zipfile.ZipInfo) -> bool:
    path = entry.filename.replace("\\", "/")
    is_link = (entry.external_attr >> 16) & 0o170000 == 0o120000
    return is_link or path.startswith("/") or ".." in path.split("/") or ":" in path or "\x00" in path


def part(pack: zipfile.ZipFile, entry: zipfile.ZipInfo | str, name: str) -> bytes:
    """Read one entry, never more than it promised."""
    try:
        return pack.read(entry)
    except (zipfile.BadZipFile, KeyError, NotImplementedError, OSError, RuntimeError, EOFError, ValueError):
        raise FileRefused("damaged", name=name) from None
    except Exception as error:  # zlib.error has no public base class worth importing for
        raise FileRefused("damaged", name=name) from error


def check_zip(data: bytes, name: str) -> None:
    """A plain archive: no archive or program in it."""
    with open_pack(data, name) as pack:
        for entry in pack.infolist():
            if entry.filename.lower().endswith(_ARCHIVES):
                raise FileRefused("attached", name=name)
            if entry.filename.lower().endswith(_PROGRAMS):
                raise FileRefused("active", name=name)


def check_office(data: bytes, name: str) -> None:
    """A docx or xlsx: no macro, no entity, no template from the network, no hidden sheet, no stowaway."""
    with open_pack(data, name) as pack:
        for entry in pack.infolist():
            path = entry.filename.lower()
            if path.endswith("vbaproject.bin") or "/activex/" in path or path.endswith(_PROGRAMS):
                raise FileRefused("active", name=name)
            if "/embeddings/" in path:
                raise FileRefused("attached", name=name)
        for path, xml in _xml_parts(pack, name):
            if _DOCTYPE.search(xml) or b"\x00" in xml:
                raise FileRefused("structure", name=name)
            if path.endswith(".rels"):
                _check_links(xml, name)
            if path == "xl/workbook.xml" and (hidden := _HIDDEN.search(xml)):
                found = _SHEET_NAME.search(hidden.group())
                sheet = found.group(1).decode("utf-8", "replace") if found else ""
                raise FileRefused("hidden_sheet", name=name, sheet=sheet)


def _xml_parts(pack: zipfile.ZipFile, name: str) -> Iterator[tuple[str, bytes]]:
    entries = [
        entry for entry in pack.infolist() if entry.filename.lower().endswith((".xml", ".rels", ".vml"))
    ]
    if sum(entry.file_size for entry in entries) > MOST_XML:
        raise FileRefused("unpacks", name=name)
    for entry in entries:
        yield entry.filename, part(pack, entry, name)


def _check_links(rels: bytes, name: str) -> None:
    """Hyperlinks may point outside; templates, objects and pictures may not."""
    for link in _EXTERNAL.findall(rels):
        if not re.search(rb"/hyperlink[\"']", link, re.IGNORECASE):
            raise FileRefused("outside", name=name)
