"""HTML in, PDF/A-3b out. The only importer of WeasyPrint, and only when something is rendered.

The fetcher denies everything but `data:` and `static:` (our own static files): a document can neither reach
the network nor embed a file of the server. The same input gives the same bytes.
"""

from __future__ import annotations

import ctypes
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

TIME_LIMIT = 20.0
MOST_HTML = 20 * 1024 * 1024
STATIC = "static:"
_one_at_a_time = threading.Lock()


class RenderFailed(RuntimeError):
    """The document could not be rendered; says why without quoting it."""


class TookTooLong(BaseException):
    """Raised inside the rendering thread; BaseException, because WeasyPrint swallows Exceptions."""


def render_html(
    html: str,
    *,
    title: str,
    lang: str = "zh-CN",
    created: datetime | None = None,
    time_limit: float = TIME_LIMIT,
) -> bytes:
    """Render a whole HTML document; `title` and `created` are all the metadata it carries.

    One render at a time in a process (memory); RenderFailed after `time_limit` seconds.
    """
    if len(html) > MOST_HTML:
        raise RenderFailed(f"the document is larger than {MOST_HTML} characters")
    with _one_at_a_time:
        try:
            with _at_most(time_limit):
                return _render(html, title, lang, created)
        except TookTooLong:
            raise RenderFailed(f"rendering took more than {time_limit:g} seconds") from None


def _render(html: str, title: str, lang: str, created: datetime | None) -> bytes:
    from weasyprint import HTML

    document = HTML(string=html, url_fetcher=_fetcher()).render()
    meta = document.metadata
    meta.title, meta.lang, meta.authors, meta.keywords, meta.generator = title, lang, [], [], None
    meta.description = meta.modified = None
    meta.custom, meta.attachments = {}, []
    meta.created = f"{created.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}" if created else None
    return bytes(document.write_pdf(pdf_variant="pdf/a-3b"))


@cache
def _fetcher() -> Any:
    """The fetcher that knows two schemes; made late, because its base class is WeasyPrint's."""
    from weasyprint.urls import URLFetcher, URLFetcherResponse

    class OwnFilesOnly(URLFetcher):
        """Denies the network and the file system."""

        def fetch(self, url: str, headers: Any = None) -> Any:
            if url.startswith(STATIC):
                path = static_file(url.removeprefix(STATIC))
                kind = _MEDIA_TYPES.get(path.suffix.lower())
                if kind is None:
                    raise ValueError("a document embeds no file of this type")
                return URLFetcherResponse(url, path.read_bytes(), {"Content-Type": kind})
            if not url.lower().startswith("data:"):
                raise ValueError("a document fetches nothing from outside")
            return super().fetch(url, headers)

    return OwnFilesOnly(allowed_protocols=["data"], allow_redirects=False)


_MEDIA_TYPES = {
    ".css": "text/css; charset=utf-8",
    ".png": "image/png",
    ".jpg": "image/jpeg",
    ".svg": "image/svg+xml",
    ".woff2": "font/woff2",
    ".otf": "font/otf",
    ".ttf": "font/ttf",
}


def static_file(name: str) -> Path:
    """One of our static files by its name; ValueError for anything else."""
    from django.contrib.staticfiles import finders
    from django.core.exceptions import SuspiciousFileOperation

    try:
        found = finders.find(name)
    except SuspiciousFileOperation:
        found = None
    if not found or not isinstance(found, str) or not Path(found).is_file():
        raise ValueError("a document embeds only our own static files")
    return Path(found)


@contextmanager
def _at_most(seconds: float) -> Iterator[None]:
    """Raise TookTooLong inside this thread after so many seconds, in whichever thread that is.

    One blow may be lost (an exception inside a callback of the text library is swallowed there), so the
    blows go on until this block is left; none of them arrives later.
    """
    watch = _Watch(threading.get_ident(), seconds)
    watch.start()
    try:
        yield
    finally:
        while not watch.is_over:
            try:
                watch.call_off()
            except TookTooLong:  # the blow that was on its way
                continue
        watch.ended.set()


class _Watch(threading.Thread):
    """Strikes a thread again and again, from the end of its time until it is called off."""

    def __init__(self, target: int, seconds: float) -> None:
        super().__init__(daemon=True)
        self.target, self.seconds = ctypes.c_ulong(target), seconds
        self.guard, self.is_over, self.ended = threading.Lock(), False, threading.Event()

    def run(self) -> None:
        pause = self.seconds
        while not self.ended.wait(pause):
            pause = 0.25
            with self.guard:
                if not self.is_over:
                    self._throw(ctypes.py_object(TookTooLong))

    def call_off(self) -> None:
        """No blow after this; one that was not felt yet is taken back."""
        with self.guard:
            self.is_over = True
            self._throw(None)

    def _throw(self, blow: Any) -> None:
        ctypes.pythonapi.PyThreadState_SetAsyncExc(self.target, blow)
