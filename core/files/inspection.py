"""What a file must be before we keep it: its real type, its size on disk and unpacked, and nothing active."""

from __future__ import annotations

import io
import re
import unicodedata
import warnings
import zlib
from collections.abc import Sequence
from pathlib import PurePosixPath
from typing import Any

from django.utils.translation import gettext_lazy as _

from core.files.kinds import KINDS, PNG, Kind, real_kind
from core.files.packs import check_office, check_zip
from core.files.refusals import FileRefused, size_text

MOST_PIXELS = {"jpeg": 64_000_000, "png": 25_000_000, "webp": 25_000_000}
LONGEST_SIDE = 20_000
MOST_PAGES = 500
MOST_OBJECTS = 200_000
MOST_OBJECT_STREAMS = 64 * 1024 * 1024
_HEX_NAME = re.compile(rb"#([0-9A-Fa-f]{2})")
_STREAM = re.compile(rb"stream\r?\n")
_ACTIVE = ("/JS", "/JavaScript", "/RichMedia", "/XFA")
_ACTIONS = ("/JavaScript", "/Launch", "/ImportData", "/SubmitForm", "/GoToE")


def inspect(data: bytes, *, filename: str, accepts: Sequence[str], max_bytes: int) -> tuple[Kind, str]:
    """Return the real type and the name to keep; raises FileRefused with a sentence for the person."""
    name = clean_name(filename)
    if not data:
        raise FileRefused("empty", name=name)
    if len(data) > max_bytes:
        raise FileRefused("too_big", name=name, size=size_text(len(data)), limit=size_text(max_bytes))
    kind = real_kind(data, name)
    if kind is None or kind.code not in accepts:
        words = "、".join(KINDS[code].words for code in accepts)
        raise FileRefused("wrong_type", name=name, accepts=words)
    _CHECKS[kind.code](data, name)
    return kind, named(name, kind)


def clean_name(filename: str) -> str:
    """The last part of a path without control, direction or reserved characters, at most 100 long."""
    text = unicodedata.normalize("NFC", filename).replace("\\", "/")
    text = PurePosixPath(text).name if text.strip("/. ") else ""
    text = "".join(c for c in text if unicodedata.category(c)[0] != "C" and c not in '<>:"|?*%')
    text = text.strip(" .")
    if not text:
        raise FileRefused("no_name")
    stem, dot, extension = text.rpartition(".")
    if dot and stem and len(extension) <= 8:
        return f"{stem[: 99 - len(extension)]}.{extension}"
    return text[:100]


def named(name: str, kind: Kind) -> str:
    """The name with the extension of what the file really is."""
    stem, dot, extension = name.rpartition(".")
    if dot and f".{extension.lower()}" in kind.extensions:
        return name
    return f"{stem if dot and len(extension) <= 5 else name}{kind.extension}"


def _check_image(data: bytes, name: str) -> None:
    from PIL import Image, ImageFile, UnidentifiedImageError

    ImageFile.LOAD_TRUNCATED_IMAGES = False  # WeasyPrint sets it for the whole process when it is imported
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            with Image.open(io.BytesIO(data), formats=("JPEG", "PNG", "WEBP")) as image:
                width, height = image.size
                code = (image.format or "").lower()
                if width * height > MOST_PIXELS[code] or max(width, height) > LONGEST_SIDE:
                    raise FileRefused("pixels", name=name, size=f"{width}×{height}")
                if getattr(image, "n_frames", 1) > 1:
                    raise FileRefused("structure", name=name)
                if code == PNG.code:
                    image.verify()
                else:
                    image.draft("RGB", (max(1, width // 8), max(1, height // 8)))
                    image.load()
    except Image.DecompressionBombError:
        raise FileRefused("pixels", name=name, size=_("一亿像素以上")) from None
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError, KeyError):
        raise FileRefused("damaged", name=name) from None


def _check_pdf(data: bytes, name: str) -> None:
    import pikepdf

    _bound_object_streams(data, name)
    try:
        with pikepdf.open(io.BytesIO(data), suppress_warnings=True) as pdf:
            if pdf.is_encrypted:
                raise FileRefused("locked", name=name)
            pages = len(pdf.pages)
            if pages > MOST_PAGES:
                raise FileRefused("pages", name=name, pages=pages, limit=MOST_PAGES)
            if pages == 0 or len(pdf.objects) > MOST_OBJECTS:
                raise FileRefused("structure", name=name)
            for obj in pdf.objects:
                _check_object(obj, name)
    except pikepdf.PasswordError:
        raise FileRefused("locked", name=name) from None
    except (pikepdf.PdfError, ValueError, RecursionError, RuntimeError):
        raise FileRefused("damaged", name=name) from None


def _check_object(obj: Any, name: str, depth: int = 0) -> None:
    import pikepdf

    if depth > 30:
        raise FileRefused("structure", name=name)
    if isinstance(obj, pikepdf.Array):
        children = list(obj)  # type: ignore[call-overload]
    elif isinstance(obj, pikepdf.Dictionary | pikepdf.Stream):
        _check_keys(obj, name)
        children = [value for _, value in obj.items()]
    else:
        return
    for child in children:
        if isinstance(child, pikepdf.Object) and not child.is_indirect:
            _check_object(child, name, depth + 1)


def _check_keys(obj: Any, name: str) -> None:
    keys = set(obj.keys())
    if keys.intersection(_ACTIVE) or str(obj.get("/S", "")) in _ACTIONS:
        raise FileRefused("active", name=name)
    if "/EmbeddedFiles" in keys or str(obj.get("/Type", "")) == "/EmbeddedFile" or "/EF" in keys:
        raise FileRefused("attached", name=name)


def _bound_object_streams(data: bytes, name: str) -> None:
    """Object streams are inflated whole when a PDF is opened: make sure beforehand that they are small."""
    left = MOST_OBJECT_STREAMS
    for found in _STREAM.finditer(data):
        head = data[max(0, found.start() - 600) : found.start()]
        head = _HEX_NAME.sub(lambda m: bytes([int(m.group(1), 16)]), head[head.rfind(b"obj") + 3 :])
        if b"/ObjStm" not in head and b"/XRef" not in head:
            continue
        if b"/FlateDecode" in head or b"/Fl" in head:
            left -= _inflated(data[found.end() :], left)
            if left <= 0:
                raise FileRefused("unpacks", name=name)
        elif b"/Filter" in head:
            raise FileRefused("structure", name=name)


def _inflated(data: bytes, most: int) -> int:
    try:
        return len(zlib.decompressobj().decompress(data, most + 1))
    except zlib.error:
        return 0


def _accept(data: bytes, name: str) -> None:
    """Text has no inside to look at; what it is was told by reading it."""


_CHECKS = {
    "pdf": _check_pdf,
    "jpeg": _check_image,
    "png": _check_image,
    "webp": _check_image,
    "docx": check_office,
    "xlsx": check_office,
    "zip": check_zip,
    "csv": _accept,
    "json": _accept,
}
