"""The register as officers and houses see it: lists, organisations, groups, bank accounts."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db.models import Prefetch
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from core import policy
from core.clock import today
from core.policy import APPLICANT_ROLES, Actor
from core.routes import actor_of, permits
from core.ui.buttons import Button, Pressed, press
from core.ui.pages import listed, shown
from orgs.people.lifecycle import I
from orgs.people.models import Body, Invitation
from orgs.people.selectors import memberships
from orgs.registry import buttons, rules, selectors
from orgs.registry.lists import AccountList, RegistryList
from orgs.registry.models import BankAccount, CommunityGroup, CreditListing, SocialOrganisation

ORGANISATION = "orgs/registry/organisation.html"


@permits("registry.list")
def registry(request: HttpRequest) -> HttpResponse:
    """Organisations and groups."""
    actor = actor_of(request)
    page = RegistryList(request, selectors.visible_to(actor))
    return listed(request, page, filename="registry", template="orgs/registry/registry.html", **_tools(actor))


def _tools(actor: Actor) -> dict[str, bool]:
    rows = {"register": "registry.register", "group": "registry.offer_group", "sheet": "registry.import"}
    return {f"may_{name}": actor.has(*policy.row(row).roles()) for name, row in rows.items()}


@permits("registry.view", SocialOrganisation)
def organisation(request: HttpRequest, entry: SocialOrganisation) -> HttpResponse:
    """One organisation with its papers."""
    return _organisation_page(request, entry)


def _organisation_page(
    request: HttpRequest, entry: SocialOrganisation, pressed: Pressed | None = None
) -> HttpResponse:
    actor = actor_of(request)
    entry = _with_papers(entry.pk)
    return shown(
        request, entry, ORGANISATION,
        buttons=_buttons(buttons.ORGANISATION, entry, actor), press="press_organisation",
        pressed=pressed, grade=_grade(entry),
        changes=selectors.told(selectors.changes_of(entry.body)), **_house(entry.body, actor),
    )  # fmt: skip


def _buttons(offered: Sequence[Button], entry: Any, actor: Actor) -> list[Button]:
    """A house invites colleagues, offices invite its first responsible person: one of the two is shown."""
    other = "invite" if entry.body_id in actor.bodies(*APPLICANT_ROLES) else "colleague"
    return [one for one in offered if one.code != other]


def _grade(entry: SocialOrganisation) -> str:
    """The grade of today."""
    rows = [(one.grade, one.valid_from, one.valid_to) for one in entry.grades.all()]
    return rules.grade_on(rows, today())


def _with_papers(pk: int) -> SocialOrganisation:
    listings = Prefetch("listings", CreditListing.objects.order_by("-from_date", "-pk"))
    found = SocialOrganisation.objects.select_related(
        "body__street", "body__community__street", "legal_representative"
    )
    return found.prefetch_related(
        listings, "inspections", "grades", "body__accounts", Prefetch("body__hosted_groups", _groups())
    ).get(pk=pk)


def _groups() -> Any:
    return CommunityGroup.objects.select_related("body").order_by("pk")


def _house(body: Body, actor: Actor) -> dict[str, Any]:
    """The people of a house, for those who may see them: its own responsible person, and those who admit."""
    is_own = body.pk in actor.bodies(*APPLICANT_ROLES)
    if not is_own and not actor.has(*policy.row("people.view_account").roles()):
        return {"is_own": is_own, "shows_people": False}
    held = memberships(on=today()).filter(body=body).select_related("user__person", "body")
    open_ones = Invitation.objects.filter(body=body, state__in=[I.REQUESTED, I.SENT]).order_by("pk")
    return {"is_own": is_own, "shows_people": True, "members": list(held), "invitations": list(open_ones)}


@permits("registry.view", SocialOrganisation, "GET", "POST")
def press_organisation(request: HttpRequest, entry: SocialOrganisation, code: str) -> HttpResponse:
    """Answer a button of an organisation."""
    return press(request, entry, code, buttons.ORGANISATION, _organisation_page, entry.get_absolute_url())


@permits("registry.view", CommunityGroup)
def group(request: HttpRequest, entry: CommunityGroup) -> HttpResponse:
    """One recorded group with the body behind it."""
    return _group_page(request, entry)


def _group_page(request: HttpRequest, entry: CommunityGroup, pressed: Pressed | None = None) -> HttpResponse:
    found = CommunityGroup.objects.select_related("body", "host", "community__street", "leader")
    entry = found.get(pk=entry.pk)
    host = SocialOrganisation.objects.filter(body_id=entry.host_id).first()
    return shown(
        request, entry, "orgs/registry/group.html",
        buttons=_buttons(buttons.GROUP, entry, actor_of(request)), press="press_group",
        pressed=pressed, changes=selectors.told(selectors.changes_of(entry.body)), host_entry=host,
        **_house(entry.body, actor_of(request)),
    )  # fmt: skip


@permits("registry.view", CommunityGroup, "GET", "POST")
def press_group(request: HttpRequest, entry: CommunityGroup, code: str) -> HttpResponse:
    """Answer a button of a group."""
    return press(request, entry, code, buttons.GROUP, _group_page, entry.get_absolute_url())


@permits("registry.list_accounts")
def bank_accounts(request: HttpRequest) -> HttpResponse:
    """Bank accounts to verify."""
    rows = selectors.accounts_visible_to(actor_of(request))
    return listed(request, AccountList(request, rows), filename="bank-accounts")


@permits("registry.view", BankAccount)
def bank_account(request: HttpRequest, account: BankAccount) -> HttpResponse:
    """One account; the whole number only for those who compare it with the papers."""
    return _bank_account_page(request, account)


def _bank_account_page(
    request: HttpRequest, account: BankAccount, pressed: Pressed | None = None
) -> HttpResponse:
    found = BankAccount.objects.select_related("body", "added_by__person", "verified_by__person")
    account = found.get(pk=account.pk)
    actor = actor_of(request)
    return shown(
        request, account, "orgs/registry/account.html", buttons=buttons.ACCOUNT,
        press="press_bank_account", pressed=pressed,
        reads_number=policy.check(actor, "registry.read_number", account) is not None,
        entry=SocialOrganisation.objects.filter(body_id=account.body_id).first(),
        is_own=account.body_id in actor.bodies(*APPLICANT_ROLES),
    )  # fmt: skip


@permits("registry.view", BankAccount, "GET", "POST")
def press_bank_account(request: HttpRequest, account: BankAccount, code: str) -> HttpResponse:
    """Answer a button of an account."""
    return press(request, account, code, buttons.ACCOUNT, _bank_account_page, account.get_absolute_url())


@permits("registry.own_house")
def house(request: HttpRequest) -> HttpResponse:
    """The house or houses for which somebody applies; with one, straight to it."""
    bodies = Body.objects.filter(pk__in=actor_of(request).bodies(*APPLICANT_ROLES))
    found = list(bodies.select_related("organisation", "group").order_by("name", "pk"))
    pages = [(one, getattr(one, "organisation", None) or getattr(one, "group", None) or one) for one in found]
    if len(pages) == 1:
        return redirect(pages[0][1].get_absolute_url())
    return render(request, "orgs/registry/house.html", {"houses": pages})
