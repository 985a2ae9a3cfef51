"""People in front of a real Chromium: signing in, counting what they do, and whether everybody can use it."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from axe_playwright_python.sync_playwright import Axe
from django.db import connections
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, Response, sync_playwright

from tests.journeys.house import Site

PROGRAMS = ("chromium", "chromium-browser", "google-chrome")
FLAGS = [
    *("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync"),
    *("--disable-background-networking", "--disable-component-update", "--disable-dev-shm-usage"),
    "--hide-scrollbars",
]
WIDE, NARROW = 1280, 360
GRAVE = ("serious", "critical")
# Counts what a person does, never what a script does: only trusted events.
COUNTING = """
(() => {
  if (window.__counting) return;
  window.__counting = true;
  const told = (what, where) => window.__did && window.__did(what, where);
  const name = el => location.pathname + '#' + (el.name || el.id || el.tagName);
  addEventListener('pointerdown', e => e.isTrusted && told('click', ''), true);
  addEventListener('change', e => {
    const el = e.target;
    if (el.type === 'file') told('upload', name(el));
    else if (el.tagName === 'SELECT') told('choice', name(el));
    else if (!['checkbox', 'radio'].includes(el.type)) told('field', name(el));
  }, true);
})();
"""


@dataclass
class Effort:
    """What somebody had to do: clicks and taps, fields filled by keyboard, files handed in.

    A choice from a drop-down list counts as two clicks: to open it and to choose.
    """

    pressed: int = 0
    choices: int = 0
    fields: set[str] = field(default_factory=set)
    uploads: int = 0

    @property
    def clicks(self) -> int:
        return self.pressed + 2 * self.choices

    def did(self, what: str, where: str) -> None:
        if what == "click":
            self.pressed += 1
        elif what == "choice":
            self.choices += 1
        elif what == "upload":
            self.uploads += 1
        else:
            self.fields.add(where)

    def since(self, before: Effort) -> Effort:
        """What was done after an earlier ``copy()``."""
        return Effort(
            self.pressed - before.pressed,
            self.choices - before.choices,
            self.fields - before.fields,
            self.uploads - before.uploads,
        )

    def copy(self) -> Effort:
        return Effort(self.pressed, self.choices, set(self.fields), self.uploads)


@contextmanager
def chromium() -> Iterator[Browser]:
    """Debian's Chromium, headless; the database may be used beside its event loop."""
    found = next((path for name in PROGRAMS if (path := shutil.which(name))), None)
    assert found, "Chromium is not installed; run as root: apt-get install -y chromium"
    before = os.environ.get("DJANGO_ALLOW_ASYNC_UNSAFE")
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    try:
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=found, args=FLAGS)
            try:
                yield browser
            finally:
                connections.close_all()  # those of its event loop; the next house has another database
                browser.close()
    finally:
        os.environ.pop("DJANGO_ALLOW_ASYNC_UNSAFE")
        if before is not None:
            os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = before


@dataclass
class People:
    """Everybody who sits before a browser in one test; each has a window and cookies of their own."""

    site: Site
    browser: Browser
    effort: Effort = field(default_factory=Effort)
    contexts: list[BrowserContext] = field(default_factory=list)
    troubles: list[str] = field(default_factory=list)

    def visitor(self, *, width: int = WIDE, **options: Any) -> Page:
        """Somebody who is not signed in."""
        size = {"width": width, "height": 800}
        options = {"viewport": size, "base_url": self.site.url, "locale": "zh-CN", **options}
        context = self.browser.new_context(**options)
        context.set_default_timeout(10_000)
        context.expose_binding("__did", lambda source, what, where: self.effort.did(what, where))
        context.add_init_script(COUNTING)
        context.on("response", self._answered)
        context.on("console", self._said)
        context.on("weberror", lambda error: self.troubles.append(f"script: {error.error}"))
        self.contexts.append(context)
        return context.new_page()

    def sign_in(self, who: str, *, width: int = WIDE, fresh: bool = False) -> Page:
        """Somebody at their desk. The first time they come through the sign-in page, code and all; later
        windows of the same person share the session unless ``fresh``. ``who``: see Site.user."""
        kept = None if fresh else self.site.cookies.get(who)
        if kept:
            page = self.visitor(width=width, storage_state=kept)
            page.goto("/desk/")
            if "/accounts/login" not in page.url:
                return page
        else:
            page = self.visitor(width=width)
        before = self.effort.copy()
        sign_in_on(page, self.site, who)
        self.effort.__dict__.update(before.__dict__)
        self.site.cookies[who] = page.context.storage_state()
        return page

    def _answered(self, response: Response) -> None:
        if response.status >= 500:
            self.troubles.append(f"{response.status} {response.request.method} {response.url}")

    def _said(self, message: ConsoleMessage) -> None:
        if message.type == "error" and "Content Security Policy" in message.text:
            self.troubles.append(message.text)

    def leave(self) -> None:
        """Close every window; a page that failed or broke the content policy fails the test."""
        for context in self.contexts:
            context.close()
        assert not self.troubles, "\n".join([*self.troubles, self.site.log()])


def sign_in_on(page: Page, site: Site, who: str) -> None:
    """Fill the sign-in page, and the page of the one-time code where one is asked."""
    door = site.door(who)
    if "/accounts/login" not in page.url:
        page.goto("/accounts/login/?next=/desk/")
    page.get_by_label("手机号或电子邮箱").fill(door.login)
    page.get_by_label("密码", exact=True).fill(door.password)
    page.locator("main button[type=submit]").first.click()
    if door.secret:
        page.wait_for_url("**/2fa/**")
        page.locator("input[name=code]").fill(site.code(who))
        page.locator("main button[type=submit]").first.click()
    page.wait_for_url("**/desk/**")


def assert_accessible(
    page: Page, *, widths: tuple[int, ...] = (WIDE, NARROW), axe_at: tuple[int, ...] = (WIDE, NARROW)
) -> None:
    """No serious or critical finding of axe, and no sideways scrolling, on a wide screen and on a phone."""
    before = page.viewport_size
    for width in widths:
        page.set_viewport_size({"width": width, "height": 800})
        found = Axe().run(page).response["violations"] if width in axe_at else []
        grave = [one for one in found if one["impact"] in GRAVE]
        says = [
            f"{one['id']} ({one['impact']}): {one['help']} {[node['target'] for node in one['nodes'][:4]]}"
            for one in grave
        ]
        assert not grave, f"{page.url} at {width} px:\n" + "\n".join(says)
        overhang = page.evaluate(
            "document.documentElement.scrollWidth - document.documentElement.clientWidth"
        )
        assert overhang <= 0, f"{page.url} scrolls sideways by {overhang} px at {width} px"
    if before:
        page.set_viewport_size(before)
