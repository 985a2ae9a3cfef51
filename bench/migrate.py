"""What an empty `migrate` costs, beside a bare Wagtail project measured in the same run.

Cost is the CPU time (user and system) of the whole command on a fresh SQLite file; both are measured in
turn, three times, and the cheapest of each counts. The wall clock is told beside it, without a bar.
"""

from __future__ import annotations

import os
import resource
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from bench.figures import Figure, report

ROOT = Path(__file__).resolve().parents[1]
ROUNDS = 3
BAR = 1.5
BARE_SETTINGS = """
SECRET_KEY = "bare"
DATABASES = {"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": "bare.sqlite3"}}
INSTALLED_APPS = [
    "wagtail.contrib.forms", "wagtail.contrib.redirects", "wagtail.embeds", "wagtail.sites",
    "wagtail.users", "wagtail.snippets", "wagtail.documents", "wagtail.images", "wagtail.search",
    "wagtail.admin", "wagtail", "modelcluster", "taggit", "django_filters", "django.contrib.admin",
    "django.contrib.auth", "django.contrib.contenttypes", "django.contrib.sessions",
    "django.contrib.messages", "django.contrib.staticfiles",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "wagtail.contrib.redirects.middleware.RedirectMiddleware",
]
TEMPLATES = [{
    "BACKEND": "django.template.backends.django.DjangoTemplates",
    "APP_DIRS": True,
    "OPTIONS": {"context_processors": [
        "django.template.context_processors.request",
        "django.contrib.auth.context_processors.auth",
        "django.contrib.messages.context_processors.messages",
    ]},
}]
ROOT_URLCONF = "bare_urls"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
USE_TZ = True
STATIC_URL = "/static/"
MEDIA_ROOT = "media"
WAGTAIL_SITE_NAME = "bare"
WAGTAILADMIN_BASE_URL = "http://localhost"
WAGTAILDOCS_EXTENSIONS = ["pdf"]
"""
BARE_URLS = """
from django.contrib import admin
from django.urls import include, path
from wagtail import urls as wagtail_urls
from wagtail.admin import urls as wagtailadmin_urls
from wagtail.documents import urls as wagtaildocs_urls

urlpatterns = [
    path("django-admin/", admin.site.urls),
    path("admin/", include(wagtailadmin_urls)),
    path("documents/", include(wagtaildocs_urls)),
    path("", include(wagtail_urls)),
]
"""


@dataclass(frozen=True)
class Cost:
    cpu: float
    wall: float


def measure(command: list[str], folder: Path, environment: dict[str, str]) -> Cost:
    """Run one command to its end and return what it cost."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    started = time.monotonic()
    subprocess.run(command, cwd=folder, env=environment, check=True, stdout=subprocess.DEVNULL)
    wall = time.monotonic() - started
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return Cost(after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime, wall)


def bare(folder: Path) -> Cost:
    """Migrate a project with nothing but Wagtail's standard apps."""
    (folder / "bare_settings.py").write_text(BARE_SETTINGS)
    (folder / "bare_urls.py").write_text(BARE_URLS)
    environment = {**os.environ, "DJANGO_SETTINGS_MODULE": "bare_settings", "PYTHONPATH": str(folder)}
    command = [sys.executable, "-m", "django", "migrate", "--no-input", "-v", "0"]
    return measure(command, folder, environment)


def house(folder: Path) -> Cost:
    """Migrate this project into an empty folder."""
    environment = {**os.environ, "DJANGO_SETTINGS_MODULE": "config.settings.dev", "VAR_DIR": str(folder)}
    environment.pop("DATABASE_URL", None)
    return measure([sys.executable, "manage.py", "migrate", "--no-input", "-v", "0"], ROOT, environment)


def main() -> int:
    ours, theirs = [], []
    for _round in range(ROUNDS):
        with tempfile.TemporaryDirectory() as folder:
            theirs.append(bare(Path(folder)))
        with tempfile.TemporaryDirectory() as folder:
            ours.append(house(Path(folder)))
    bare_cpu, house_cpu = min(cost.cpu for cost in theirs), min(cost.cpu for cost in ours)
    bare_wall, house_wall = min(cost.wall for cost in theirs), min(cost.wall for cost in ours)
    return report(
        [
            Figure("migrate_bare_cpu", bare_cpu, "s"),
            Figure("migrate_house_cpu", house_cpu, "s"),
            Figure("migrate_wall_ratio", house_wall / bare_wall, "x"),
            Figure("migrate_cpu_ratio", house_cpu / bare_cpu, "x", BAR),
        ]
    )


if __name__ == "__main__":
    sys.exit(main())
