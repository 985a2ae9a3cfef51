"""Pages as a person uses them: read the real form of a button, fill it in, send it."""

from __future__ import annotations

import html
import re
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpResponse
from django.test import Client

from tests.core.files.corpus import picture

FORM = re.compile(r'<form[^>]*action="([^"]+)"[^>]*>(.*?)</form>', re.S)
HIDDEN = re.compile(r'<input type="hidden" name="([^"]+)"(?: value="([^"]*)")?')


def text_of(answer: HttpResponse) -> str:
    """Return the page as text."""
    return html.unescape(answer.content.decode())


def forms_on(answer: HttpResponse) -> dict[str, dict[str, str]]:
    """Return the forms of a page by address, each with its hidden fields."""
    found = {}
    for address, body in FORM.findall(answer.content.decode()):
        hidden = {name: html.unescape(value) for name, value in HIDDEN.findall(body)}
        found[html.unescape(address)] = {
            name: value for name, value in hidden.items() if name != "csrfmiddlewaretoken"
        }
    return found


def offered(client: Client, page: str) -> set[str]:
    """Return the codes of the buttons a page offers."""
    return {
        address.rstrip("/").rpartition("/")[2] for address in forms_on(client.get(page)) if "/do/" in address
    }


def push(client: Client, page: str, code: str, **data: Any) -> HttpResponse:
    """Open a page, fill in the form of a button and send it; the button must be offered."""
    address = f"{page}do/{code}/"
    hidden = forms_on(client.get(page))[address]
    return client.post(address, {**hidden, **data}, follow=True)  # type: ignore[return-value]


def photo(name: str = "照片.png") -> SimpleUploadedFile:
    """A picture to upload."""
    return SimpleUploadedFile(name, picture("PNG"), "image/png")
