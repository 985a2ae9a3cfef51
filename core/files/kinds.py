"""The list of file types that exist for us, told from the bytes and never from the name."""

from __future__ import annotations

import io
import zipfile
from dataclasses import dataclass

import puremagic

from core.files.refusals import FileRefused


@dataclass(frozen=True)
class Kind:
    """A type we accept somewhere: code, extension, media type, and the words for it."""

    code: str
    media_type: str
    words: str
    extensions: tuple[str, ...]

    @property
    def extension(self) -> str:
        return self.extensions[0]


_OFFICE = "application/vnd.openxmlformats-officedocument."
PDF = Kind("pdf", "application/pdf", "PDF", (".pdf",))
JPEG = Kind("jpeg", "image/jpeg", "JPG", (".jpg", ".jpeg", ".jpe", ".jfif"))
PNG = Kind("png", "image/png", "PNG", (".png",))
WEBP = Kind("webp", "image/webp", "WebP", (".webp",))
DOCX = Kind("docx", _OFFICE + "wordprocessingml.document", "Word（docx）", (".docx",))
XLSX = Kind("xlsx", _OFFICE + "spreadsheetml.sheet", "Excel（xlsx）", (".xlsx",))
ZIP = Kind("zip", "application/zip", "ZIP", (".zip",))
CSV = Kind("csv", "text/csv", "CSV", (".csv", ".txt"))
JSON = Kind("json", "application/json", "JSON", (".json",))
KINDS = {kind.code: kind for kind in (PDF, JPEG, PNG, WEBP, DOCX, XLSX, ZIP, CSV, JSON)}
IMAGES = ("jpeg", "png", "webp")
PAPERS = ("pdf", *IMAGES)
OFFICE = ("docx", "xlsx")

_SIGNATURES = ((b"%PDF-", PDF), (b"\xff\xd8\xff", JPEG), (b"\x89PNG\r\n\x1a\n", PNG))
_PROGRAMS = (b"MZ", b"\x7fELF", b"#!", b"\xca\xfe\xba\xbe", b"\xcf\xfa\xed\xfe", b"dex\n")
_MARKUP = (b"<!doctype html", b"<html", b"<script", b"<body", b"<iframe", b"<?php")


def real_kind(data: bytes, name: str) -> Kind | None:
    """What the bytes are, if it is on our list; raises FileRefused for what can be named and never is."""
    for signature, kind in _SIGNATURES:
        if data.startswith(signature):
            return kind if _seconded(data, kind) else None
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return WEBP
    if data.startswith(b"PK\x03\x04"):
        return _packed(data, name)
    _refuse_named(data, name)
    return _text(data) if _is_unsigned(data) else None


def _seconded(data: bytes, kind: Kind) -> bool:
    """Does puremagic agree? It knows far more signatures than we do."""
    try:
        return any(match.extension in kind.extensions for match in puremagic.magic_string(data))
    except puremagic.PureError:
        return False


def _is_unsigned(data: bytes) -> bool:
    """Text carries no signature of anything else, at its beginning or shortly after."""
    text = data.removeprefix(b"\xef\xbb\xbf")
    if not text or b"%PDF-" in text[:4096]:
        return False
    try:
        return all(match.extension in (".txt", ".csv", ".json") for match in puremagic.magic_string(text))
    except puremagic.PureError:
        return True


def _packed(data: bytes, name: str) -> Kind:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as pack:
            names = set(pack.namelist())
    except (zipfile.BadZipFile, ValueError, NotImplementedError, OSError, RuntimeError):
        raise FileRefused("damaged", name=name) from None
    if "[Content_Types].xml" in names:
        if "word/document.xml" in names:
            return DOCX
        if "xl/workbook.xml" in names:
            return XLSX
    return ZIP


def _refuse_named(data: bytes, name: str) -> None:
    head = data[:4096].lstrip(b"\xef\xbb\xbf \t\r\n\x00").lower()
    if data.startswith(_PROGRAMS):
        raise FileRefused("program", name=name)
    if data.startswith(b"\xd0\xcf\x11\xe0"):
        raise FileRefused("old_office", name=name)
    if data[4:12] in (b"ftypheic", b"ftypheix", b"ftypmif1", b"ftypheim", b"ftypmsf1"):
        raise FileRefused("heic", name=name)
    if b"<svg" in head:
        raise FileRefused("svg", name=name)
    if head.startswith(_MARKUP) or b"<html" in head or b"<script" in head:
        raise FileRefused("html", name=name)


def _text(data: bytes) -> Kind | None:
    """Plain text in UTF-8 or GB 18030 without control characters; markup is not plain."""
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        head = text.lstrip()[:1]
        if head == "<" or any(ord(c) < 32 and c not in "\t\r\n" for c in text):
            return None
        return JSON if head in ("{", "[") else CSV
    return None
