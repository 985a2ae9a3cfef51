"""Values from the environment: typed, or one clear sentence."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured

from config import env


def test_files_live_in_a_folder_or_a_bucket_and_nowhere_else(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STORAGE_URL", "ftp://host/files")
    with pytest.raises(ImproperlyConfigured, match="'ftp' is not offered"):
        env.storage_root(Path("/var"))
    monkeypatch.setenv("STORAGE_URL", "s3://bucket/files")
    with pytest.raises(ImproperlyConfigured, match="s3://key:secret@host:port/bucket"):
        env.storage_bucket()
    monkeypatch.setenv("STORAGE_URL", "file:///srv/my%20files")
    assert env.storage_root(Path("/var")) == Path("/srv/my files")
    monkeypatch.delenv("STORAGE_URL")
    assert env.storage_root(Path("/var")) == Path("/var")


def test_mail_in_files_goes_where_the_address_says(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("EMAIL_URL", raising=False)
    assert env.email("filemail:///srv/our%20mail")["EMAIL_FILE_PATH"] == "/srv/our mail"
    chosen = env.email("smtp+tls://post:secret@mail.example.org:587")
    assert (chosen["EMAIL_HOST"], chosen["EMAIL_PORT"]) == ("mail.example.org", 587)
    assert chosen["EMAIL_USE_TLS"] is True


def test_development_keys_are_random_and_private(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    keys = set()
    for folder in ("one", "two"):
        for name in env.DEV_KEYS:
            monkeypatch.delenv(name, raising=False)
        monkeypatch.setenv("VAR_DIR", str(tmp_path / folder))
        env.load_dev_keys()
        keys |= {os.environ[name] for name in env.DEV_KEYS}
        assert stat.S_IMODE((tmp_path / folder / "keys.env").stat().st_mode) == 0o600
    assert len(keys) == 2 * len(env.DEV_KEYS)
    assert all(env.key(value, "any") for value in keys)


def test_two_first_starts_agree_on_one_file(tmp_path: Path) -> None:
    path = tmp_path / "keys.env"
    env.write_dev_keys(path)
    first = path.read_bytes()
    env.write_dev_keys(path)
    assert path.read_bytes() == first
    assert [p.name for p in tmp_path.iterdir()] == ["keys.env"]


def test_a_caller_s_sqlite_option_is_kept_visible(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "sqlite:////srv/db.sqlite3?timeout=5")
    chosen = env.database("")
    assert chosen["OPTIONS"]["timeout"] == 5
    assert "synchronous=FULL" in chosen["OPTIONS"]["init_command"]


@pytest.mark.sqlite_only
def test_sqlite_reports_the_options_it_was_given(tmp_path: Path, django_db_blocker) -> None:
    from django.db.utils import ConnectionHandler

    options = dict(env.SQLITE_OPTIONS)
    config = {"ENGINE": "django.db.backends.sqlite3", "NAME": tmp_path / "db.sqlite3", "OPTIONS": options}
    handler = ConnectionHandler({"default": config})
    with django_db_blocker.unblock(), handler["default"].cursor() as cursor:
        pragmas = [
            cursor.execute(f"PRAGMA {p}").fetchone()[0]
            for p in ("journal_mode", "synchronous", "foreign_keys")
        ]
    handler["default"].close()
    assert pragmas == ["wal", 2, 1]
