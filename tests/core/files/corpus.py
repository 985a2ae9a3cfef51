"""A corpus of files made on the spot, and the people who handle them."""

import io
import struct
import zipfile
import zlib
from datetime import UTC, datetime

from core.files.purposes import Purpose, register_purpose
from core.policy import Actor, Grant, Role

NOW = datetime(2026, 11, 24, 2, 0, tzinfo=UTC)
CLERK = Actor(user_id=11, person_id=11, grants=(Grant(role=Role.CLERK),))
STRANGER = Actor(user_id=99, person_id=99, grants=(Grant(role=Role.APPLICANT_ADMIN),))
EVERYTHING = ("pdf", "jpeg", "png", "webp", "docx", "xlsx", "zip", "csv", "json")
CANARY = "金丝雀王小明"

register_purpose(Purpose("test.paper", "calendar.confirm", accepts=EVERYTHING, max_bytes=20 * 1024 * 1024))
register_purpose(Purpose("test.scan", "calendar.confirm", accepts=("pdf",), max_bytes=1024 * 1024))
register_purpose(Purpose("test.poster", "", accepts=("png",), klass="public"))


def picture(form="JPEG", size=(60, 40), **options):
    from PIL import Image

    out = io.BytesIO()
    Image.linear_gradient("L").resize(size).convert("RGB").save(out, form, **options)
    return out.getvalue()


def photo_with_gps():
    from PIL import Image

    exif = Image.Exif()
    exif[0x010E] = CANARY.encode().decode("latin-1")
    exif[0x0112] = 6
    exif.get_ifd(0x8825)[1] = "N"
    exif.get_ifd(0x8825)[2] = (30.0, 33.0, 1.0)
    return picture(exif=exif, comment=b"canary-comment")


def bomb_png(side=30_000):
    def chunk(kind, body):
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    head = struct.pack(">IIBBBBB", side, side, 1, 0, 0, 0, 0)
    rows = zlib.compress(b"\x00" * (side // 8 + 1) * side, 9)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


def paper(pages=1, change=None, **save):
    import pikepdf

    pdf = pikepdf.new()
    for _ in range(pages):
        pdf.add_blank_page()
    if change:
        change(pdf)
    out = io.BytesIO()
    pdf.save(out, **save)
    return out.getvalue()


def pack(entries, **kwargs):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in entries.items():
            archive.writestr(name, content)
    return out.getvalue()


W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
RUN = "<w:p><w:r><w:t>正文</w:t></w:r></w:p>"


def word(**more):
    entries = {
        "[Content_Types].xml": "<Types/>",
        "_rels/.rels": "<Relationships/>",
        "word/document.xml": f"<w:document {W}><w:body>{RUN}</w:body></w:document>",
    }
    return pack({**entries, **more})


def workbook(**more):
    entries = {
        "[Content_Types].xml": "<Types/>",
        "xl/workbook.xml": '<workbook><sheets><sheet name="表" sheetId="1"/></sheets></workbook>',
    }
    return pack({**entries, **more})
