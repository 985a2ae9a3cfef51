"""Pressing buttons over HTTP: a browser without scripts that fills in the form a page shows."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from html.parser import HTMLParser
from typing import Any

import time_machine
from django.test import Client
from openpyxl import load_workbook
from PIL import Image


@contextmanager
def at(moment: datetime) -> Iterator[None]:
    """Let the pages believe that it is a certain moment."""
    with time_machine.travel(moment, tick=False):
        yield


class Forms(HTMLParser):
    """The forms of a page: address -> names and values, as a browser would send them untouched."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.found: dict[str, dict[str, str]] = {}
        self._here: dict[str, str] | None = None
        self._select = self._area = ""
        self.feed(html)

    def handle_starttag(self, tag: str, attributes: Any) -> None:
        given = {name: value or "" for name, value in attributes}
        if tag == "form":
            self._here = self.found.setdefault(given.get("action", ""), {})
        if self._here is None:
            return
        if tag == "input" and given.get("name") and given.get("type") not in ("file", "submit"):
            is_box = given.get("type") in ("radio", "checkbox")
            if not is_box or "checked" in given:
                self._here[given["name"]] = given.get("value", "on" if is_box else "")
        elif tag == "select":
            self._select = given["name"]
        elif tag == "option" and self._select and ("selected" in given or self._select not in self._here):
            self._here[self._select] = given.get("value", "")
        elif tag == "textarea":
            self._area = given["name"]
            self._here[self._area] = ""

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._here = None
        elif tag == "select":
            self._select = ""
        elif tag == "textarea":
            self._area = ""

    def handle_data(self, data: str) -> None:
        if self._area and self._here is not None:
            self._here[self._area] += data.removeprefix("\n")


def form_on(html: str, address: str) -> dict[str, str]:
    """Return what the form that is sent to an address holds."""
    return dict(Forms(html).found[address])


def press(client: Client, page: str, code: str, **typed: Any) -> Any:
    """Fill in the form of a button on a page and send it."""
    html = client.get(page).content.decode()
    address = f"{page}do/{code}/"
    return client.post(address, form_on(html, address) | typed)


def offered(client: Client, page: str) -> set[str]:
    """Return the codes of the buttons that can be pressed on a page."""
    html = client.get(page).content.decode()
    return set(re.findall(r'action="[^"]*/do/([\w-]+)/"', html))


def read(client: Client, address: str) -> str:
    """Return a page with every gap narrowed to one space."""
    return " ".join(client.get(address).content.decode().split())


def rows_of(answer: Any) -> list[list[Any]]:
    """Return the cells of an exported table, heading first."""
    sheet = load_workbook(io.BytesIO(answer.content)).worksheets[0]
    return [[cell.value for cell in line] for line in sheet.iter_rows()]


def picture(name: str = "截图.png") -> io.BytesIO:
    """Return a picture as a browser sends it."""
    out = io.BytesIO()
    Image.new("RGB", (40, 30), "white").save(out, "PNG")
    out.seek(0)
    out.name = name
    return out
