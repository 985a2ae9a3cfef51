"""Reads the environment: the only module that may. Every value comes out typed or as one clear sentence."""

from __future__ import annotations

import base64
import binascii
import os
import secrets
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

import environ
from django.core.exceptions import ImproperlyConfigured

BASE_DIR = Path(__file__).resolve().parent.parent
env = environ.Env()

KEY_BYTES = 32
DEV_KEYS = ("SECRET_KEY", "FIELD_KEYS", "BLIND_INDEX_KEY", "ANCHOR_KEY")
SQLITE_OPTIONS = {
    "transaction_mode": "IMMEDIATE",
    "timeout": 20,
    "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON;",
}
POSTGRES_POOL = {"min_size": 1, "max_size": 8, "timeout": 20}


def var_dir() -> Path:
    """Where everything written at run time lives: database, files, broker, keys of development."""
    return Path(os.environ.get("VAR_DIR") or BASE_DIR / "var")


def database(default: str, *, pool: bool = True) -> dict[str, Any]:
    """The one database from DATABASE_URL, with the options that were measured to lose nothing."""
    settings: dict[str, Any] = dict(env.db_url_config(os.environ.get("DATABASE_URL") or default))
    options = dict(settings.get("OPTIONS") or {})
    if settings["ENGINE"] == "django.db.backends.sqlite3":
        settings["OPTIONS"] = {**SQLITE_OPTIONS, **options}
    elif settings["ENGINE"] == "django.db.backends.postgresql":
        if pool:
            options.setdefault("pool", dict(POSTGRES_POOL))
        settings["OPTIONS"] = options
        settings["CONN_HEALTH_CHECKS"] = True
    else:
        raise ImproperlyConfigured("DATABASE_URL must start with sqlite:/// or postgres://.")
    settings["ATOMIC_REQUESTS"] = False
    return settings


def email(default: str) -> dict[str, Any]:
    """Django's EMAIL_* settings from EMAIL_URL (smtp+tls://, smtp+ssl://, filemail://, consolemail://)."""
    url = os.environ.get("EMAIL_URL") or default
    settings = dict(environ.Env.email_url_config(url))
    if urlsplit(url).scheme == "filemail":  # the parser would make the path relative to wherever we stand
        settings["EMAIL_FILE_PATH"] = unquote(urlsplit(url).path)
    return settings


def storage_root(default: Path) -> Path:
    """The folder of STORAGE_URL; the default where it is absent or names a bucket."""
    url = os.environ.get("STORAGE_URL")
    if not url or urlsplit(url).scheme == "s3":
        return default
    parts = urlsplit(url)
    if parts.scheme != "file" or parts.netloc or not parts.path.startswith("/"):
        raise ImproperlyConfigured(
            "STORAGE_URL must look like file:///srv/gongyitong/files or s3://key:secret@host:port/bucket; "
            f"{parts.scheme!r} is not offered."
        )
    return Path(unquote(parts.path))


def storage_bucket() -> dict[str, str] | None:
    """The bucket of STORAGE_URL: s3://key:secret@host:port/bucket?region=…&tls=off; None for a folder.

    Any S3-compatible service. ``tls=off`` speaks plain HTTP, for a service on the same machine only.
    """
    parts = urlsplit(os.environ.get("STORAGE_URL", ""))
    if parts.scheme != "s3":
        return None
    bucket = parts.path.strip("/")
    if not (parts.hostname and parts.username and parts.password and bucket) or "/" in bucket:
        raise ImproperlyConfigured("STORAGE_URL must look like s3://key:secret@host:port/bucket.")
    asked = parse_qs(parts.query)
    scheme = "http" if asked.get("tls") == ["off"] else "https"
    return {
        "endpoint_url": f"{scheme}://{parts.hostname}{f':{parts.port}' if parts.port else ''}",
        "aws_access_key_id": unquote(parts.username),
        "aws_secret_access_key": unquote(parts.password),
        "region_name": asked.get("region", ["us-east-1"])[0],
        "bucket": bucket,
    }


def key(value: str, name: str) -> str:
    """Return a key, urlsafe base64 of exactly 32 bytes; the refusal names it and never shows its value."""
    try:
        raw = base64.urlsafe_b64decode(value.encode("ascii"))
    except (binascii.Error, ValueError, UnicodeEncodeError) as error:
        raise ImproperlyConfigured(f"{name} is not urlsafe base64.") from error
    if len(raw) != KEY_BYTES:
        raise ImproperlyConfigured(f"{name} must be urlsafe base64 of {KEY_BYTES} bytes, not of {len(raw)}.")
    if len(set(raw)) < KEY_BYTES // 4:
        raise ImproperlyConfigured(f"{name} must be random; run: make secret")
    return value


def required(name: str) -> str:
    """The value of a variable that has no default."""
    value = os.environ.get(name, "")
    if not value:
        raise ImproperlyConfigured(f"{name} is missing from the environment.")
    return value


def keys_from_environment() -> dict[str, Any]:
    """SECRET_KEY and the three data keys. FIELD_KEYS: newest first, the first encrypts, all decrypt."""
    field_keys = [part.strip() for part in required("FIELD_KEYS").split(",") if part.strip()]
    return {
        "SECRET_KEY": required("SECRET_KEY"),
        "FIELD_KEYS": [key(part, "FIELD_KEYS") for part in field_keys],
        "BLIND_INDEX_KEY": key(required("BLIND_INDEX_KEY"), "BLIND_INDEX_KEY"),
        "ANCHOR_KEY": key(required("ANCHOR_KEY"), "ANCHOR_KEY"),
    }


def load_dev_keys() -> None:
    """Fill missing keys from var/keys.env, which is made at random (0600) the first time."""
    if all(os.environ.get(name) for name in DEV_KEYS):
        return
    path = var_dir() / "keys.env"
    if not path.exists():
        write_dev_keys(path)
    for line in path.read_text(encoding="ascii").splitlines():
        name, _, value = line.partition("=")
        if name in DEV_KEYS:
            os.environ.setdefault(name, value)


def write_dev_keys(path: Path) -> None:
    """Write fresh random keys that only this user can read; two first starts at once agree on one file."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    text = "".join(
        f"{name}={base64.urlsafe_b64encode(secrets.token_bytes(KEY_BYTES)).decode()}\n" for name in DEV_KEYS
    )
    draft = path.with_name(f".keys.{os.getpid()}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="ascii") as file:
        file.write(text)
    try:
        os.link(draft, path)
    except FileExistsError:
        pass
    finally:
        draft.unlink()
