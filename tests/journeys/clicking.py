"""What people do on the pages of the house: from the desk to the work, pressing, filling in, reading."""

from __future__ import annotations

from typing import Any

from playwright.sync_api import Locator, Page


def follow(page: Page, words: str, *, within: str = "main") -> None:
    """Click the first link that says these words, and be on its page."""
    with page.expect_navigation():
        page.locator(within).get_by_role("link", name=words).first.click()


def row(page: Page, words: str) -> None:
    """Open the row of a list in which these words stand, if one is still at a list."""
    if page.locator("#list").count():
        with page.expect_navigation():
            page.locator("#list tbody tr").filter(has_text=words).first.get_by_role("link").first.click()


def work(page: Page, words: str, on: str = "") -> None:
    """From the desk, as it is now, to a kind of work that waits there; ``on`` is the thing to work on, taken
    straight from the desk where it names it, else from the list behind the work."""
    page.goto("/desk/")
    kind = page.get_by_role("link", name=words, exact=True)
    waiting = page.locator(".todo").filter(has=kind)
    named = waiting.locator(".todo-nearest").get_by_role("link", name=on, exact=True)
    with page.expect_navigation():
        (named if on and named.count() else waiting.get_by_role("link", name=words, exact=True)).click()
    if on:
        row(page, on)


def fill(form: Page | Locator, prefix: str, values: dict[str, Any]) -> None:
    """Fill in fields by their ids; a tuple is files, True a tick, a list a choice from a drop-down."""
    for name, value in values.items():
        box = form.locator(f'[id="{prefix}{name}"]')
        if isinstance(value, bool):
            box.click()
        elif isinstance(value, list):
            box.select_option(label=value[0])
        elif isinstance(value, dict):
            hand_in(box, value)
        else:
            box.fill(str(value))


def hand_in(box: Locator, file: dict[str, Any]) -> None:
    """Choose a file in the window that opens."""
    with box.page.expect_file_chooser() as opened:
        box.click()
    opened.value.set_files([file])


def press(page: Page, code: str, said: str = "", **values: Any) -> str:
    """Press a button of an object's page, fill in what it asks for, confirm; returns what the page says."""
    form = page.locator(f'form[action$="/do/{code}/"]')
    folded = page.locator(f"#act-{code}")
    if folded.count():
        if folded.get_attribute("open") is None:
            folded.locator("summary").first.click()
        fill(form, f"{code}-", values)
    with page.expect_navigation():
        form.locator("button[type=submit]").last.click()
    return told(page, said)


def told(page: Page, said: str = "") -> str:
    """What the page answered; ``said`` must be in it."""
    answer = page.locator(".message--success, .error-summary, .message--error").first
    words = answer.inner_text() if said else ""
    assert said in words, f"{page.url} says: {words}\n{page.locator('main').inner_text()[:1500]}"
    return words


def send(page: Page, said: str = "", **values: Any) -> str:
    """Fill in the page on which something new is made, and send it."""
    fill(page, "id_", values)
    with page.expect_navigation():
        page.locator("main form button.button--primary").last.click()
    return told(page, said)


def reads(page: Page, *words: str) -> None:
    """The person sees these words on the page."""
    text = page.locator("main").inner_text()
    missing = [one for one in words if one not in text]
    assert not missing, f"{page.url} does not say {missing}:\n{text[:1500]}"


def reads_not(page: Page, *words: str) -> None:
    """The person does not see these words on the page."""
    text = page.locator("main").inner_text()
    shown = [one for one in words if one in text]
    assert not shown, f"{page.url} says {shown}"


def paper(name: str, data: bytes, kind: str = "image/png") -> dict[str, Any]:
    """A file to hand in."""
    return {"name": name, "mimeType": kind, "buffer": data}


def place(page: Page, label: str) -> None:
    """Go to a part of the house by its navigation."""
    with page.expect_navigation():
        page.locator("nav.places").get_by_role("link", name=label, exact=True).click()


def find(page: Page, words: str) -> None:
    """Narrow a list to what is looked for, and open the first row of it."""
    page.locator(".filters input[type=search]").first.fill(words)
    with page.expect_navigation():
        page.locator(".filter-do button").click()
    follow(page, words)


def go(page: Page, name: str) -> None:
    """Press a button by its words, and be on the next page."""
    with page.expect_navigation():
        page.get_by_role("button", name=name).first.click()
