"""An officer sets up the second factor and signs in with it; the marks of the session need real commits."""

from __future__ import annotations

from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value, yield_hotp_counters_from_time
from django.test import Client
from django.urls import reverse

from tests.orgs.builders import PASSWORD, Bureau, a_user, seat

LOGIN, ACTIVATE, PAGE = "/accounts/login/", "/accounts/2fa/totp/activate/", "/accounts/2fa/"
MOBILE = "13900139000"


def code_of(secret: str) -> str:
    return format_hotp_value(hotp_value(secret, list(yield_hotp_counters_from_time())[1]))


def test_set_up_then_sign_in_with_it(own_database: str) -> None:
    officer = a_user("新经办", phone=MOBILE, password=PASSWORD)
    seat(officer, Bureau().section, "clerk")
    client = Client()
    client.post(LOGIN, {"login": MOBILE, "password": PASSWORD})
    assert client.get(PAGE).url == ACTIVATE
    secret = client.get(ACTIVATE).context["form"].secret
    assert client.post(ACTIVATE, {"code": "000000"}).status_code == 200
    response = client.post(ACTIVATE, {"code": code_of(secret)})
    assert response.url == reverse("mfa_view_recovery_codes")
    assert client.get(PAGE).status_code == 200, "the session in which it was set up goes on"

    client.post("/accounts/logout/")
    response = client.post(LOGIN, {"login": MOBILE, "password": PASSWORD})
    assert response.url.startswith(reverse("mfa_authenticate"))
    assert "_auth_user_id" not in client.session, "a password alone signs nobody in"
    assert client.post(response.url, {"code": "000000"}).status_code == 200
    assert "_auth_user_id" not in client.session
    client.post(response.url, {"code": code_of(secret)})
    assert client.session["_auth_user_id"] == str(officer.pk)
    assert client.get(PAGE).status_code == 200
