"""Persons, accounts, invitations, hand-over: who gets in, and what happens when somebody leaves."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.contrib.sessions.models import Session
from django.db import IntegrityError, connection, transaction

from core import events
from core.audit import verify
from core.audit.selectors import entries_of
from core.errors import Forbidden, NotFound, NotNow, Refused
from core.policy import ANONYMOUS, SYSTEM
from orgs.people import rules, selectors, services
from orgs.people.events import BodyRenamed, WorkHandedOver
from orgs.people.lifecycle import I
from orgs.people.models import Delegation, HandOver, Invitation, Membership, Person, User
from tests.orgs.builders import NOW, PASSWORD, TODAY, Bureau, a_body, a_user, actor, seat

pytestmark = pytest.mark.django_db
SOUND = "11010519491231002X"


@pytest.fixture
def bureau():
    return Bureau()


@pytest.fixture
def house():
    return a_body("social_organisation", "武昌区夕阳红助老服务中心")


@pytest.fixture
def admin(house):
    user = a_user("罗负责")
    seat(user, house, "applicant_admin")
    return user


def register(**fields):
    return services.register_person(name=fields.pop("name", "王五"), by=SYSTEM, now=NOW, **fields)


class TestPersons:
    def test_phone_and_identity_number_lie_encrypted(self):
        register(phone="138 0013 8000", id_number=SOUND.lower())
        with connection.cursor() as cursor:
            cursor.execute("SELECT phone, id_number, phone_index FROM people_person")
            stored = cursor.fetchone()
        assert not any("13800138000" in text or SOUND in text for text in stored)
        kept = Person.objects.get()
        assert (kept.phone, kept.id_number, kept.masked_phone) == ("13800138000", SOUND, "138****8000")

    def test_an_identity_number_belongs_to_one_person(self):
        register(id_number=SOUND)
        with pytest.raises(Refused, match="另一人"):
            register(name="冒名", id_number=SOUND)
        assert selectors.person_by_identity(" 110105 19491231 002x").name == "王五"
        assert selectors.person_by_identity("") is None

    @pytest.mark.parametrize(
        ("field", "value"),
        [("id_number", "110105194912310021"), ("phone", "12345"), ("email", "nobody"), ("name", "  ")],
    )
    def test_what_is_unsound_is_named(self, field, value):
        with pytest.raises(Refused) as refused:
            register(**{field: value})
        assert refused.value.field == field

    def test_no_personal_data_in_the_log(self):
        person = register(phone="13800138000", id_number=SOUND, email="wang@example.org")
        text = "".join(f"{entry.payload}{entry.label}" for entry in entries_of(person))
        assert not any(word in text for word in ("13800138000", SOUND, "wang@", "王五"))

    def test_verify_finds_an_index_that_was_moved(self):
        one, two = register(phone="13800138000"), register(name="赵六", phone="13800138001")
        assert verify.problems("P3") == []
        Person.objects.filter(pk=two.pk).update(phone_index=one.phone_index)
        assert [problem.where for problem in verify.problems("P3")] == [f"people.person:{two.pk}"]


class TestAccounts:
    def test_one_account_for_a_person_and_one_login_for_an_account(self):
        user = a_user("周一", phone="13800138000", email="zhou@example.org")
        assert selectors.user_by_login("+86 13800138000") == user
        assert selectors.user_by_login("ZHOU@example.org") == user
        assert selectors.user_by_login("13800138001") is None
        with pytest.raises(Refused, match="已有账号"):
            services.open_account(person_id=user.person_id, by=SYSTEM, now=NOW)
        with pytest.raises(Refused, match="手机号已有账号"):
            a_user("同号", phone="13800138000")
        with pytest.raises(Refused, match="邮箱已有账号"):
            a_user("同邮", email="zhou@example.org")

    def test_the_database_refuses_a_shared_login_too(self):
        one, two = a_user("甲"), a_user("乙")
        with pytest.raises(IntegrityError), transaction.atomic():
            User.objects.filter(pk=two.pk).update(phone_index=one.phone_index)

    def test_an_account_needs_something_to_sign_in_with(self):
        with pytest.raises(Refused, match="手机号或电子邮箱"):
            services.open_account(person_id=register().pk, by=SYSTEM, now=NOW)

    def test_a_weak_password_is_refused(self):
        with pytest.raises(Refused) as refused:
            a_user("弱口令", password="1234567890")
        assert refused.value.code == "weak_password"

    def test_disabling_ends_open_sessions_and_only_that_account(self, client, bureau):
        one, two = a_user("甲", password=PASSWORD), a_user("乙", password=PASSWORD)
        keys = []
        for user in (one, two):
            client.logout()
            client.force_login(user, backend="orgs.people.backends.MobileOrEmail")
            keys.append(client.session.session_key)
        services.disable_account(user_id=one.pk, reason="离职", by=bureau.security_admin, now=NOW)
        assert list(Session.objects.values_list("pk", flat=True)) == keys[1:]
        assert not User.objects.get(pk=one.pk).is_active
        assert verify.problems("P4") == []
        services.enable_account(user_id=one.pk, reason="返岗", by=bureau.security_admin, now=NOW)
        assert User.objects.get(pk=one.pk).is_active

    def test_nobody_else_disables_and_nobody_disables_oneself(self, bureau):
        for by in (bureau.system_admin, bureau.leader):
            with pytest.raises(Forbidden):
                services.disable_account(user_id=bureau.users["clerk"].pk, reason="", by=by, now=NOW)
        own = bureau.users["security_admin"].pk
        with pytest.raises(Forbidden):
            services.disable_account(user_id=own, reason="", by=bureau.security_admin, now=NOW)

    def test_a_new_mobile_signs_in_and_ends_old_sessions(self):
        user = a_user("换号", phone="13800138000")
        services.change_contact(person_id=user.person_id, phone="13900139000", by=SYSTEM, now=NOW)
        moved = User.objects.get(pk=user.pk)
        assert selectors.user_by_login("13900139000") == moved
        assert selectors.user_by_login("13800138000") is None
        assert moved.get_session_auth_hash() != user.get_session_auth_hash()

    def test_verify_finds_an_account_that_was_switched_on_by_hand(self, bureau):
        clerk = bureau.users["clerk"]
        services.disable_account(user_id=clerk.pk, reason="", by=bureau.security_admin, now=NOW)
        User.objects.filter(pk=clerk.pk).update(is_active=True)
        assert [problem.where for problem in verify.problems("P4")] == [f"people.user:{clerk.pk}"]


class TestInvitations:
    def invite(self, admin, house, **fields):
        asked = {"role": "applicant_editor", "name": "小陈", "phone": "13700137000"} | fields
        return services.invite(body_id=house.pk, by=actor(admin), now=NOW, **asked)

    def test_a_colleague_gets_an_account_and_the_role_by_a_one_time_link(self, admin, house):
        invitation = self.invite(admin, house)
        token = selectors.invitation_token(invitation)
        assert token in selectors.invitation_link(invitation)
        user = services.accept_invitation(token=token, password=PASSWORD, by=ANONYMOUS, now=NOW)
        assert user.check_password(PASSWORD)
        assert user.get_full_name() == "小陈"
        assert actor(user).has("applicant_editor")
        with pytest.raises(NotFound, match="已失效或已使用"):
            services.accept_invitation(token=token, password=PASSWORD, by=ANONYMOUS, now=NOW)

    def test_the_database_holds_the_hash_only(self, admin, house):
        invitation = self.invite(admin, house)
        token = selectors.invitation_token(invitation)
        kept = Invitation.objects.filter(pk=invitation.pk).values().get()
        assert token not in str(kept)
        assert kept["token_hash"] == rules.token_digest(token)

    def test_it_expires(self, admin, house):
        token = selectors.invitation_token(self.invite(admin, house))
        late = NOW + timedelta(days=rules.INVITATION_DAYS, seconds=1)
        with pytest.raises(NotFound):
            services.accept_invitation(token=token, password=PASSWORD, by=ANONYMOUS, now=late)
        last = NOW + timedelta(days=rules.INVITATION_DAYS)
        assert services.accept_invitation(token=token, password=PASSWORD, by=ANONYMOUS, now=last)

    def test_a_revoked_link_opens_nothing(self, admin, house):
        invitation = self.invite(admin, house)
        token = selectors.invitation_token(invitation)
        services.revoke_invitation(invitation_id=invitation.pk, by=actor(admin), now=NOW)
        with pytest.raises(NotFound):
            services.accept_invitation(token=token, password=PASSWORD, by=ANONYMOUS, now=NOW)

    def test_a_weak_password_leaves_the_link_unused(self, admin, house):
        token = selectors.invitation_token(self.invite(admin, house))
        with pytest.raises(Refused):
            services.accept_invitation(token=token, password="short", by=ANONYMOUS, now=NOW)
        assert Person.objects.filter(name="小陈").count() == 0
        assert services.accept_invitation(token=token, password=PASSWORD, by=ANONYMOUS, now=NOW)

    def test_who_has_an_account_signs_in_first_and_must_be_the_one_invited(self, admin, house):
        known = a_user("老陈", phone="13700137000")
        stranger = a_user("路人")
        token = selectors.invitation_token(self.invite(admin, house))
        with pytest.raises(Refused, match="请先登录"):
            services.accept_invitation(token=token, password=PASSWORD, by=ANONYMOUS, now=NOW)
        with pytest.raises(Refused, match="不是发给"):
            services.accept_invitation(token=token, by=_signed_in(stranger), now=NOW)
        assert services.accept_invitation(token=token, by=_signed_in(known), now=NOW) == known
        assert actor(known).has("applicant_editor")

    @pytest.mark.parametrize("role", ["clerk", "security_admin", "auditor"])
    def test_an_applicant_invites_into_the_own_house_only(self, admin, house, bureau, role):
        with pytest.raises(Refused):
            self.invite(admin, house, role=role)
        rival = a_body("social_organisation", "竞争对手")
        with pytest.raises(Forbidden):
            self.invite(admin, rival)
        with pytest.raises(Forbidden):
            self.invite(admin, bureau.section, role="clerk")

    def test_an_officer_is_invited_by_one_and_approved_by_another(self, bureau):
        asked = services.ask_invitation(
            body_id=bureau.section.pk, role="clerk", name="新同事", email="new@example.org",
            by=bureau.section_chief, now=NOW,
        )  # fmt: skip
        assert asked.token_hash == ""
        with pytest.raises(Forbidden):
            services.send_invitation(invitation_id=asked.pk, by=bureau.section_chief, now=NOW)
        sent = services.send_invitation(invitation_id=asked.pk, by=bureau.security_admin, now=NOW)
        user = services.accept_invitation(
            token=selectors.invitation_token(sent), password=PASSWORD, by=ANONYMOUS, now=NOW
        )
        held = Membership.objects.get(user=user)
        assert held.requested_by_id == bureau.users["section_chief"].pk
        assert held.approved_by_id == bureau.users["security_admin"].pk
        assert Invitation.objects.get().state == I.ACCEPTED

    def test_the_security_administrator_does_not_invite_alone(self, bureau):
        with pytest.raises(Refused, match="不能自行提出"):
            services.invite(
                body_id=bureau.section.pk, role="clerk", name="亲信", phone="13700137001",
                by=bureau.security_admin, now=NOW,
            )  # fmt: skip

    def test_the_first_responsible_person_of_an_applicant_is_invited_by_a_clerk(self, bureau, house):
        sent = services.invite(
            body_id=house.pk, role="applicant_admin", name="首位负责人", phone="13700137002",
            by=bureau.clerk, now=NOW,
        )  # fmt: skip
        assert sent.state == I.SENT
        with pytest.raises(Forbidden):
            services.invite(
                body_id=house.pk, role="applicant_finance", name="财务", phone="13700137003",
                by=bureau.clerk, now=NOW,
            )  # fmt: skip


def _signed_in(user):
    who = actor(user)
    assert who.user_id == user.pk
    return who


class TestHandOver:
    def request(self, bureau, by=None, **fields):
        asked = {"from_user_id": bureau.users["clerk"].pk, "on": date(2026, 5, 1), "reason": "调离"} | fields
        return services.request_handover(by=by or bureau.section_chief, now=NOW, **asked)

    def test_all_roles_move_in_one_step_and_rooms_above_hear_of_it(self, bureau, monkeypatch):
        heard = []
        handlers = [lambda fact, *, by, now: heard.append(fact)]
        monkeypatch.setitem(events._handlers, WorkHandedOver, handlers)
        heir = a_user("接手人")
        seat(bureau.users["clerk"], bureau.finance, "finance_clerk")
        asked = self.request(bureau, to_user_id=heir.pk)
        services.carry_out_handover(handover_id=asked.pk, by=bureau.security_admin, now=NOW)
        old, day = bureau.users["clerk"], date(2026, 5, 1)
        assert actor(old, on=day - timedelta(days=1)).roles() == {"clerk", "finance_clerk"}
        assert not actor(old, on=day).grants
        assert not actor(heir, on=day - timedelta(days=1)).grants
        assert actor(heir, on=day).roles() == {"clerk", "finance_clerk"}
        assert heard == [WorkHandedOver(asked.pk, old.pk, heir.pk)]
        assert verify.problems("P1", "P2") == []

    def test_it_takes_two_people_and_neither_is_the_heir(self, bureau):
        heir = a_user("接手人")
        with pytest.raises(Forbidden):
            self.request(bureau, by=bureau.clerk, to_user_id=heir.pk)
        with pytest.raises(Forbidden):
            self.request(bureau, to_user_id=bureau.users["section_chief"].pk)
        asked = self.request(bureau, to_user_id=heir.pk)
        with pytest.raises(Forbidden):
            services.carry_out_handover(handover_id=asked.pk, by=bureau.section_chief, now=NOW)
        services.refuse_handover(handover_id=asked.pk, reason="人选不妥", by=bureau.security_admin, now=NOW)
        with pytest.raises(NotNow):
            services.carry_out_handover(handover_id=asked.pk, by=bureau.security_admin, now=NOW)

    def test_the_heir_must_fit(self, bureau):
        with pytest.raises(Refused, match="不相容"):
            self.request(bureau, to_user_id=bureau.users["supervisor"].pk)
        assert not HandOver.objects.exists()

    def test_the_responsible_person_of_a_house_hands_over_alone(self, admin, house):
        heir = a_user("新负责人")
        asked = services.request_handover(
            from_user_id=admin.pk, to_user_id=heir.pk, body_id=house.pk, on=TODAY, reason="换届",
            by=actor(admin), now=NOW,
        )  # fmt: skip
        services.carry_out_handover(handover_id=asked.pk, by=actor(admin), now=NOW)
        assert actor(heir).has("applicant_admin")
        assert not actor(admin).has("applicant_admin")

    def test_lent_roles_end_with_the_lender(self, bureau):
        leader, heir = bureau.users["leader"], a_user("新局长")
        membership = Membership.objects.get(user=leader)
        services.delegate_role(
            membership_id=membership.pk, delegate_id=bureau.users["section_chief"].pk, valid_from=TODAY,
            valid_to=date(2026, 6, 30), document="授权书", by=bureau.leader, now=NOW,
        )  # fmt: skip
        asked = self.request(bureau, from_user_id=leader.pk, to_user_id=heir.pk)
        services.carry_out_handover(handover_id=asked.pk, by=bureau.security_admin, now=NOW)
        assert Delegation.objects.get().valid_to == date(2026, 4, 30)
        assert not actor(bureau.users["section_chief"], on=date(2026, 5, 1)).has("leader")


class TestBodies:
    def test_a_new_name_is_told_to_the_rooms_above(self, bureau, house, monkeypatch):
        heard = []
        monkeypatch.setitem(events._handlers, BodyRenamed, [lambda fact, *, by, now: heard.append(fact)])
        services.edit_body(body_id=house.pk, name="新名", by=bureau.clerk, now=NOW)
        services.edit_body(body_id=house.pk, short_name="新", by=bureau.clerk, now=NOW)
        assert heard == [BodyRenamed(house.pk)]

    def test_the_own_house_does_not_rename_itself(self, admin, house):
        with pytest.raises(Forbidden):
            services.edit_body(body_id=house.pk, name="市级总会", by=actor(admin), now=NOW)

    def test_whoever_has_an_interest_keeps_away_from_the_body(self, bureau, house):
        clerk = bureau.users["clerk"]
        services.declare_interest(
            person_id=clerk.person_id, body_id=house.pk, kind="kin", by=bureau.clerk, now=NOW
        )
        with pytest.raises(Forbidden, match="回避"):
            services.edit_body(body_id=house.pk, name="新名", by=bureau.clerk, now=NOW)
