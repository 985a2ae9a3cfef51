"""People of a test at their screens: signed in, at a moment, pressing what the page offers them."""

from __future__ import annotations

import io
import re
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from openpyxl import load_workbook

from core import clock
from core.todo import Pending, Todo, counted
from tests.orgs.builders import a_body, a_user, browser, seat


def browser_of(role: str, **fields: Any) -> Client:
    """Return the browser of somebody new who holds a role in a body of no importance."""
    kinds = {"auditor": "audit_firm", "evaluator": "evaluator_firm", "operator": "operator"}
    kinds |= dict.fromkeys(
        ("applicant_admin", "applicant_editor", "applicant_finance"), "social_organisation"
    )
    kinds |= {"community_worker": "residents_committee", "street_officer": "street_office"}
    user = a_user(f"某{role}")
    seat(user, a_body(kinds.get(role, "section"), f"某单位{role}"), role, **fields)
    return browser(user)


def stop_clock(monkeypatch: Any, moment: datetime) -> None:
    """Let the house believe that it is this moment."""
    monkeypatch.setattr(clock, "now", lambda: moment)


def pressed(client: Client, obj: Any, code: str, **data: Any) -> Any:
    """Press a button as the page of the object offers it: with its key and its version."""
    page = client.get(obj.get_absolute_url()).content.decode()
    form = re.search(rf'<form[^>]*action="([^"]*/do/{code}/)"(.*?)</form>', page, re.S)
    assert form, f"the page does not offer {code}"
    hidden = dict(re.findall(r'name="(key|version)" value="([^"]*)"', form[2]))
    return client.post(form[1], {**hidden, **data})


def text_of(client: Client, address: str) -> str:
    """Return what a page says to somebody who may see it."""
    answer = client.get(address)
    assert answer.status_code == 200, address
    return answer.content.decode()


def queries_of(client: Client, address: str) -> int:
    """Return how many queries a page costs somebody who has looked at it before."""
    client.get(address)
    with CaptureQueriesContext(connection) as asked:
        assert client.get(address).status_code == 200
    return len(asked)


def leads(todos: Iterable[Todo | Pending]) -> dict[str, str]:
    """Return where the desk leads for each kind of work that waits."""
    waiting = [todo for todo in counted(todos) if todo.count]
    addresses = {str(todo.label): reverse(todo.url_name, args=todo.args) for todo in waiting}
    asked = {str(todo.label): todo.query for todo in waiting}
    return {label: f"{at}?{asked[label]}" if asked[label] else at for label, at in addresses.items()}


def exported(client: Client, address: str) -> list[list[Any]]:
    """Return the rows of the XLSX that a list gives."""
    joint = "&" if "?" in address else "?"
    response = client.get(f"{address}{joint}export=xlsx")
    book = load_workbook(io.BytesIO(response.content), read_only=True)
    return [[cell.value for cell in row] for row in book.worksheets[0].iter_rows()]
