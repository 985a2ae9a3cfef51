"""Thousands of requests by everybody at everything: nothing breaks, nothing opens, nothing is written.

The world is the year at work: projects run, money was paid, a notice is over. Every request picks a viewer,
an address of the house, ids that fit, that belong to something else or that are nonsense, and a method with
the fields of a form or with rubbish. A page that opens must declare a row that admits a role of the viewer.
"""

from __future__ import annotations

import logging
import random
import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib import import_module
from importlib.util import find_spec
from typing import Any

import pytest
import time_machine
from django.apps import apps
from django.conf import settings
from django.db import connection
from django.test import Client

from config.world.year import applying, calling, deciding, executing, judging, play, screening, signing
from config.world.year.workers import Inline
from core import policy
from core.lifecycle import Stateful
from core.routes import PUBLIC, SIGNED_IN, Declaration, declaration_of
from core.ui.buttons import Button
from tests.architecture.test_routes import own_patterns
from tests.orgs.builders import actor
from tests.trust.test_confidentiality import Oracle
from tests.trust.tokens import Secrets

# Every run knocks for a while, the whole is asked for by name: make test ENGINE=sqlite ARGS='-m whole_trust'
EVERY_RUN = pytest.param(2_000, id="two_thousand")
THE_WHOLE = pytest.param(20_000, id="twenty_thousand", marks=pytest.mark.whole_trust)
WRITES = re.compile(r'(?i)^\s*(?:insert\s+into|update|delete\s+from|replace\s+into)\s+"?(\w+)')
# Sessions, sign-in attempts and the like are written for everybody who knocks.
HOUSEKEEPING = ("django_session", "axes_", "account_", "mfa_")
ARGUMENT = re.compile(r"<(?:\w+:)?(\w+)>")
LEFT_OUT = ("accounts/logout", "i18n/", "healthz", "readyz")
NONSENSE = ("x", "0", "-1", "%00", "龘", "..%2f..%2fetc", "a" * 300, "' OR 1=1 --", "😀", "999999", "None")
RUBBISH = (
    "",
    "1",
    "-1",
    "3万",
    "3e4",
    "=1+1",
    "龘\x00",
    "😀" * 50,
    "2026-06-31",
    "<script>",
    "x" * 5_000,
    "on",
)
NAMES = (
    *(
        "key",
        "version",
        "reason",
        "document",
        "state",
        "owner",
        "amount_fen",
        "is_staff",
        "score",
        "round",
        "next",
    ),
    *("amount", "title", "no", "answers", "remark", "date", "file", "q", "page", "sort", "export", "code"),
)


@contextmanager
def written() -> Iterator[list[str]]:
    """The tables that are written to meanwhile."""
    tables: list[str] = []

    def note(execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:
        if (found := WRITES.match(sql)) and not found[1].startswith(HOUSEKEEPING):
            tables.append(found[1])
        return execute(sql, params, many, context)

    with connection.execute_wrapper(note):
        yield tables


def button_codes() -> list[str]:
    """The codes of every button of every room."""
    codes: set[str] = set()
    for room in settings.ROOMS:
        if find_spec(f"{room}.buttons"):
            found = vars(import_module(f"{room}.buttons")).values()
            lists = [one for one in found if isinstance(one, tuple | list)]
            codes |= {one.code for each in lists for one in each if isinstance(one, Button)}
    return sorted(codes) or ["submit"]


class Fuzz:
    """A company that knocks at every door, and what it found."""

    def __init__(self, oracle: Oracle, chance: random.Random) -> None:
        self.chance, self.oracle = chance, oracle
        self.viewers = oracle.viewers()
        self.clients = {one.name: oracle.visit(one).client for one in self.viewers}
        users = oracle.stage.users
        today = oracle.stage.now.date()
        self.actors = {
            one.name: actor(users[one.key], on=today) if one.key else policy.ANONYMOUS for one in self.viewers
        }
        self.ids = self.all_ids()
        self.doors = [
            (route, declaration_of(pattern.callback))
            for route, pattern in own_patterns()
            if not route.startswith(LEFT_OUT)
        ]
        self.codes = button_codes()
        self.opened: dict[str, list[str]] = defaultdict(list)
        self.faults: list[str] = []
        self.answers: Counter[int] = Counter()

    def all_ids(self) -> list[str]:
        """Public ids of everything there is, a few of each kind."""
        found: list[str] = []
        for model in apps.get_models():
            if issubclass(model, Stateful) or any(f.name == "public_id" for f in model._meta.concrete_fields):
                found += list(model._default_manager.values_list("public_id", flat=True)[:25])
        return [one for one in found if one]

    def address(self, route: str) -> str:
        """An address of a pattern, its arguments filled with ids that fit or do not."""

        def fill(argument: re.Match[str]) -> str:
            if self.chance.random() < 0.12:
                return self.chance.choice(NONSENSE).replace("/", "")
            if argument[1] in ("code", "stage", "section"):
                return self.chance.choice([*self.codes, "midterm", "final", "WCCT-2026", "budget"])
            return self.chance.choice(self.ids)

        return f"/{ARGUMENT.sub(fill, route)}"

    def fields(self) -> dict[str, str]:
        """A form filled with rubbish."""
        names = self.chance.sample(NAMES, self.chance.randrange(0, 8))
        return {name: self.chance.choice(RUBBISH) for name in names}

    def knock(self) -> None:
        """One request, and what is wrong with its answer."""
        route, declared = self.chance.choice(self.doors)
        viewer = self.chance.choice(self.viewers)
        method = self.chance.choice(
            ("get", "get", "get", "post", "post", "post", "head", "put", "delete", "patch")
        )
        known = self.opened[route]
        address = self.chance.choice(known) if known and self.chance.random() < 0.5 else self.address(route)
        given = self.fields() if method in ("get", "post") else {}
        with written() as tables:
            response = getattr(self.clients[viewer.name], method)(address, given or None)
        self.answers[response.status_code] += 1
        if response.status_code == 200 and "<" in route and address not in known:
            known.append(address)
        said = f"{viewer.name} {method.upper()} {address} {given} -> {response.status_code}"
        if response.status_code >= 500:
            self.faults.append(f"broke: {said}")
        if tables and (response.status_code >= 400 or method in ("get", "head")):
            self.faults.append(f"wrote {sorted(set(tables))}: {said}")
        if 200 <= response.status_code < 300 and not self.may_open(viewer.name, declared):
            self.faults.append(f"opened: {said}")

    def may_open(self, name: str, declared: Declaration | None) -> bool:
        """Whether the row that a page declares admits any role of the viewer at all."""
        assert declared is not None
        if declared.permission == PUBLIC:
            return True
        if declared.permission == SIGNED_IN:
            return name != "anonymous"
        return self.actors[name].has(*policy.row(declared.permission).roles())


@pytest.mark.slow
@pytest.mark.sqlite_only
@pytest.mark.django_db
@pytest.mark.parametrize("requests", [EVERY_RUN, THE_WHOLE])
def test_requests_break_open_and_write_nothing(requests, tmp_path, request, monkeypatch):
    monkeypatch.setattr(settings, "FILES_ROOT", tmp_path / "files")
    logging.disable(logging.CRITICAL)
    request.addfinalizer(lambda: logging.disable(logging.NOTSET))  # noqa: PT021 - nothing to yield
    stage = play.begin(2026, lambda line: None, Inline(), small=True)
    calling.prepare_and_publish(stage)
    applying.applicants_apply(stage)
    screening.screen_everything(stage)
    screening.start_selection(stage)
    judging.panel_judges(stage)
    deciding.notice_and_awards(stage, deciding.meeting_decides(stage))
    signing.agreements(stage)
    signing.first_instalments(stage)
    executing.first_half(stage)
    with time_machine.travel(stage.now, tick=False):
        fuzz = Fuzz(Oracle(stage, Secrets()), random.Random(2026))
        for _number in range(requests):
            fuzz.knock()
    print(f"{sum(fuzz.answers.values())} requests: {dict(sorted(fuzz.answers.items()))}")
    assert "\n".join(fuzz.faults[:20]) == ""
    assert sum(fuzz.answers.values()) == requests
    assert fuzz.answers[404] > requests // 20 and fuzz.answers[200] > requests // 20


def test_a_form_of_another_site_is_turned_away(client, db):
    """Every address that takes a form asks for the token of its own page."""
    strict = Client(enforce_csrf_checks=True)
    taken = [
        route
        for route, pattern in own_patterns()
        if (declared := declaration_of(pattern.callback)) and "POST" in declared.methods
    ]
    assert len(taken) > 10
    answers = {route: strict.post(f"/{ARGUMENT.sub('x', route)}").status_code for route in taken}
    assert {route: status for route, status in answers.items() if status not in (403, 302, 404)} == {}
