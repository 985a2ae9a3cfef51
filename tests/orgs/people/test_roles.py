"""Roles are asked for by one and approved by another; nobody grants anything to oneself."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.db import IntegrityError, transaction

from core import policy
from core.audit import verify
from core.audit.selectors import entries_of
from core.errors import Forbidden, NotNow, Refused
from core.policy import ANONYMOUS, SYSTEM, Role
from orgs.areas.models import Community
from orgs.people import selectors, services
from orgs.people.lifecycle import M
from orgs.people.models import Delegation, Membership, Origin, User
from tests.orgs.builders import NOW, TODAY, Bureau, a_body, a_user, actor, load_places, seat, someone

pytestmark = pytest.mark.django_db


def waiting(by):
    return [todo.count for todo in selectors.todo_for(by, now=NOW) if todo.count]


@pytest.fixture
def bureau():
    return Bureau()


@pytest.fixture
def newcomer(bureau):
    return a_user("新来的")


def ask(by, user, bureau, role="clerk", **fields):
    return services.request_role(
        user_id=user.pk, body_id=bureau.section.pk, role=role, by=by, now=NOW, **fields
    )


class TestAskingAndApproving:
    def test_a_role_counts_once_another_person_approved_it(self, bureau, newcomer):
        asked = ask(bureau.section_chief, newcomer, bureau)
        assert not actor(newcomer).has(Role.CLERK)
        services.approve_role(membership_id=asked.pk, by=bureau.security_admin, now=NOW)
        assert actor(newcomer).has(Role.CLERK)
        held = Membership.objects.get(pk=asked.pk)
        assert (held.requested_by_id, held.approved_by_id) == (
            bureau.users["section_chief"].pk,
            bureau.users["security_admin"].pk,
        )
        assert [entry.verb for entry in entries_of(held)] == ["create", "approve"]

    def test_nobody_asks_for_oneself(self, bureau):
        with pytest.raises(Forbidden):
            ask(bureau.section_chief, bureau.users["section_chief"], bureau, role="leader")

    def test_a_security_administrator_neither_asks_nor_approves_for_oneself(self, bureau, newcomer):
        with pytest.raises(Forbidden):
            ask(bureau.security_admin, newcomer, bureau)
        asked = Membership(
            user=bureau.users["security_admin"], body=bureau.section, role="clerk", valid_from=TODAY
        )
        assert policy.check(bureau.security_admin, "people.approve_role", asked) is None

    @pytest.mark.parametrize("role", ["system_admin", "audit_admin", "section_chief", "leader", "clerk"])
    def test_only_the_security_administrator_approves(self, bureau, newcomer, role):
        asked = ask(bureau.system_admin, newcomer, bureau)
        with pytest.raises(Forbidden):
            services.approve_role(membership_id=asked.pk, by=getattr(bureau, role), now=NOW)
        assert not actor(newcomer).grants

    def test_whoever_asked_and_became_security_administrator_meanwhile_does_not_approve(
        self, bureau, newcomer
    ):
        asked = ask(bureau.system_admin, newcomer, bureau)
        grant = policy.Grant(role="security_admin", body_id=bureau.committee.pk)
        twice = policy.Actor(user_id=bureau.users["system_admin"].pk, grants=(grant,))
        with pytest.raises(Forbidden):
            services.approve_role(membership_id=asked.pk, by=twice, now=NOW)

    def test_a_rejected_role_never_counts_and_cannot_be_approved_later(self, bureau, newcomer):
        asked = ask(bureau.section_chief, newcomer, bureau)
        services.reject_role(membership_id=asked.pk, reason="编制已满", by=bureau.security_admin, now=NOW)
        with pytest.raises(NotNow):
            services.approve_role(membership_id=asked.pk, by=bureau.security_admin, now=NOW)
        assert not actor(newcomer).grants

    def test_asking_twice_is_told(self, bureau, newcomer):
        ask(bureau.section_chief, newcomer, bureau)
        with pytest.raises(Refused, match="等待批准"):
            ask(bureau.section_chief, newcomer, bureau)

    def test_a_role_has_its_place(self, bureau, newcomer):
        with pytest.raises(Refused, match="不能设在"):
            ask(bureau.section_chief, newcomer, bureau, role="street_officer")

    def test_an_incompatible_role_is_refused_with_the_reason(self, bureau):
        with pytest.raises(Refused, match="监督人员不办理业务"):
            ask(bureau.section_chief, bureau.users["supervisor"], bureau, role="clerk")

    def test_two_incompatible_requests_are_not_both_open(self, bureau, newcomer):
        ask(bureau.section_chief, newcomer, bureau, role="clerk")
        with pytest.raises(Refused, match="监督人员不办理业务"):
            ask(bureau.section_chief, newcomer, bureau, role="supervisor")

    def test_the_system_gives_roles_but_no_person_may_pretend_to_be_it(self, bureau, newcomer):
        with pytest.raises(Forbidden):
            services.install_role(
                user_id=newcomer.pk,
                body_id=bureau.section.pk,
                role="clerk",
                by=bureau.security_admin,
                now=NOW,
            )
        assert seat(newcomer, bureau.section, "clerk").origin == Origin.INSTALLED

    def test_a_stranger_asks_for_nothing(self, bureau, newcomer):
        with pytest.raises(Forbidden):
            ask(ANONYMOUS, newcomer, bureau)


class TestThreeAdministrators:
    def test_they_are_three_people(self, bureau):
        one = a_user("一人三职")
        with pytest.raises(Refused, match="三个不同的人"):
            services.appoint_administrators(
                users=dict.fromkeys(sorted(policy.ADMINISTRATORS), one.pk),
                body_id=bureau.committee.pk, by=SYSTEM, now=NOW,
            )  # fmt: skip

    def test_they_are_appointed_once(self, bureau):
        users = {role: a_user(role).pk for role in sorted(policy.ADMINISTRATORS)}
        with pytest.raises(Refused, match="已经任命"):
            services.appoint_administrators(users=users, body_id=bureau.committee.pk, by=SYSTEM, now=NOW)

    def test_no_person_appoints_them(self, bureau):
        with pytest.raises(Forbidden):
            services.appoint_administrators(
                users={}, body_id=bureau.committee.pk, by=bureau.system_admin, now=NOW
            )

    def test_the_database_refuses_a_second_administrator_role(self, bureau):
        wrong = Membership(
            user=bureau.users["system_admin"], body=bureau.committee, role="security_admin", state=M.ACTIVE,
            origin=Origin.INSTALLED, valid_from=TODAY, state_since=NOW, created_at=NOW,
        )  # fmt: skip
        with pytest.raises(IntegrityError), transaction.atomic():
            wrong.save(force_insert=True)

    @pytest.mark.parametrize("same", ["user", "requested_by"])
    def test_the_database_refuses_an_approval_by_the_same_person(self, bureau, newcomer, same):
        wrong = Membership(
            user=newcomer, body=bureau.section, role="clerk", state=M.ACTIVE, valid_from=TODAY,
            requested_by=bureau.users["leader"], state_since=NOW, created_at=NOW,
            approved_by=newcomer if same == "user" else bureau.users["leader"],
        )  # fmt: skip
        with pytest.raises(IntegrityError), transaction.atomic():
            wrong.save(force_insert=True)

    def test_verify_finds_an_administrator_with_a_second_role(self, bureau):
        assert verify.problems("P1", "P2", "P3", "P4", "P5") == []
        Membership.objects.filter(user=bureau.users["clerk"]).update(user=bureau.users["audit_admin"])
        found = verify.problems("P1")
        assert found
        assert found[0].where == f"people.user:{bureau.users['audit_admin'].pk}"

    def test_nobody_is_a_superuser(self, bureau, newcomer):
        with pytest.raises(IntegrityError), transaction.atomic():
            User.objects.filter(pk=newcomer.pk).update(is_superuser=True)
        with pytest.raises(NotImplementedError):
            User.objects.create_superuser("x", password="y")


class TestEnding:
    def test_an_ended_role_counts_no_more_at_the_next_question(self, bureau):
        clerk = Membership.objects.get(user=bureau.users["clerk"])
        services.end_role(membership_id=clerk.pk, reason="调离", by=bureau.security_admin, now=NOW)
        assert not bureau.clerk.grants

    def test_the_last_security_administrator_stays(self, bureau):
        last = Membership.objects.get(role="security_admin")
        with pytest.raises(Refused, match="最后一人"):
            services.end_role(membership_id=last.pk, reason="", by=bureau.security_admin, now=NOW)

    def test_a_role_that_has_run_out_counts_no_more(self, bureau, newcomer):
        seat(newcomer, bureau.section, "clerk", valid_to=date(2026, 6, 30))
        assert actor(newcomer, on=date(2026, 6, 30)).has("clerk")
        assert not actor(newcomer, on=date(2026, 7, 1)).has("clerk")
        assert not actor(newcomer, on=date(2025, 12, 31)).has("clerk")


class TestStandIns:
    """AB角: a leader on leave lends the role for a period, in writing."""

    def lend(self, bureau, *, by=None, to="section_chief", document="授权书〔2026〕3号", days=10):
        membership = Membership.objects.get(user=bureau.users["leader"])
        return services.delegate_role(
            membership_id=membership.pk, delegate_id=bureau.users[to].pk, valid_from=TODAY,
            valid_to=TODAY + timedelta(days=days), document=document, by=by or bureau.leader, now=NOW,
        )  # fmt: skip

    def test_the_stand_in_holds_the_role_and_every_grant_says_for_whom(self, bureau):
        lent = self.lend(bureau)
        grant = next(g for g in bureau.section_chief.grants if g.role == "leader")
        assert grant.delegation_id == lent.pk
        assert grant.label.endswith("（代理）")
        assert bureau.leader.has("leader"), "the leader keeps the role"

    def test_it_ends_with_the_period_and_when_it_is_taken_back(self, bureau):
        lent = self.lend(bureau)
        stand_in = bureau.users["section_chief"]
        assert actor(stand_in, on=TODAY + timedelta(days=10)).has("leader")
        assert not actor(stand_in, on=TODAY + timedelta(days=11)).has("leader")
        services.revoke_delegation(delegation_id=lent.pk, by=bureau.leader, now=NOW)
        assert not bureau.section_chief.has("leader")

    def test_it_lapses_when_the_lender_leaves(self, bureau):
        self.lend(bureau)
        services.disable_account(
            user_id=bureau.users["leader"].pk, reason="调离", by=bureau.security_admin, now=NOW
        )
        assert not bureau.section_chief.has("leader")

    def test_it_is_in_writing(self, bureau):
        with pytest.raises(Refused, match="书面"):
            self.lend(bureau, document=" ")
        with pytest.raises(IntegrityError), transaction.atomic():
            Delegation(
                membership=Membership.objects.get(user=bureau.users["leader"]), document="",
                delegate=bureau.users["section_chief"], valid_from=TODAY, valid_to=TODAY,
                state_since=NOW, created_at=NOW,
            ).save(force_insert=True)  # fmt: skip

    def test_only_the_holder_lends_and_a_borrowed_role_is_not_lent_on(self, bureau):
        with pytest.raises(Forbidden):
            self.lend(bureau, by=bureau.clerk)
        self.lend(bureau)
        with pytest.raises(Forbidden):
            self.lend(bureau, by=bureau.section_chief, to="clerk")

    def test_it_goes_to_a_colleague_whose_roles_go_with_it(self, bureau):
        outsider = a_user("外人")
        bureau.users["outsider"] = outsider
        with pytest.raises(Refused, match="本单位"):
            self.lend(bureau, to="outsider")
        with pytest.raises(Refused, match="不相容"):
            self.lend(bureau, to="supervisor")
        with pytest.raises(Refused, match="自己"):
            self.lend(bureau, to="leader")

    def test_it_cannot_lie_in_the_past(self, bureau):
        with pytest.raises(Refused, match="已经过去"):
            self.lend(bureau, days=-3)


class TestWhoSomebodyIs:
    def test_three_queries_however_many_roles(self, bureau, django_assert_num_queries):
        many = a_user("多岗位")
        for role in ("clerk", "section_chief", "leader"):
            seat(many, bureau.section, role)
        services.declare_interest(
            person_id=many.person_id, body_id=a_body("social_organisation", "某协会").pk, kind="kin",
            by=SYSTEM, now=NOW,
        )  # fmt: skip
        user = User.objects.get(pk=many.pk)
        with django_assert_num_queries(3):
            who = selectors.actor_for(user, on=TODAY)
        assert len(who.grants) == 3
        assert len(who.interests) == 1

    def test_the_same_queries_for_one_and_for_three_people(self, bureau, django_assert_num_queries):
        with django_assert_num_queries(4):
            assert len(selectors.actors("leader", on=TODAY)) == 1
        for name in ("甲", "乙"):
            seat(a_user(name), bureau.committee, "leader")
        with django_assert_num_queries(4):
            assert len(selectors.actors("leader", on=TODAY)) == 3

    def test_the_area_of_a_role_comes_from_its_body(self, bureau):
        load_places("420106013")
        community = Community.objects.select_related("street").first()
        committee = a_body("residents_committee", "某居委会", community=community)
        office = a_body("street_office", "某街道办事处", street=community.street)
        assert someone("社区工作者", committee, "community_worker").grants[0].area_code == community.code
        assert someone("街道经办", office, "street_officer").grants[0].area_code == community.street.code

    def test_a_disabled_account_is_nobody(self, bureau):
        services.disable_account(
            user_id=bureau.users["clerk"].pk, reason="离职", by=bureau.security_admin, now=NOW
        )
        assert bureau.clerk is ANONYMOUS

    def test_an_interest_recuses_except_in_the_own_house(self, bureau):
        house = a_body("social_organisation", "自己的机构")
        other = a_body("social_organisation", "别的机构")
        expert = a_user("兼职专家")
        seat(expert, house, "applicant_admin")
        seat(expert, bureau.committee, "expert")
        for body in (house, other):
            services.declare_interest(
                person_id=expert.person_id, body_id=body.pk, kind="board", by=SYSTEM, now=NOW
            )
        assert actor(expert).interests == {other.pk}
        assert selectors.ties_of([expert.person_id], on=TODAY)[expert.person_id] == {house.pk, other.pk}

    def test_an_ended_interest_ties_for_three_years_more(self, bureau):
        expert, body = a_user("专家"), a_body("social_organisation", "旧东家")
        declared = services.declare_interest(
            person_id=expert.person_id, body_id=body.pk, kind="employment", by=SYSTEM,
            valid_from=date(2020, 1, 1), now=NOW,
        )  # fmt: skip
        services.end_interest(
            interest_id=declared.pk, on=date(2024, 6, 1), reason="离职", by=bureau.supervisor, now=NOW
        )
        assert actor(expert).interests == frozenset()
        ties = selectors.ties_of([expert.person_id], on=date(2027, 6, 1))
        assert ties[expert.person_id] == {body.pk}
        assert selectors.ties_of([expert.person_id], on=date(2027, 6, 2)) == {}

    def test_the_desk_of_the_security_administrator_counts_what_waits(self, bureau, newcomer):
        assert waiting(bureau.security_admin) == []
        ask(bureau.section_chief, newcomer, bureau)
        assert waiting(bureau.security_admin) == [1]
        assert waiting(bureau.clerk) == []
