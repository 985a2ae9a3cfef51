"""What the register does when something happens below it or in it, in the same transaction."""

from __future__ import annotations

from datetime import datetime

from django.utils.translation import gettext as _

from core.events import on
from core.policy import SYSTEM, Actor
from orgs.people.events import BodyRenamed
from orgs.registry.events import OrganisationDeregistered, OrganisationRevoked
from orgs.registry.lifecycle import A
from orgs.registry.models import BankAccount
from orgs.registry.services import close_bank_account, reopen_accounts


@on(BodyRenamed)
def verify_the_account_anew(fact: BodyRenamed, *, by: Actor, now: datetime) -> None:
    """The holder of an account must be the body under its new name too."""
    reopen_accounts(body_id=fact.body_id, reason=_("单位名称变更"), by=SYSTEM, now=now)


@on(OrganisationDeregistered, OrganisationRevoked)
def close_the_accounts(
    fact: OrganisationDeregistered | OrganisationRevoked, *, by: Actor, now: datetime
) -> None:
    """No money goes to an organisation that no longer exists."""
    live = BankAccount.objects.filter(body_id=fact.body_id, state__in=[A.ADDED, A.VERIFIED]).order_by("pk")
    for account in live:
        close_bank_account(account_id=account.pk, reason=_("单位已终止登记"), by=SYSTEM, now=now)
