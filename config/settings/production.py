"""Production: everything from the environment, and a refusal in one sentence for each unsafe choice."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ImproperlyConfigured

from config.env import database, email, env, keys_from_environment, required
from config.settings.base import *  # noqa: F403
from config.settings.base import CONTENT_SECURITY_POLICY as BASE_POLICY
from config.settings.base import STORAGES as BASE_STORAGES

SHORTEST_SECRET = 50
PRODUCTION = True
DEMO = False
DOORBELL = True
DEBUG = False


def _refuse_debug() -> None:
    if env.bool("DEBUG", False):
        raise ImproperlyConfigured("DEBUG must be off in production.")


def _refuse_weak_secret(secret: str) -> None:
    weak = secret.startswith("django-insecure-") or len(set(secret)) < 5
    if weak or len(secret) < SHORTEST_SECRET:
        raise ImproperlyConfigured(
            f"SECRET_KEY must be random and at least {SHORTEST_SECRET} characters; run: make secret"
        )


def _refuse_shared_keys(keys: dict[str, Any]) -> None:
    named = [*keys["FIELD_KEYS"], keys["BLIND_INDEX_KEY"], keys["ANCHOR_KEY"], keys["SECRET_KEY"]]
    if len(set(named)) != len(named):
        raise ImproperlyConfigured("SECRET_KEY, FIELD_KEYS, BLIND_INDEX_KEY and ANCHOR_KEY must all differ.")


def _refuse_unsafe_database(chosen: dict[str, Any]) -> None:
    options = chosen["OPTIONS"]
    if chosen["ENGINE"].endswith("sqlite3"):
        command = str(options.get("init_command", "")).replace(" ", "").upper()
        wanted = ["JOURNAL_MODE=WAL", "SYNCHRONOUS=FULL", "FOREIGN_KEYS=ON"]
        if str(options.get("transaction_mode", "")).upper() != "IMMEDIATE" or not all(
            w in command for w in wanted
        ):
            raise ImproperlyConfigured(
                "SQLite needs transaction_mode IMMEDIATE, WAL, synchronous FULL and foreign keys."
            )
        if not chosen["NAME"] or ":memory:" in str(chosen["NAME"]) or "mode=memory" in str(chosen["NAME"]):
            raise ImproperlyConfigured("DATABASE_URL names a database in memory: nothing would be kept.")
    elif "synchronous_commit" in str(options.get("options", "")) or options.get("autocommit") is False:
        raise ImproperlyConfigured("DATABASE_URL must not weaken synchronous_commit or autocommit.")


_refuse_debug()
_keys = keys_from_environment()
_refuse_weak_secret(_keys["SECRET_KEY"])
_refuse_shared_keys(_keys)
SECRET_KEY = _keys["SECRET_KEY"]
FIELD_KEYS = _keys["FIELD_KEYS"]
BLIND_INDEX_KEY = _keys["BLIND_INDEX_KEY"]
ANCHOR_KEY = _keys["ANCHOR_KEY"]

required("DATABASE_URL")
DATABASES = {"default": database("")}
_refuse_unsafe_database(DATABASES["default"])
required("EMAIL_URL")
vars().update(email(""))

ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=[])
if not ALLOWED_HOSTS or "*" in ALLOWED_HOSTS:
    raise ImproperlyConfigured("ALLOWED_HOSTS must name the hosts of this installation, without a wildcard.")
CSRF_TRUSTED_ORIGINS = [f"https://{host.lstrip('.')}" for host in ALLOWED_HOSTS]
WAGTAILADMIN_BASE_URL = env.str("SITE_URL", CSRF_TRUSTED_ORIGINS[0])

SECURE_SSL_REDIRECT = True
SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$"]
if env.bool("BEHIND_TLS_PROXY", True):
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
SECURE_HSTS_SECONDS = 365 * 24 * 60 * 60
SECURE_HSTS_INCLUDE_SUBDOMAINS = True
SECURE_HSTS_PRELOAD = True
SESSION_COOKIE_SECURE = True
SESSION_COOKIE_NAME = "__Host-session"
CSRF_COOKIE_SECURE = True
CSRF_COOKIE_NAME = "__Host-csrf"
LANGUAGE_COOKIE_SECURE = True
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {**BASE_POLICY["DIRECTIVES"], "upgrade-insecure-requests": True},
}
STORAGES = {
    **BASE_STORAGES,
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}
