"""Everybody can use every place: axe finds nothing serious on a phone, nothing scrolls sideways at any width.

The pages that are clicked through in the other journeys are examined at both widths there.
"""

from __future__ import annotations

from urllib.parse import urlsplit

import pytest
from django.urls import Resolver404, resolve

from config.world.year import deciding, signing
from core.policy import Role
from grants.proposals.models import PlaceConsent
from grants.proposals.selectors import consent_token
from grants.publicity.models import Notice
from grants.rounds import services as rounds
from orgs.registry.models import SocialOrganisation
from tests.journeys import scenes
from tests.journeys.browsing import NARROW, WIDE

pytestmark = pytest.mark.journey

ROUND = "WCCT-2026"
ROLES = [str(role) for role in Role if role != Role.APPLICANT_EDITOR]  # the small world has none
INNER = "#list tbody a, .page-tools a, .page-head a"
MOST_INNER = 6


def money_has_moved(stage):
    """Three projects are signed and have their first instalment: nearly every list has a row."""
    fates = stage.world.fates
    keys = [fates["objection_upheld"], fates["objection_dismissed"], fates["audit_disallowed"]]
    scenes.become_eligible(stage, keys)
    notice = scenes.announce(stage)
    deciding.end_and_award(stage, notice, stage.terms.day("award_on"))
    rounds.start_execution(round_id=stage.round.pk, by=stage.actor("section_chief"), now=stage.tick(600))
    stage.at(stage.when("2026-06-24", "14:00:00"))
    signing.sign_all(stage, signing.unsigned(stage))
    signing.first_instalments(stage)


@pytest.fixture(scope="module")
def played(site):
    """The house in July: three projects have begun."""
    site.play(money_has_moved)
    return site


@pytest.fixture(scope="module")
def seen():
    """What was examined in this module: the name of the kind of page, and whether its list had rows."""
    return set()


def kind_of(address):
    """The name of the kind of page at an address; empty for what is no page of ours."""
    try:
        return resolve(urlsplit(address or "").path).view_name
    except Resolver404:
        return ""


def links(page, where):
    """The addresses to which the links in a part of the page lead."""
    return page.locator(where).evaluate_all("found => found.map(one => one.getAttribute('href'))")


def look(page, address, seen, assert_accessible):
    """Open a page and examine it, unless one like it was examined before."""
    if (kind_of(address), True) in seen:
        return
    answer = page.goto(address)
    assert answer.status == 200, address
    rows = page.locator("#list tbody tr").count() > 0 or not page.locator("#list").count()
    if (kind_of(address), rows) not in seen:
        assert_accessible(page, axe_at=(NARROW,))
        seen.add((kind_of(address), rows))
    for inner in links(page, INNER)[:MOST_INNER] if page.locator("nav.places [aria-current]").count() else ():
        if kind_of(inner) and "download" not in kind_of(inner) and (kind_of(inner), True) not in seen:
            assert page.goto(inner).status == 200, inner
            assert_accessible(page, axe_at=(NARROW,))
            seen.add((kind_of(inner), True))


@pytest.mark.parametrize("role", ROLES)
def test_every_place_of_a_role_can_be_used_by_everybody(role, played, seen, browser_as, assert_accessible):
    page = browser_as(role)
    assert_accessible(page, widths=(NARROW,) if role != Role.CLERK else (WIDE, NARROW))
    places = links(page, "nav.places a")
    assert places, "a role without a place"
    for address in [*places, *links(page, ".todo a"), *links(page, ".trace a")]:
        look(page, address, seen, assert_accessible)


def test_the_walk_through_the_places_saw_the_work_of_the_house(seen):
    full = {kind for kind, has_rows in seen if has_rows}
    expected = {
        *("competition", "proposal", "consent", "panel", "expert", "draw", "rubric", "decision", "award"),
        *("notice", "project", "tranche", "batch", "ledger", "organisation", "bank_account", "community"),
        *("person", "role", "body", "calendar", "log_entry"),
    }
    assert expected - full == set()


def public_pages():
    """Every kind of page for which nobody signs in."""
    notice = f"/public/notices/{Notice.objects.get().public_id}/"
    known = SocialOrganisation.objects.order_by("pk")[0].body.public_id
    consent = consent_token(PlaceConsent.objects.order_by("pk")[0])
    return [
        *("/", f"/rounds/{ROUND}/", f"/rounds/{ROUND}/status/", f"/public/results/{ROUND}/"),
        *("/public/notices/", notice, f"{notice}objections/", "/public/objections/"),
        *("/public/registry/", f"/public/registry/{known}/", f"/consent/{consent}/"),
        *("/accessibility/", "/accounts/login/", "/accounts/password/reset/"),
    ]


def in_chinese(page):
    assert page.locator("html").get_attribute("lang") == "zh-CN"


def in_english(page):
    with page.expect_navigation():
        page.get_by_role("button", name="English").click()
    assert page.locator("html").get_attribute("lang") == "en"


def for_elders(page):
    with page.expect_navigation():
        page.get_by_role("button", name="长者模式").click()
    assert page.locator("html").get_attribute("class") == "elder"


@pytest.mark.parametrize("turn", [in_chinese, in_english, for_elders])
def test_every_public_page_can_be_used_by_everybody(turn, played, visitor, assert_accessible):
    page = visitor()
    page.goto("/")
    turn(page)
    for address in public_pages():
        assert page.goto(address).status == 200, address
        assert_accessible(page, widths=(WIDE, NARROW) if turn is in_chinese else (NARROW,))
    assert page.goto("/rounds/NONE-1999/").status == 404
    assert_accessible(page)
