"""Every state is asked every verb: what the table does not allow is refused, the rest ends where it says."""

from __future__ import annotations

from datetime import date

import pytest
from django.db import transaction

from core import policy
from core.errors import NotNow
from core.lifecycle import changing
from core.policy import SYSTEM
from orgs.areas.models import Community
from orgs.people.models import Delegation, HandOver, Invitation, Membership
from orgs.registry.models import BankAccount, CommunityGroup, SocialOrganisation
from tests.orgs.builders import NOW, TODAY, House, a_body, a_user, load_places, seat

pytestmark = pytest.mark.django_db

TABLES = {
    Membership: {
        "requested": {"approve": "active", "reject": "rejected", "end": "ended"},
        "active": {"end": "ended"},
        "rejected": {},
        "ended": {},
    },
    Invitation: {
        "requested": {"send": "sent", "revoke": "revoked"},
        "sent": {"accept": "accepted", "revoke": "revoked"},
        "accepted": {},
        "revoked": {},
    },
    Delegation: {"given": {"revoke": "revoked"}, "revoked": {}},
    HandOver: {"requested": {"carry_out": "done", "refuse": "refused"}, "done": {}, "refused": {}},
    SocialOrganisation: {
        "preparing": {"found": "active", "deregister": "deregistered"},
        "active": {"deregister": "deregistered", "annul": "annulled", "revoke": "revoked"},
        "deregistered": {},
        "annulled": {},
        "revoked": {},
    },
    CommunityGroup: {"active": {"dissolve": "dissolved"}, "dissolved": {}},
    BankAccount: {
        "added": {"verify": "verified", "close": "closed"},
        "verified": {"reopen": "added", "close": "closed"},
        "closed": {},
    },
}
CASES = [(model, state) for model, table in TABLES.items() for state in table]


def verbs_of(model):
    return sorted({one.name for one in model(state_since=NOW).get_all_state_transitions()})


def an_object(model, state):
    """Build an object that stands in a state, saved past the door as only a test may."""
    user, other = a_user("甲"), a_user("乙")
    house = House()
    load_places("420106014")
    common = {"state": state, "state_since": NOW, "created_at": NOW}
    asked = {"user": user, "body": house.body, "role": "applicant_editor", "valid_from": TODAY}
    membership = seat(other, house.body, "applicant_editor")
    two = {"requested_by": house.admin_user, "approved_by": other}
    fields = {
        Membership: lambda: asked | two,
        Invitation: lambda: {
            "body": house.body, "role": "applicant_editor", "name": "丙", "email": "c@example.org",
            "membership": membership,
        },
        Delegation: lambda: {
            "membership": membership, "delegate": user, "valid_from": TODAY, "valid_to": TODAY,
            "document": "x",
        },
        HandOver: lambda: {"from_user": user, "to_user": other, "on": TODAY},
        SocialOrganisation: lambda: {
            "body": a_body("social_organisation", "丁中心"), "uscc": "52420106MJH0000278",
            "org_type": "service_institution", "founded_on": date(2020, 1, 1),
        },
        CommunityGroup: lambda: {
            "body": a_body("community_group", "戊队"), "filing_no": "1", "host": house.body,
            "community": Community.objects.first(),
        },
        BankAccount: lambda: {
            "body": house.body, "holder_name": house.body.name, "bank": "x", "number": "42050123",
            "number_index": "i", "added_by": user, "verified_by": other, "verified_at": NOW,
        },
    }[model]()  # fmt: skip
    made = model(**common, **fields)
    made.save(force_insert=True)
    return made


@pytest.mark.parametrize("model", TABLES, ids=lambda model: model.__name__)
def test_the_table_names_every_state_and_every_verb(model):
    assert set(TABLES[model]) == {value for value, _label in model._meta.get_field("state").choices}
    assert {verb for row in TABLES[model].values() for verb in row} == set(verbs_of(model))


@pytest.mark.parametrize(("model", "state"), CASES, ids=lambda one: getattr(one, "__name__", one))
def test_every_state_is_asked_every_verb(model, state, monkeypatch):
    monkeypatch.setattr(policy, "require", lambda actor, name, obj=None: policy.SYSTEM_GRANT)
    found = {}
    held = an_object(model, state)
    for verb in verbs_of(model):
        before = transaction.savepoint()
        try:
            with changing(model, held.pk, by=SYSTEM, now=NOW) as one:
                getattr(one, verb)(by=SYSTEM)
        except NotNow:
            assert model.objects.get(pk=held.pk).state == state
        else:
            found[verb] = model.objects.get(pk=held.pk).state
        transaction.savepoint_rollback(before)
    assert found == TABLES[model][state]
