"""A house moves into another database with all its rows, and the log is whole on the other side."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from core.audit.models import Entry
from orgs.people.models import Membership, Person
from orgs.registry.models import SocialOrganisation
from tests.orgs.builders import Bureau, House, load_places

ROOT = Path(__file__).parents[2]
SETTINGS = {"DJANGO_SETTINGS_MODULE": "config.settings.test"}


@pytest.fixture
def furnished(own_database):
    load_places("420106005")
    bureau, house = Bureau(), House()
    return own_database, bureau, house


def verified(url: str, folder: Path) -> str:
    env = {
        **os.environ,
        "DATABASE_URL": url,
        "VAR_DIR": str(folder),
        "DJANGO_SETTINGS_MODULE": "config.settings.test",
    }
    command = [sys.executable, "manage.py", "verify"]
    return subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True, check=False).stdout


def counted() -> dict[str, int]:
    return {
        model.__name__: model.objects.count() for model in (Entry, Person, Membership, SocialOrganisation)
    }


@pytest.mark.slow
@pytest.mark.sqlite_only
def test_everything_moves_into_an_empty_file_once_and_the_chain_holds_there(furnished, tmp_path):
    before, phone = counted(), Person.objects.order_by("pk")[0].phone
    target = f"sqlite:///{tmp_path}/moved.sqlite3"
    call_command("move_database", target)
    assert " 0 failed" in verified(target, tmp_path)
    code = (
        "import django, json; django.setup()\n"
        "from core.audit.models import Entry\n"
        "from orgs.people.models import Membership, Person\n"
        "from orgs.registry.models import SocialOrganisation\n"
        "kinds = (Entry, Person, Membership, SocialOrganisation)\n"
        "print(json.dumps({m.__name__: m.objects.count() for m in kinds}))\n"
        "print(Person.objects.order_by('pk')[0].phone)\n"
    )
    env = {**os.environ, "DATABASE_URL": target, "DJANGO_SETTINGS_MODULE": "config.settings.test"}
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, env=env, capture_output=True, text=True, check=True
    )
    lines = done.stdout.splitlines()
    assert lines[0] == str(before).replace("'", '"')
    assert lines[1] == phone
    assert before["Entry"] > 10
    with pytest.raises(CommandError, match="history"):
        call_command("move_database", target)


@pytest.mark.slow
@pytest.mark.postgres_only
def test_a_small_house_grows_into_postgresql(furnished, tmp_path):
    """First into a file, then from the file into an empty PostgreSQL database, as a growing district does."""
    import psycopg

    before, file = counted(), f"sqlite:///{tmp_path}/small.sqlite3"
    call_command("move_database", file)
    values = connection.settings_dict
    access = {
        "host": values["HOST"],
        "port": values["PORT"],
        "user": values["USER"],
        "password": values["PASSWORD"],
    }
    name = f"grown_{os.getpid()}"
    with psycopg.connect(**access, dbname="postgres", autocommit=True) as server:
        server.execute(f'CREATE DATABASE "{name}"')
    try:
        grown = f"postgres://{values['USER']}:{values['PASSWORD']}@{values['HOST']}:{values['PORT']}/{name}"
        env = {**os.environ, **SETTINGS, "DATABASE_URL": file}
        command = [sys.executable, "manage.py", "move_database", grown]
        done = subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr[-2000:]
        assert " 0 failed" in verified(grown, tmp_path)
        with psycopg.connect(**access, dbname=name) as server:
            rows = server.execute("SELECT count(*), max(seq) FROM audit_entry").fetchone()
            assert rows is not None and rows[0] == before["Entry"]
            # Numbers go on after the highest: the next person gets a fresh one.
            highest = server.execute("SELECT max(id) FROM people_person").fetchone()
            following = server.execute(
                "SELECT nextval(pg_get_serial_sequence('people_person', 'id'))"
            ).fetchone()
            assert following[0] > highest[0]
    finally:
        with psycopg.connect(**access, dbname="postgres", autocommit=True) as server:
            server.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
