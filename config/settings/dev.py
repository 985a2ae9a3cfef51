"""Development and the demo of `make run`: embedded database, random keys in var/, loopback only."""

from config.env import database, email, env, keys_from_environment, load_dev_keys
from config.settings.base import *  # noqa: F403
from config.settings.base import VAR_DIR

VAR_DIR.mkdir(parents=True, exist_ok=True, mode=0o700)
load_dev_keys()
_keys = keys_from_environment()
SECRET_KEY = _keys["SECRET_KEY"]
FIELD_KEYS = _keys["FIELD_KEYS"]
BLIND_INDEX_KEY = _keys["BLIND_INDEX_KEY"]
ANCHOR_KEY = _keys["ANCHOR_KEY"]

DEBUG = env.bool("DEBUG", True)
PRODUCTION = False
DEMO = env.bool("DEMO", True)
DOORBELL = True
ALLOWED_HOSTS = ["localhost", "127.0.0.1", "[::1]"]
DATABASES = {"default": database(f"sqlite:///{VAR_DIR / 'db.sqlite3'}")}
vars().update(email(f"filemail://{VAR_DIR / 'mail'}"))
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = DEBUG
