"""How the tests of these pages go about: as a signed-in person, at a moment of the round."""

from __future__ import annotations

import re
from contextlib import contextmanager
from typing import Any
from uuid import uuid4

import time_machine
from django.test import Client

from grants.proposals.forms.applying import CELLS
from grants.proposals.models import Proposal
from tests.grants.applying import OPEN


@contextmanager
def moment(at=OPEN):
    """Stand still at a moment of the round."""
    with time_machine.travel(at, tick=False):
        yield


def hidden(html: str) -> dict[str, str]:
    """Return the hidden fields of a page by name."""
    found = {}
    for tag in re.findall(r"<input[^>]*type=\"hidden\"[^>]*>", html):
        name, value = re.search(r'name="([^"]*)"', tag), re.search(r'value="([^"]*)"', tag)
        if name:
            found[name.group(1)] = value.group(1) if value else ""
    return found


class Tab:
    """One open tab with the form of an application: what it shows, what is typed, what is sent."""

    def __init__(self, client: Client, proposal: Proposal) -> None:
        self.client, self.proposal = client, proposal
        self.open()

    def open(self) -> None:
        """Load the page anew."""
        answer = self.client.get(f"/proposals/{self.proposal.public_id}/edit/")
        assert answer.status_code == 200
        self.html = answer.content.decode()
        self.fields: dict[str, Any] = hidden(self.html) | self._boxes(answer.context["desk"])

    def _boxes(self, desk: Any) -> dict[str, Any]:
        boxes = {f"q.{box.question.key}": box.value for one in desk.sections for box in one.boxes}
        cells = {f"b{row.place}-{name}": row.cells.get(name, "") for row in desk.rows for name in CELLS}
        return boxes | cells

    def type(self, **texts: Any) -> Tab:
        """Type into questions (``title="…"``) or cells (``b1_price="…"``)."""
        for name, text in texts.items():
            self.fields[name.replace("_", "-", 1) if re.match(r"b\d_", name) else f"q.{name}"] = text
        return self

    def send(self, do: str = "save:", *, quietly: bool = False, **more: Any) -> Any:
        """Press a button of the page, or let the script save."""
        headers = {"Accept": "application/json", "HX-Request": "true"} if quietly else {}
        data = {**self.fields, "key": self.fields.get("key") or str(uuid4()), "do": do, **more}
        if quietly:
            data.pop("do")
        answer = self.client.post(f"/proposals/{self.proposal.public_id}/save/", data, headers=headers)
        if quietly and answer.headers["Content-Type"] == "application/json":
            self.fields |= answer.json()["marks"]  # as the script does
        return answer
