"""What a response says to whoever gets it: page, table, paper or archive, hidden parts too."""

from __future__ import annotations

import io
import re
import subprocess
import zipfile
from functools import lru_cache
from html import unescape
from typing import Any

LINK = re.compile(r"""(?:href|action|hx-get|src)\s*=\s*["']([^"'#][^"']*)["']""")
LARGEST = 30_000_000


def text_of(response: Any) -> str:
    """Headers and body as text; archives are opened, tables read with hidden sheets and properties."""
    told = "\n".join(f"{name}: {value}" for name, value in response.headers.items())
    body = response.content if not response.streaming else b"".join(response.streaming_content)
    return f"{told}\n{text_of_bytes(body)}"


@lru_cache(maxsize=4096)
def text_of_bytes(data: bytes) -> str:
    """The words in bytes of any kind the house hands out."""
    if data.startswith(b"%PDF"):
        return pdf_text(data)
    if data.startswith(b"PK\x03\x04"):
        return archive_text(data)
    return unescape(data.decode("utf-8", "replace"))


def pdf_text(data: bytes) -> str:
    """Words and metadata of a PDF."""
    words = subprocess.run(["pdftotext", "-q", "-", "-"], input=data, capture_output=True, check=False).stdout
    told = subprocess.run(["pdfinfo", "-"], input=data, capture_output=True, check=False).stdout
    return (words + b"\n" + told).decode("utf-8", "replace")


def archive_text(data: bytes) -> str:
    """Names and words of everything inside a ZIP; a workbook is one, all its parts are read as they are."""
    with zipfile.ZipFile(io.BytesIO(data)) as pack:
        names = pack.namelist()
        return "\n".join([*names, *(text_of_bytes(pack.read(name)) for name in names)])


def links_of(response: Any) -> list[str]:
    """The addresses a page offers, those of our own only."""
    if "html" not in response.headers.get("Content-Type", ""):
        return []
    found = (unescape(link) for link in LINK.findall(response.content.decode("utf-8", "replace")))
    return [link for link in found if link.startswith("/") and not link.startswith("//")]
