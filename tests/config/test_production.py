"""Production refuses each unsafe choice in one sentence, and is clean under a proper environment."""

from __future__ import annotations

import base64
import importlib
import os
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest
from django.core.exceptions import ImproperlyConfigured

from config import checks

ROOT = Path(__file__).resolve().parents[2]


def key(seed: int) -> str:
    return base64.urlsafe_b64encode(bytes((seed * 7 + i * 13) % 256 for i in range(32))).decode()


PROPER = {
    "SECRET_KEY": key(1) + key(2),
    "FIELD_KEYS": f"{key(3)},{key(4)}",
    "BLIND_INDEX_KEY": key(5),
    "ANCHOR_KEY": key(6),
    "DATABASE_URL": "sqlite:////srv/gongyitong/db.sqlite3",
    "EMAIL_URL": "smtp+tls://post:secret@mail.example.org:587",
    "ALLOWED_HOSTS": "gyt.example.org",
}


@pytest.fixture
def production(monkeypatch: pytest.MonkeyPatch):
    """Read config.settings.production under an environment; the settings of the test stay as they are."""

    def read(**changes: str | None) -> ModuleType:
        for name in (*PROPER, "DEBUG", "STORAGE_URL", "BEHIND_TLS_PROXY", "SITE_URL"):
            monkeypatch.delenv(name, raising=False)
        for name, value in {**PROPER, **changes}.items():
            if value is not None:
                monkeypatch.setenv(name, value)
        sys.modules.pop("config.settings.production", None)
        try:
            return importlib.import_module("config.settings.production")
        finally:
            sys.modules.pop("config.settings.production", None)

    return read


def test_a_proper_environment_is_accepted(production) -> None:
    settings = production()
    assert settings.DEBUG is False
    assert settings.DATABASES["default"]["OPTIONS"]["transaction_mode"] == "IMMEDIATE"
    assert settings.DATABASES["default"]["ATOMIC_REQUESTS"] is False
    assert [key(3), key(4)] == settings.FIELD_KEYS
    assert settings.SESSION_COOKIE_NAME.startswith("__Host-")
    assert settings.SECURE_HSTS_SECONDS >= 365 * 24 * 3600
    assert settings.EMAIL_HOST == "mail.example.org"


def test_postgresql_gets_a_pool(production) -> None:
    chosen = production(DATABASE_URL="postgres://gyt:x@db.example.org:5432/gyt").DATABASES["default"]
    assert chosen["ENGINE"] == "django.db.backends.postgresql"
    assert chosen["OPTIONS"]["pool"]["max_size"] >= 4
    assert chosen["CONN_HEALTH_CHECKS"] is True


@pytest.mark.parametrize("missing", sorted(PROPER))
def test_what_is_missing_is_named(production, missing: str) -> None:
    with pytest.raises(ImproperlyConfigured, match=missing):
        production(**{missing: None})


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"DEBUG": "on"}, "DEBUG"),
        ({"SECRET_KEY": "django-insecure-" + key(1) + key(2)}, "SECRET_KEY"),
        ({"SECRET_KEY": "short-secret"}, "SECRET_KEY"),
        ({"SECRET_KEY": "ab" * 60}, "SECRET_KEY"),
        ({"BLIND_INDEX_KEY": key(3)}, "differ"),
        ({"FIELD_KEYS": "not base64!"}, "FIELD_KEYS"),
        ({"FIELD_KEYS": base64.urlsafe_b64encode(b"sixteen bytes ok").decode()}, "32 bytes"),
        ({"ANCHOR_KEY": base64.urlsafe_b64encode(b"a" * 32).decode()}, "random"),
        ({"ALLOWED_HOSTS": "*"}, "ALLOWED_HOSTS"),
        ({"DATABASE_URL": "sqlite:////srv/db.sqlite3?transaction_mode=DEFERRED"}, "IMMEDIATE"),
        ({"DATABASE_URL": "sqlite:////srv/db.sqlite3?init_command=PRAGMA%20synchronous%3DNORMAL"}, "FULL"),
        ({"DATABASE_URL": "sqlite://:memory:"}, "memory"),
        ({"DATABASE_URL": "mysql://u:p@h/db"}, "DATABASE_URL"),
        ({"DATABASE_URL": "postgres://u:p@h/db?options=-c%20synchronous_commit%3Doff"}, "synchronous_commit"),
    ],
)
def test_each_unsafe_choice_is_refused(production, changes: dict[str, str], says: str) -> None:
    with pytest.raises(ImproperlyConfigured, match=says):
        production(**changes)


def test_a_refusal_never_shows_a_key(production) -> None:
    with pytest.raises(ImproperlyConfigured) as refusal:
        production(FIELD_KEYS="c2VjcmV0LXZhbHVl")
    assert "c2VjcmV0" not in str(refusal.value)


@pytest.mark.sqlite_only
def test_the_deploy_check_is_clean(tmp_path: Path) -> None:
    environment = {
        "PATH": os.environ["PATH"],
        "HOME": str(tmp_path),
        **PROPER,
        "DJANGO_SETTINGS_MODULE": "config.settings.production",
        "DATABASE_URL": f"sqlite:///{tmp_path / 'db.sqlite3'}",
        "VAR_DIR": str(tmp_path),
    }
    command = [
        sys.executable,
        "manage.py",
        "check",
        "--deploy",
        "--fail-level",
        "WARNING",
        "--database",
        "default",
    ]
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "no issues (0 silenced)" in done.stdout


@pytest.mark.django_db
class TestDemoMark:
    """A database into which a demo was loaded is not served in production."""

    def mark(self) -> None:
        from core.models import DemoClock

        DemoClock.objects.create(title="演示", offset_seconds=3600)

    def test_production_refuses_it(self, settings) -> None:
        settings.PRODUCTION = True
        self.mark()
        with pytest.raises(ImproperlyConfigured, match="demo mark"):
            checks.refuse_demo()
        assert [m.id for m in checks.production_has_no_demo_mark(None, ["default"])] == ["config.E005"]

    def test_an_unmarked_database_is_served(self, settings) -> None:
        settings.PRODUCTION = True
        checks.refuse_demo()
        assert checks.production_has_no_demo_mark(None, ["default"]) == []

    def test_development_may_carry_it(self) -> None:
        self.mark()
        checks.refuse_demo()
        assert checks.production_has_no_demo_mark(None, ["default"]) == []


@pytest.mark.django_db
@pytest.mark.postgres_only
def test_a_postgresql_that_forgets_is_found(settings) -> None:
    """The test cluster runs with fsync off, which is exactly what production must not do."""
    settings.PRODUCTION = True
    found = checks.postgresql_is_durable(None, ["default"])
    assert any("fsync" in str(message.msg) for message in found)
