"""Sign-in through the pages: by mobile, by e-mail, locked after five failures, with a second factor."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
import time_machine
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import (
    format_hotp_value,
    hotp_value,
    yield_hotp_counters_from_time,
)
from axes.models import AccessAttempt
from django.contrib.sessions.models import Session
from django.core import mail
from django.urls import reverse

from core import policy
from core.audit.selectors import entries_of
from core.policy import SYSTEM
from orgs.people import selectors, services
from orgs.people.backends import account_key
from orgs.people.models import Membership, User
from tests.orgs.builders import NOW, PASSWORD, Bureau, a_body, a_user, actor, seat, signed_in

pytestmark = pytest.mark.django_db
LOGIN = "/accounts/login/"
MOBILE, EMAIL = "13800138000", "luo@example.org"
NEXT = "/accounts/2fa/"


@pytest.fixture
def house():
    return a_body("social_organisation", "武昌区夕阳红助老服务中心")


@pytest.fixture
def applicant(house):
    user = a_user("罗负责", phone=MOBILE, email=EMAIL, password=PASSWORD)
    seat(user, house, "applicant_admin")
    return user


@pytest.fixture
def officer():
    bureau = Bureau()
    user = a_user("新经办", phone="13900139000", password=PASSWORD)
    seat(user, bureau.section, "clerk")
    return user


def sign_in(client, login, password=PASSWORD, **more):
    return client.post(LOGIN, {"login": login, "password": password, **more})


def signed_in_as(client):
    return client.session.get("_auth_user_id")


def code_of(secret):
    return format_hotp_value(hotp_value(secret, list(yield_hotp_counters_from_time())[1]))


class TestMobileOrEmail:
    @pytest.mark.parametrize("login", [MOBILE, "+86 138-0013-8000", EMAIL, " Luo@Example.org "])
    def test_either_signs_in_however_it_is_written(self, client, applicant, login):
        response = sign_in(client, login, next=NEXT)
        assert (response.status_code, response.url) == (302, NEXT)
        assert signed_in_as(client) == str(applicant.pk)

    @pytest.mark.parametrize(
        ("login", "password"),
        [(MOBILE, "wrong"), ("13800138009", PASSWORD), ("nobody", PASSWORD), ("x@y.z", "")],
    )
    def test_a_wrong_login_says_nothing_about_the_account_and_stays_typed(
        self, client, applicant, login, password
    ):
        response = sign_in(client, login, password)
        page = response.content.decode()
        assert response.status_code == 200
        assert f'value="{login}"' in page
        assert ("账号或密码不正确" in page) == bool(password)
        assert password == "" or f'value="{password}"' not in page
        assert signed_in_as(client) is None

    def test_a_public_id_is_no_login(self, client, applicant):
        sign_in(client, applicant.public_id)
        assert signed_in_as(client) is None

    def test_a_disabled_account_does_not_get_in(self, client, applicant):
        services.disable_account(user_id=applicant.pk, reason="", by=SYSTEM, now=NOW)
        assert "账号或密码不正确" in sign_in(client, MOBILE).content.decode()
        assert signed_in_as(client) is None

    def test_a_disabled_account_is_out_at_the_next_click(self, client, applicant):
        sign_in(client, MOBILE)
        assert client.get(NEXT).status_code == 200
        services.disable_account(user_id=applicant.pk, reason="", by=SYSTEM, now=NOW)
        response = client.get(NEXT)
        assert response.status_code == 302
        assert response.url.startswith(LOGIN)
        assert not Session.objects.filter(pk=client.session.session_key).exists() or not signed_in_as(client)

    def test_the_session_holds_no_phone_number(self, client, applicant):
        sign_in(client, MOBILE)
        assert MOBILE not in str(dict(client.session))

    def test_an_address_of_another_host_is_not_followed(self, client, applicant):
        response = sign_in(client, MOBILE, next="https://evil.example/desk/")
        assert response.url == "/desk/"

    def test_there_is_no_sign_up(self, client):
        assert client.get("/accounts/signup/").status_code == 404

    def test_passwords_are_kept_by_argon2id(self, applicant):
        assert applicant.password.startswith("argon2$argon2id$v=19$m=19456,t=2,p=1$")


class TestLockOut:
    def fail(self, client, login=MOBILE, times=5):
        for _ in range(times):
            response = sign_in(client, login, "wrong password")
        return response

    def test_five_failures_lock_for_thirty_minutes_with_a_clear_sentence(self, client, applicant):
        with time_machine.travel("2026-04-10T02:00:00Z", tick=False) as clock:
            assert self.fail(client, times=4).status_code == 200
            response = self.fail(client, times=1)
            page = response.content.decode()
            assert response.status_code == 429
            assert "连续输错5次，账号已锁定30分钟。请在10:30之后再试" in page
            assert f'value="{MOBILE}"' in page
            assert sign_in(client, MOBILE).status_code == 429, "the right password does not help"
            clock.shift(timedelta(minutes=29, seconds=59))
            assert sign_in(client, MOBILE).status_code == 429
            clock.shift(timedelta(seconds=2))
            assert sign_in(client, MOBILE).status_code == 302
            assert signed_in_as(client) == str(applicant.pk)

    def test_every_way_of_writing_the_login_counts_together(self, client, applicant):
        for login in (MOBILE, "138 0013 8000", "+8613800138000", EMAIL):
            self.fail(client, login, times=1)
        assert self.fail(client, "１３８００１３８０００", times=1).status_code == 429
        assert sign_in(client, EMAIL).status_code == 429

    def test_an_account_that_does_not_exist_is_locked_just_the_same(self, client):
        assert self.fail(client, "13700000000").status_code == 429

    def test_another_account_at_the_same_address_is_not_locked(self, client, applicant):
        other = a_user("同楼", phone="13600136000", password=PASSWORD)
        self.fail(client)
        sign_in(client, "13600136000")
        assert signed_in_as(client) == str(other.pk)

    def test_a_good_sign_in_clears_the_count(self, client, applicant):
        self.fail(client, times=4)
        sign_in(client, EMAIL)
        client.logout()
        assert self.fail(client, times=4).status_code == 200

    def test_the_table_of_failures_holds_no_phone_and_no_password(self, client, applicant):
        self.fail(client, times=2)
        kept = str(list(AccessAttempt.objects.values()))
        assert kept != "[]"
        assert not any(word in kept for word in (MOBILE, "wrong password"))


class TestWhatTheLockOutCountsBy:
    def test_it_holds_no_login_and_folds_what_is_the_same(self):
        key = account_key(None, {"username": "13812345678"})
        assert "138" not in key
        assert key == account_key(None, {"username": " 138-1234-5678 "})
        assert key != account_key(None, {"username": "13812345679"})

    def test_it_reads_the_form_when_no_credentials_came(self, rf):
        request = rf.post("/", {"login": "lin@example.org"})
        assert account_key(request) == account_key(None, {"username": "LIN@example.org"})


class TestSecondFactor:
    def test_an_officer_is_led_to_set_it_up_before_anything_else(self, client, officer):
        sign_in(client, "13900139000")
        for path in ("/accounts/2fa/", "/accounts/password/change/", "/nowhere/"):
            response = client.get(path)
            assert (response.status_code, response.url) == (302, reverse("mfa_activate_totp"))

    def test_an_applicant_needs_none(self, client, applicant):
        sign_in(client, MOBILE)
        assert client.get(NEXT).status_code == 200

    def test_the_secret_lies_encrypted(self, officer):
        secret = services.enrol_second_factor(user_id=officer.pk, by=SYSTEM, now=NOW)
        kept = Authenticator.objects.get(user=officer, type="totp").data["secret"]
        assert secret not in kept
        assert kept.startswith("g1:")

    def test_a_session_from_before_is_not_let_through(self, client, officer):
        client.force_login(officer)
        services.enrol_second_factor(user_id=officer.pk, by=SYSTEM, now=NOW)
        assert client.get("/accounts/password/change/").status_code == 302

    def test_an_officer_cannot_drop_it(self, client, officer):
        services.enrol_second_factor(user_id=officer.pk, by=SYSTEM, now=NOW, secret="JBSWY3DPEHPK3PXP")
        response = sign_in(client, "13900139000")
        client.post(response.url, {"code": code_of("JBSWY3DPEHPK3PXP")})
        client.post("/accounts/2fa/totp/deactivate/")
        assert Authenticator.objects.filter(user=officer, type="totp").exists()

    def test_five_wrong_codes_are_the_last(self, client, officer):
        secret = services.enrol_second_factor(user_id=officer.pk, by=SYSTEM, now=NOW)
        url = sign_in(client, "13900139000").url
        for _ in range(5):
            assert "错误" in client.post(url, {"code": "000000"}).content.decode()
        client.post(url, {"code": code_of(secret)})
        assert signed_in_as(client) is None, "the right code comes too late"

    def test_officers_are_idle_for_a_shorter_time(self, client, officer, applicant):
        for user, audience in ((officer, "staff"), (applicant, "public")):
            client.force_login(user)
            assert client.session["audience"] == audience

    def test_a_role_that_was_taken_away_is_gone_at_the_next_click(self, client, officer):
        client.force_login(officer)
        assert client.get(NEXT).status_code == 302
        services.end_role(
            membership_id=Membership.objects.get(user=officer).pk, reason="调离", by=SYSTEM, now=NOW
        )
        assert client.get(NEXT).status_code == 200


class TestPasswords:
    def test_a_changed_password_ends_other_sessions_and_is_in_the_log(self, client, applicant, settings):
        from django.test import Client

        elsewhere = Client()
        sign_in(elsewhere, MOBILE)
        sign_in(client, MOBILE)
        new = "Donghu-2026-梅花"
        response = client.post(
            "/accounts/password/change/", {"oldpassword": PASSWORD, "password1": new, "password2": new}
        )
        assert response.status_code == 302
        assert client.get(NEXT).status_code == 200
        assert elsewhere.get(NEXT).status_code == 302
        assert "change_password" in [entry.verb for entry in entries_of(applicant.person)]

    @pytest.mark.parametrize(("who", "refused"), [("officer", True), ("applicant", False)])
    def test_officers_need_three_classes_of_characters(self, client, request, who, refused):
        signed_in(client, request.getfixturevalue(who))
        plain = "wuchangdonghu"
        response = client.post(
            "/accounts/password/change/", {"oldpassword": PASSWORD, "password1": plain, "password2": plain}
        )
        assert ("中的三类" in response.content.decode()) is refused
        assert response.status_code == (200 if refused else 302)

    def test_a_reset_link_comes_by_mail_and_only_if_there_is_an_account(self, client, applicant):
        client.post("/accounts/password/reset/", {"email": "nobody@example.org"})
        assert mail.outbox == []
        client.post("/accounts/password/reset/", {"email": EMAIL})
        [message] = mail.outbox
        assert "重设公益通登录密码" in message.subject
        link = next(line for line in message.body.splitlines() if "/password/reset/key/" in line)
        page = client.get(link, follow=True)
        new = "Donghu-2026-梅花"
        client.post(page.redirect_chain[-1][0], {"password1": new, "password2": new})
        assert User.objects.get(pk=applicant.pk).check_password(new)


class TestInvitationPage:
    def link(self, applicant, house):
        sent = services.invite(
            body_id=house.pk, role="applicant_editor", name="小陈", phone="13700137000",
            by=actor(applicant), now=NOW,
        )  # fmt: skip
        return f"/accounts/invitation/{selectors.invitation_token(sent)}/"

    @time_machine.travel("2026-04-11T02:00:00Z")
    def test_a_newcomer_chooses_a_password_and_is_in(self, client, applicant, house):
        link = self.link(applicant, house)
        assert "武昌区夕阳红助老服务中心邀请您" in client.get(link).content.decode()
        response = client.post(link, {"password": PASSWORD, "again": "different"})
        assert response.status_code == 422
        assert "不一致" in response.content.decode()
        assert client.post(link, {"password": "1234567890", "again": "1234567890"}).status_code == 422
        assert client.post(link, {"password": PASSWORD, "again": PASSWORD}).status_code == 302
        newcomer = User.objects.get(person__name="小陈")
        assert signed_in_as(client) == str(newcomer.pk)
        client.logout()
        assert client.get(link).status_code == 404

    @time_machine.travel("2026-04-11T02:00:00Z")
    def test_somebody_signed_in_takes_the_role_into_the_own_account(self, client, applicant, house):
        known = a_user("老陈", phone="13700137000", password=PASSWORD)
        link = self.link(applicant, house)
        assert "请先登录" in client.post(link, {"password": PASSWORD, "again": PASSWORD}).content.decode()
        sign_in(client, "13700137000")
        assert client.post(link).status_code == 302
        assert actor(known, on=date(2026, 4, 11)).has(policy.Role.APPLICANT_EDITOR)

    @time_machine.travel("2026-04-11T02:00:00Z")
    def test_a_made_up_link_opens_nothing(self, client):
        assert client.get("/accounts/invitation/abc.def/").status_code == 404


def test_request_actor_costs_no_query_before_somebody_signs_in(client, django_assert_num_queries):
    with django_assert_num_queries(0):
        assert client.get(LOGIN).status_code == 200
