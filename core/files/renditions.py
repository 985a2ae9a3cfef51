"""The same content without what it says about its maker: no EXIF, no author, no comment, no tracked change.

Deterministic: the same bytes in give the same bytes out.
"""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any

from core.files.office import clean_office

LONGEST_SIDE = 4_000
_KEEP_ANNOTATIONS = ("/Link", "/Widget")
_PRIVATE_KEYS = ("/Metadata", "/PieceInfo", "/LastModified", "/Thumb", "/AF")


def cleaned(data: bytes, code: str) -> bytes:
    """Derive the rendition of a checked file; text has nothing to hide and stays as it is."""
    return _CLEANERS.get(code, bytes)(data)


def _clean_jpeg(data: bytes) -> bytes:
    return _encoded(data, "JPEG", quality=88, optimize=True)


def _clean_png(data: bytes) -> bytes:
    return _encoded(data, "PNG", optimize=False)


def _clean_webp(data: bytes) -> bytes:
    return _encoded(data, "WEBP", quality=88)


def _encoded(data: bytes, form: str, **options: Any) -> bytes:
    """Decode, turn upright, shrink to what a reviewer needs, encode from the pixels alone."""
    from PIL import Image, ImageOps

    with Image.open(io.BytesIO(data), formats=(form,)) as image:
        image.draft("RGB", (LONGEST_SIDE, LONGEST_SIDE))
        upright = ImageOps.exif_transpose(image)
        upright.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
        has_alpha = form != "JPEG" and ("A" in upright.getbands() or "transparency" in upright.info)
        plain = upright.convert("RGBA" if has_alpha else "RGB")
        plain.info.clear()
        out = io.BytesIO()
        plain.save(out, form, **options)
    return out.getvalue()


def _clean_pdf(data: bytes) -> bytes:
    import pikepdf

    with pikepdf.open(io.BytesIO(data), suppress_warnings=True) as pdf:
        for key in ("/Info",):
            if key in pdf.trailer:
                del pdf.trailer[key]
        for page in pdf.pages:
            _drop_markup(page.obj)
        for obj in pdf.objects:
            if not isinstance(obj, pikepdf.Dictionary | pikepdf.Stream):
                continue
            for key in _PRIVATE_KEYS:
                if key in obj:
                    del obj[key]
            if isinstance(obj, pikepdf.Stream) and obj.get("/Filter") == pikepdf.Name.DCTDecode:
                obj.write(strip_jpeg(obj.read_raw_bytes()), filter=pikepdf.Name.DCTDecode)
        out = io.BytesIO()
        pdf.remove_unreferenced_resources()
        pdf.save(out, deterministic_id=True, object_stream_mode=pikepdf.ObjectStreamMode.generate)
    return out.getvalue()


def _drop_markup(page: Any) -> None:
    """Take comments and stamps off a page; links and form fields stay, without the name of who made them."""
    import pikepdf

    notes = page.get("/Annots")
    if not isinstance(notes, pikepdf.Array):
        return
    kept = [note for note in notes if str(note.get("/Subtype", "")) in _KEEP_ANNOTATIONS]  # type: ignore[attr-defined]
    if kept:
        page["/Annots"] = pikepdf.Array(kept)
    else:
        del page["/Annots"]


def strip_jpeg(data: bytes) -> bytes:
    """Take comments and every APPn but JFIF, ICC and Adobe's colour flag out of a JPEG, undecoded."""
    if data[:2] != b"\xff\xd8":
        return data
    out, at = bytearray(b"\xff\xd8"), 2
    while at + 4 <= len(data) and data[at] == 0xFF and data[at + 1] != 0xDA:
        marker, size = data[at + 1], int.from_bytes(data[at + 2 : at + 4], "big")
        segment = data[at : at + 2 + size]
        is_private = marker == 0xFE or 0xE1 <= marker <= 0xEF
        is_colour = (marker == 0xE2 and segment[4:15] == b"ICC_PROFILE") or marker == 0xEE
        if not is_private or is_colour:
            out += segment
        at += 2 + size
    return bytes(out + data[at:])


def strip_png(data: bytes) -> bytes:
    """Take text, time and EXIF chunks out of a PNG."""
    if data[:8] != b"\x89PNG\r\n\x1a\n":
        return data
    out, at = bytearray(data[:8]), 8
    while at + 12 <= len(data):
        size, kind = int.from_bytes(data[at : at + 4], "big"), data[at + 4 : at + 8]
        if kind not in (b"tEXt", b"zTXt", b"iTXt", b"eXIf", b"tIME"):
            out += data[at : at + 12 + size]
        at += 12 + size
        if kind == b"IEND":
            break
    return bytes(out)


def _clean_office(data: bytes) -> bytes:
    return clean_office(data, {".jpg": strip_jpeg, ".jpeg": strip_jpeg, ".png": strip_png})


_CLEANERS: dict[str, Callable[[bytes], bytes]] = {
    "jpeg": _clean_jpeg,
    "png": _clean_png,
    "webp": _clean_webp,
    "pdf": _clean_pdf,
    "docx": _clean_office,
    "xlsx": _clean_office,
}
