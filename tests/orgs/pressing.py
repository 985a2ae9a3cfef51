"""Pressing buttons as a browser does: read the page, take its form, send it."""

from __future__ import annotations

import re
from typing import Any

from django.db import connection
from django.http import HttpResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tests.orgs.builders import Bureau, browser

FORM = re.compile(r'<form[^>]*action="([^"]*/do/([\w-]+)/)".*?</form>', re.S)
HIDDEN = re.compile(r'name="(key|version)" value="([^"]*)"')


def as_(bureau: Bureau, role: str) -> Client:
    """Return the browser of whoever holds a role."""
    return browser(bureau.users[role])


def forms(client: Client, page: str) -> dict[str, tuple[str, dict[str, str]]]:
    """Return the forms of a page by the code of their button: address and hidden fields."""
    answer = client.get(page)
    assert answer.status_code == 200, f"{page} {answer.status_code}"
    html = answer.content.decode()
    return {m[2]: (m[1], dict(HIDDEN.findall(m[0]))) for m in FORM.finditer(html)}


def press(client: Client, page: str, code: str, **fields: Any) -> HttpResponse:
    """Press a button that the page offers."""
    offered = forms(client, page)
    assert code in offered, f"{code} is not offered, only {sorted(offered)}"
    address, hidden = offered[code]
    return client.post(address, hidden | fields)


def page(obj: Any) -> str:
    """Return the address of something as it stands now."""
    obj.refresh_from_db()
    return str(obj.get_absolute_url())


def went(answer: HttpResponse) -> str:
    """The address a pressing led to; what was refused is told by the failing test."""
    told = re.sub(r"<[^>]+>", "", answer.content.decode())[-1500:] if answer.status_code != 302 else ""
    assert answer.status_code == 302, f"{answer.status_code} {told}"
    return answer["Location"]


def text(answer: HttpResponse) -> str:
    """What stands on a page."""
    return answer.content.decode()


def queries(client: Client, address: str) -> int:
    """How many queries a page takes."""
    with CaptureQueriesContext(connection) as found:
        assert client.get(address).status_code == 200
    return len(found)
