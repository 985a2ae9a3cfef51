"""Tests: fixed keys, in-memory SQLite unless DATABASE_URL names PostgreSQL, mail kept in memory."""

import base64
import os
import tempfile
from pathlib import Path

os.environ.setdefault("VAR_DIR", str(Path(tempfile.gettempdir()) / f"gongyitong-test-{os.getuid()}"))

from config.env import database  # noqa: E402
from config.settings.base import *  # noqa: F403, E402
from config.settings.base import INSTALLED_APPS, VAR_DIR  # noqa: E402


def _fixed(word: str) -> str:
    return base64.urlsafe_b64encode(word.encode().ljust(32, b".")).decode()


VAR_DIR.mkdir(parents=True, exist_ok=True, mode=0o700)
SECRET_KEY = _fixed("secret key of the tests")
FIELD_KEYS = [_fixed("field key of the tests")]
BLIND_INDEX_KEY = _fixed("blind index key of the tests")
ANCHOR_KEY = _fixed("anchor key of the tests")

DEBUG = False
PRODUCTION = False
DEMO = False
DOORBELL = False
ALLOWED_HOSTS = ["testserver", "localhost", "127.0.0.1"]
DATABASES = {"default": database("sqlite://:memory:", pool=False)}
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
CELERY_BROKER_URL = os.environ.get("CELERY_BROKER_URL", "memory://")
HOME_KEPT_SECONDS = 0
CELERY_BROKER_TRANSPORT_OPTIONS = {}
WHITENOISE_USE_FINDERS = False
WHITENOISE_AUTOREFRESH = True
DOORBELL = False

# A room as small as can be, on which the kernel is tested
INSTALLED_APPS = [*INSTALLED_APPS[:-1], "tests.core.specimen", INSTALLED_APPS[-1]]
