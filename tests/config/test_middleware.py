"""Headers, request lines and idle sessions, through the real stack."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from importlib import import_module

import pytest
import time_machine
from django.conf import settings
from django.contrib.sessions.backends.base import SessionBase
from django.http import HttpResponse
from django.test import Client, RequestFactory

from config import lockout, middleware

START = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


@pytest.mark.django_db
class TestHealth:
    def test_alive_without_asking_the_database(self, client: Client, django_assert_num_queries) -> None:
        with django_assert_num_queries(0):
            answer = client.get("/healthz")
        assert (answer.status_code, answer.content) == (200, b"ok\n")
        assert "no-store" in answer["Cache-Control"]

    def test_ready_when_all_migrations_are_applied(self, client: Client) -> None:
        assert client.get("/readyz").status_code == 200

    def test_not_ready_while_a_migration_waits(self, client: Client) -> None:
        from django.db.migrations.recorder import MigrationRecorder

        MigrationRecorder.Migration.objects.filter(app="sessions").delete()
        answer = client.get("/readyz")
        assert (answer.status_code, answer.content) == (503, b"not ready: migrations\n")
        assert answer["Retry-After"]

    def test_health_is_read_only(self, client: Client) -> None:
        assert client.post("/healthz").status_code == 405


@pytest.mark.django_db
class TestHeaders:
    def test_pages_have_the_strict_policy_with_a_nonce(self, client: Client) -> None:
        policy = client.get("/healthz")["Content-Security-Policy"]
        assert "unsafe-inline" not in policy
        assert "unsafe-eval" not in policy
        assert "default-src 'self'" in policy
        assert "frame-ancestors 'none'" in policy
        assert not re.search(r"https?:", policy)

    def test_the_nonce_of_a_page_is_in_its_policy(self) -> None:
        request = RequestFactory().get("/")
        seen: list[str] = []

        def page(request):
            seen.append(str(request.csp_nonce))
            return HttpResponse()

        first = middleware.ContentSecurity(page)(request)["Content-Security-Policy"]
        assert f"'nonce-{seen[0]}'" in first
        middleware.ContentSecurity(page)(RequestFactory().get("/"))
        assert seen[0] != seen[1]

    def test_only_the_editor_s_path_is_wider(self, client: Client) -> None:
        editor = client.get(f"/{settings.EDITOR_PATH}login/")
        assert "unsafe-inline" in editor["Content-Security-Policy"]
        assert editor["X-Frame-Options"] == "SAMEORIGIN"
        assert not re.search(r"https?:", editor["Content-Security-Policy"])
        other = client.get("/nowhere/")
        assert "unsafe-inline" not in other["Content-Security-Policy"]
        assert other["X-Frame-Options"] == "DENY"

    def test_every_answer_carries_the_plain_headers(self, client: Client) -> None:
        answer = client.get("/healthz")
        assert answer["X-Content-Type-Options"] == "nosniff"
        assert answer["Referrer-Policy"] == "same-origin"
        assert answer["Cross-Origin-Opener-Policy"] == "same-origin"
        assert re.fullmatch(r"[0-9a-f]{32}", answer["X-Request-Id"])


class FakeUser:
    """Somebody signed in, without the tables of any room."""

    is_authenticated = True


class TestIdleSessions:
    """Thirty minutes for the public, fifteen for staff, twelve hours for all."""

    @pytest.fixture
    def ended(self, monkeypatch: pytest.MonkeyPatch) -> list[bool]:
        calls: list[bool] = []

        def end(request) -> None:
            calls.append(True)
            request.session.flush()

        monkeypatch.setattr(middleware, "logout", end)
        return calls

    def visit(self, session: SessionBase, at: datetime) -> None:
        request = RequestFactory().get("/", headers={"cookie": f"{settings.SESSION_COOKIE_NAME}=x"})
        request.user, request.session = FakeUser(), session
        with time_machine.travel(at, tick=False):
            middleware.IdleSessions(lambda request: HttpResponse())(request)

    def session(self, audience: str) -> SessionBase:
        store = import_module("django.contrib.sessions.backends.signed_cookies").SessionStore()
        store["audience"] = audience
        return store

    @pytest.mark.parametrize(("audience", "minutes"), [("public", 30), ("staff", 15)])
    def test_ends_after_the_idle_time_of_the_audience(self, ended, audience: str, minutes: int) -> None:
        session = self.session(audience)
        self.visit(session, START)
        self.visit(session, START + timedelta(minutes=minutes))
        assert ended == []
        self.visit(session, START + timedelta(minutes=2 * minutes, seconds=1))
        assert ended == [True]

    def test_ends_after_twelve_hours_however_busy(self, ended) -> None:
        session = self.session("public")
        for minutes in range(0, 12 * 60 + 1, 20):
            self.visit(session, START + timedelta(minutes=minutes))
        assert ended == []
        self.visit(session, START + timedelta(hours=12, seconds=1))
        assert ended == [True]

    def test_reading_pages_writes_the_session_once_a_minute(self, ended) -> None:
        session = self.session("public")
        self.visit(session, START)
        session.modified = False
        self.visit(session, START + timedelta(seconds=59))
        assert session.modified is False
        self.visit(session, START + timedelta(seconds=60))
        assert session.modified is True


class TestLockoutKey:
    def test_trusts_only_the_last_hop_and_only_behind_our_proxy(self, settings) -> None:
        request = RequestFactory().get(
            "/", headers={"x-forwarded-for": "9.9.9.9, 10.0.0.7"}, REMOTE_ADDR="127.0.0.1"
        )
        assert lockout.client_address(request) == "127.0.0.1"
        settings.SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
        assert lockout.client_address(request) == "10.0.0.7"


@pytest.mark.django_db
def test_nul_in_an_address_is_a_page_that_does_not_exist(client):
    assert client.get("/public/notices/%00/").status_code == 404


@pytest.mark.django_db
def test_nul_in_a_query_is_left_out(client):
    assert client.get("/public/registry/?q=%00%27&page=%00").status_code == 200
