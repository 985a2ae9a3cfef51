"""Journeys: whole stories, clicked through in a real Chromium on the running server with its worker.

How to write one::

    pytestmark = pytest.mark.journey

    def test_a_clerk_returns_an_application(site, browser_as, assert_accessible):
        site.play(applying.applicants_apply)         # what nobody needs to click: scenes of config.world.year
        clerk = browser_as("clerk")                  # a Playwright page at the desk, signed in with its code
        clerk.get_by_role("link", name="申报").click()
        assert_accessible(clerk)                     # axe at 1280 and 360 px, no sideways scrolling
        site.at(shanghai("2026-05-06", "09:30:00"))  # moves the stored clock, rings the daily work
        site.settle()                                # the worker has written letters and made documents
        assert "退回补正" in site.letters("applicant_admin")[0].subject

- Run in parallel, keep the tests of a file together (``-n 2 --dist loadfile``): they share a house.
- ``site`` is one running house for a test module: a copy of a prepared world, in which the call of 2026 is
  published, ten organisations are registered, every post is filled, and nobody applied yet (clock: 20 April
  2026, 10:00). Use it with the ORM and the services of any room like any other database (``site.now`` is the
  moment to pass); ``site.stage.bodies``, ``.users``, ``.proposals``, ``.world`` tell who is who.
- ``browser_as(who, width=1280, fresh=False)``: ``who`` is a role ("clerk", "applicant_admin"), a post
  ("clerk_2", "evaluator_1", "community_420106005002") or a key of the cast ("expert_05"). The same person
  twice: two tabs with one session; ``fresh=True`` signs in anew. ``visitor()`` is not signed in.
- ``effort`` counts what people do in a test (sign-in by browser_as left out): ``.clicks``, ``.fields``,
  ``.uploads``;
  ``effort.copy()`` and ``effort.since(before)`` measure a part.
- ``site.mails(to)``, ``site.letters(who)``, ``site.code(who)``, ``site.door(who)``, ``site.log()``.
- A page that answers 5xx, throws in a script or breaks the content policy fails the test by itself.
- On failure the open pages are kept as pictures in the folder named in the report.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from tests.journeys import browsing, house


@pytest.fixture(scope="session")
def prepared(
    database_template: Path | str, django_db_blocker: Any, tmp_path_factory: pytest.TempPathFactory
) -> house.Prepared:
    """The world in which journeys begin; made once, copied for every module."""
    with django_db_blocker.unblock():
        return house.prepare(database_template, tmp_path_factory.mktemp("world"))


@pytest.fixture(scope="module")
def site(
    prepared: house.Prepared, django_db_blocker: Any, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[house.Site]:
    """A running house of this module's own."""
    with django_db_blocker.unblock(), house.run(prepared, tmp_path_factory.mktemp("site")) as running:
        yield running


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """One browser for the module."""
    with browsing.chromium() as browser:
        yield browser


@pytest.fixture
def people(
    site: house.Site, chromium: Browser, request: pytest.FixtureRequest, tmp_path: Path
) -> Iterator[browsing.People]:
    """Everybody before a browser in this test."""
    everybody = browsing.People(site, chromium)
    yield everybody
    if getattr(request.node, "failed", False):
        _keep_pictures(everybody, tmp_path)
    everybody.leave()


@pytest.fixture
def browser_as(people: browsing.People) -> Callable[..., Page]:
    """Signs somebody in: see the top of this file."""
    return people.sign_in


@pytest.fixture
def visitor(people: browsing.People) -> Callable[..., Page]:
    """Opens a window for somebody who is not signed in."""
    return people.visitor


@pytest.fixture
def effort(people: browsing.People) -> browsing.Effort:
    """What people did in this test."""
    return people.effort


@pytest.fixture(scope="session")
def assert_accessible() -> Callable[..., None]:
    """Checks a page with axe: see the top of this file."""
    return browsing.assert_accessible


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Iterator[None]:
    """Remember whether the test failed, for the pictures."""
    outcome = yield
    report = outcome.get_result()  # type: ignore[attr-defined]
    if report.when == "call" and report.failed:
        item.failed = True  # type: ignore[attr-defined]


def _keep_pictures(people: browsing.People, folder: Path) -> None:
    for number, page in enumerate(page for context in people.contexts for page in context.pages):
        path = folder / f"page{number}.png"
        page.screenshot(path=path, full_page=True)
        print(f"{page.url} as it was: {path}")
    print(people.site.log())
