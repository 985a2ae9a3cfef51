"""After a story through every room of this area, verify finds nothing: chain, states, rows, invariants."""

from __future__ import annotations

from datetime import date

import pytest

from core.audit import verify
from core.policy import ANONYMOUS, SYSTEM
from orgs.areas.services import merge_communities
from orgs.people import selectors as people_selectors
from orgs.people import services as people
from orgs.people.models import Membership
from orgs.registry import services as registry
from tests.orgs.builders import NOW, PASSWORD, TODAY, Bureau, House, a_body, a_user, load_places


@pytest.mark.django_db
def test_a_story_leaves_nothing_to_verify():
    load_places("420106013", "420106014")
    bureau, house, heir = Bureau(), House(), a_user("接手人")
    sent = people.invite(
        body_id=house.body.pk, role="applicant_editor", name="小陈", phone="13700137000",
        by=house.admin, now=NOW,
    )  # fmt: skip
    token = people_selectors.invitation_token(sent)
    newcomer = people.accept_invitation(token=token, password=PASSWORD, by=ANONYMOUS, now=NOW)
    people.change_password(user_id=newcomer.pk, password=f"{PASSWORD}2", by=SYSTEM, now=NOW)
    people.change_contact(person_id=newcomer.person_id, email="chen@example.org", by=SYSTEM, now=NOW)
    people.disable_account(user_id=newcomer.pk, reason="离职", by=bureau.security_admin, now=NOW)
    people.delegate_role(
        membership_id=Membership.objects.get(user=bureau.users["leader"]).pk,
        delegate_id=bureau.users["section_chief"].pk, valid_from=TODAY, valid_to=date(2026, 6, 30),
        document="授权书", by=bureau.leader, now=NOW,
    )  # fmt: skip
    asked = people.request_handover(
        from_user_id=bureau.users["leader"].pk, to_user_id=heir.pk, on=date(2026, 5, 1), reason="调离",
        by=bureau.section_chief, now=NOW,
    )  # fmt: skip
    people.carry_out_handover(handover_id=asked.pk, by=bureau.security_admin, now=NOW)
    _registry(bureau, house)
    merge_communities(
        codes=["420106014001"], into_code="420106014002", on=date(2026, 7, 1), reason="调整",
        by=bureau.clerk, now=NOW,
    )  # fmt: skip
    assert [str(problem) for problem in verify.problems()] == []


def _registry(bureau: Bureau, house: House) -> None:
    account = registry.add_bank_account(
        body_id=house.body.pk, holder_name=house.body.name, bank="建设银行", number="42050123456789000011",
        by=house.admin, now=NOW,
    )  # fmt: skip
    registry.verify_bank_account(account_id=account.pk, by=bureau.finance_clerk, now=NOW)
    group = registry.register_group(
        name="合唱队", filing_no="1", host_id=house.body.pk, community_code="420106014001",
        by=bureau.clerk, now=NOW,
    )  # fmt: skip
    other = a_body("residents_committee", "某居委会")
    registry.change_host(
        group_id=group.pk, host_id=other.pk, effective_on=TODAY, document="协议", by=bureau.clerk, now=NOW
    )
    registry.rename_organisation(
        organisation_id=house.entry.pk, name="新名中心", effective_on=TODAY, document="x", by=bureau.clerk,
        now=NOW,
    )  # fmt: skip
    listing = registry.list_credit(
        organisation_id=house.entry.pk, kind="abnormal", from_date=TODAY, why="逾期", by=bureau.clerk, now=NOW
    )
    registry.lift_credit(listing_id=listing.pk, to_date=TODAY, reason="补报", by=bureau.clerk, now=NOW)
    registry.deregister_organisation(
        organisation_id=house.entry.pk, reason="自行注销", document="y", by=bureau.clerk, now=NOW
    )
