"""The running house of a journey: its own database and files, web server and worker, and a clock to move."""

from __future__ import annotations

import contextlib
import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path

from django.conf import settings
from django.test import override_settings
from kombu import Connection
from sqlalchemy.exc import IntegrityError, OperationalError

from cms.mailroom.models import InboxMessage
from config.celery import app
from config.world import demo
from config.world.year import calling
from config.world.year.play import begin
from config.world.year.stage import Stage, shanghai
from config.world.year.workers import Inline, set_clock
from core import clock
from core.jobs.models import Job
from core.outbox.models import Message
from core.policy import SYSTEM
from orgs.people.models import User
from orgs.people.services import change_password, enrol_second_factor
from tests import databases

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "config" / "ops"))
import serve  # noqa: E402

SEED = 2026
OPEN = shanghai("2026-04-20", "10:00:00")
SWEEPS = ("core.outbox.sweep", "core.jobs.sweep")
DAILY = ("grants.publicity.end_due", "cms.mailroom.remind")
KEYS = ("SECRET_KEY", "BLIND_INDEX_KEY", "ANCHOR_KEY")


@dataclass(frozen=True)
class Door:
    """How one person of the cast signs in; ``secret`` makes one-time codes (empty: none asked)."""

    login: str
    password: str
    secret: str


@dataclass
class Site:
    """What a journey may ask of the house, besides clicking through its pages."""

    url: str
    folder: Path
    stage: Stage
    faces: dict[str, str]
    broker: str
    children: dict[str, subprocess.Popen[bytes]]
    doors: dict[str, Door] = field(default_factory=dict)
    cookies: dict[str, dict] = field(default_factory=dict)
    _used: set[tuple[str, int]] = field(default_factory=set)

    @property
    def now(self) -> datetime:
        """The moment at which the house believes to be; it goes on like a real clock."""
        return clock.now()

    def at(self, moment: datetime) -> None:
        """Move the clock to a later moment, and do at once what the scheduler would do on such a day."""
        if moment < self.now:
            raise ValueError(f"the clock cannot go back from {self.now} to {moment}")
        set_clock(moment)
        self.daily()

    def later(self, **span: float) -> None:
        """Let time pass: ``site.later(days=5)``."""
        self.at(self.now + timedelta(**span))

    def daily(self) -> None:
        """Do what the scheduler does every day, and let the worker do what has become due."""
        app.loader.import_default_modules()
        for name in DAILY:
            app.tasks[name]()
        self.settle()

    def settle(self, seconds: float = 60) -> None:
        """Ring the worker and wait until nothing due waits: letters are written, documents are made."""
        until = time.monotonic() + seconds
        rung = 0.0
        while due(self.now):
            if time.monotonic() - rung > 5:
                self._ring()
                rung = time.monotonic()
            if time.monotonic() > until:
                raise AssertionError(f"work still waits after {seconds} s\n{self.log('worker')}")
            time.sleep(0.05)

    def _ring(self) -> None:
        with Connection(self.broker) as connection:
            for name in SWEEPS:
                self._send(name, connection)

    @staticmethod
    def _send(name: str, connection: Connection) -> None:
        """The embedded broker may stumble where two make its queue at the same time; one of them did."""
        try:
            app.send_task(name, connection=connection, ignore_result=True)
        except (IntegrityError, OperationalError):
            app.send_task(name, connection=connection, ignore_result=True)

    def play(self, *scenes: Callable[[Stage], object]) -> Stage:
        """Let scenes of the year (config.world.year) happen behind the pages; the clock follows."""
        self.stage.forget_actors()
        self.stage.at(max(self.stage.now, self.now))
        for scene in scenes:
            scene(self.stage)
        if self.stage.now > self.now:
            set_clock(self.stage.now)
        self.daily()
        return self.stage

    def user(self, who: str) -> User:
        """The account of a role ("clerk"), of a post ("clerk_2") or of a person of the cast."""
        return self.stage.users[self.faces.get(who, who)]

    def door(self, who: str) -> Door:
        """A password, and a second factor where the role needs one; given on first use."""
        if who not in self.doors:
            user = self.user(who)
            password = f"Wuchang-{user.pk:06d}-journey"
            change_password(user_id=user.pk, password=password, by=SYSTEM, now=self.now)
            roles = set(user.memberships.values_list("role", flat=True))
            needs = bool(roles & {str(role) for role in demo.WITH_CODE})
            secret = enrol_second_factor(user_id=user.pk, by=SYSTEM, now=self.now) if needs else ""
            self.doors[who] = Door(user.person.phone, password, secret)
        return self.doors[who]

    def code(self, who: str) -> str:
        """A one-time code of somebody that was not used yet: one answers once, as in real life."""
        from allauth.mfa import app_settings
        from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value

        secret = self.door(who).secret
        while True:
            counter = int(time.time()) // app_settings.TOTP_PERIOD
            for one in (counter, counter + 1, counter - 1):
                if (who, one) not in self._used:
                    self._used.add((who, one))
                    return str(format_hotp_value(hotp_value(secret, one)))
            time.sleep(1)

    def mails(self, to: str = "") -> list[EmailMessage]:
        """The e-mails sent so far, oldest first; ``to`` is a part of the address."""
        found = []
        for path in sorted((self.folder / "mail").glob("*"), key=lambda path: path.stat().st_mtime_ns):
            for raw in path.read_bytes().split(b"\n" + b"-" * 79 + b"\n"):
                if raw.strip():
                    found.append(message_from_bytes(raw, policy=policy.default))
        return [mail for mail in found if to in str(mail["To"])]  # type: ignore[misc]

    def letters(self, who: str) -> list[InboxMessage]:
        """The letters in somebody's inbox, newest first."""
        return list(InboxMessage.objects.filter(recipient=self.user(who)))

    def log(self, name: str = "web", lines: int = 30) -> str:
        """The last lines that the web server or the worker wrote."""
        path = self.folder / "logs" / f"{name}.log"
        return "\n".join(path.read_text(errors="replace").splitlines()[-lines:]) if path.exists() else ""


@dataclass(frozen=True)
class Prepared:
    """A world ready to be copied: the database, the files, and who is who in it."""

    template: Path | str
    files: Path
    stage: Stage
    faces: dict[str, str]


def prepare(template: Path | str, folder: Path) -> Prepared:
    """Bring the cast in and publish the call: ten organisations, every post filled, nobody applied yet."""
    with databases.own_database(template, folder), own_files(folder / "files"):
        stage = begin(SEED, lambda line: None, Inline(), small=True)
        calling.prepare_and_publish(stage)
        stage.catch_up()
        set_clock(OPEN)
        copy = folder / "prepared"
        copy.mkdir()
        return Prepared(databases.make_template(copy), folder / "files", stage, faces(stage))


def faces(stage: Stage) -> dict[str, str]:
    """Who stands for each role: the key of a post, an expert or a member of the first applicant."""
    house = demo.applicant(stage)
    found = {str(role): key for role, key in demo.FACES.items()}
    found |= {"expert": "expert_01", "evaluator": "evaluator_1"}
    found |= {"street_officer": "street_420106005", "community_worker": "community_420106005002"}
    return found | {"applicant_admin": house.admin.key, "applicant_finance": house.finance.key}


@contextlib.contextmanager
def own_files(folder: Path) -> Iterator[None]:
    """Keep files in a folder of one's own, and believe the stored clock as the server does."""
    folder.mkdir(parents=True, exist_ok=True)
    with override_settings(DEMO=True, FILES_ROOT=folder):
        yield


@contextlib.contextmanager
def run(prepared: Prepared, folder: Path) -> Iterator[Site]:
    """Start web server and worker on a copy of a prepared world, hand over, and stop both."""
    shutil.copytree(prepared.files, folder / "files")
    port = _free_port()
    stage = replace(
        prepared.stage,
        **{name: dict(getattr(prepared.stage, name)) for name in ("users", "bodies", "proposals", "notes")},
        _actors={},
    )
    with databases.own_database(prepared.template, folder) as url, own_files(folder / "files"):
        set_clock(OPEN)
        site = Site(f"http://127.0.0.1:{port}", folder, stage, prepared.faces, _broker(folder), {})
        try:
            _start(site, url, port)
            yield site
        finally:
            serve.stop_all(site.children)


def _start(site: Site, database_url: str, port: int) -> None:
    environment = {
        **os.environ,
        **{name: str(getattr(settings, name)) for name in KEYS},
        "FIELD_KEYS": ",".join(settings.FIELD_KEYS),
        "DJANGO_SETTINGS_MODULE": "config.settings.dev",
        "DATABASE_URL": database_url,
        "VAR_DIR": str(site.folder),
        "SITE_URL": site.url,
        "CELERY_BROKER_URL": site.broker,
        "DEBUG": "off",
        "DEMO": "on",
    }
    python = Path(sys.executable)
    with _logging_to(site.folder):
        site.children["web"] = serve.start(
            "web", serve.web_command(port, python=python, workers=1), environment
        )
        worker = [*serve.worker_command(python=python), "--pool", "solo"]
        site.children["worker"] = serve.start("worker", worker, environment)
        serve.await_health(site.children["web"], port)


def due(now: datetime) -> int:
    """How many messages and jobs wait for a worker at a moment, or are at work."""
    letters = Message.objects.filter(stage=Message.Stage.WAITING, next_at__lte=now)
    return letters.count() + Job.objects.filter(stage=Job.Stage.QUEUED, next_at__lte=now).count()


def _broker(folder: Path) -> str:
    """The Redis that `make test` lends, a database of it for each test process; else the embedded broker."""
    lent = os.environ.get("TEST_REDIS_URL")
    if not lent:
        return f"sqla+sqlite:///{folder / 'broker.sqlite3'}"
    number = 8 + int(os.environ.get("PYTEST_XDIST_WORKER", "gw0")[2:])
    return f"{lent.rpartition('/')[0]}/{number}"


@contextlib.contextmanager
def _logging_to(folder: Path) -> Iterator[None]:
    before = os.environ.get("VAR_DIR")
    os.environ["VAR_DIR"] = str(folder)
    try:
        yield
    finally:
        os.environ.pop("VAR_DIR")
        if before is not None:
            os.environ["VAR_DIR"] = before


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
