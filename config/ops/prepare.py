"""Set-up: packages, keys, words, database, the district's data pack and the demo; skips what is done."""

from __future__ import annotations

import base64
import os
import secrets
import subprocess
import time
from pathlib import Path

import machine
import packages
from places import PYTHON, ROOT, VENV, Stamp, digest, files_under, need_space, var
from speech import Stop, say

DISTRICT = "district/wuchang"


def command(arguments: list[str]) -> int:
    """`make setup`: everything of `make run` but the start."""
    everything()
    say("Ready. Start with: make run")
    return 0


def everything() -> None:
    """Prepare this machine and the embedded database, each step once."""
    need_space(var(), 100)
    machine.ensure(machine.RUN_PACKAGES)
    packages.ensure(dev=False)
    compile_words()
    prepare_database()


def environment() -> dict[str, str]:
    """The environment of the demo: development settings without DEBUG, unless the caller says otherwise."""
    chosen = {"DJANGO_SETTINGS_MODULE": "config.settings.dev", "DEBUG": "off", "DEMO": "on"}
    return {**chosen, **os.environ, "VAR_DIR": str(var()), "PYTHONUNBUFFERED": "1"}


def manage(*words: str, quiet: bool = False) -> None:
    """Run one management command, or stop with the last line it said."""
    command_line = [str(PYTHON), "manage.py", *words]
    if not quiet:
        code = subprocess.run(command_line, cwd=ROOT, env=environment(), check=False).returncode
        if code:
            raise Stop(f"manage.py {words[0]} did not finish (exit code {code}); see the lines above.")
        return
    done = subprocess.run(
        command_line, cwd=ROOT, env=environment(), capture_output=True, text=True, check=False
    )
    if done.returncode == 0:
        return
    log = var() / "logs" / f"{words[0]}.log"
    log.parent.mkdir(exist_ok=True)
    log.write_text(done.stdout + done.stderr, encoding="utf-8")
    said = [line for line in (done.stderr or done.stdout).splitlines() if line.strip()]
    if any("No space left" in line or "disk is full" in line for line in said):
        raise Stop("The disk is full: free some space, then run the same command again.")
    raise Stop(
        f"manage.py {words[0]} did not finish: {said[-1] if said else 'no reason given'} Details: {log}"
    )


def compile_words() -> None:
    """Compile the catalogues, which are kept out of the repository."""
    for source in sorted((ROOT / "locale").glob("*/LC_MESSAGES/*.po")):
        target = source.with_suffix(".mo")
        stamp = Stamp(VENV / f".words-{source.parent.parent.name}-{source.stem}", digest([source]))
        if target.exists() and stamp.is_fresh():
            continue
        subprocess.run(["msgfmt", "--check-format", "-o", str(target), str(source)], check=True)
        stamp.set()


def prepare_database() -> None:
    """Migrate, load the demo or the data pack alone; stamps belong to one database file."""
    which = _database_mark()
    migrations = [path for path in files_under(ROOT, suffix=".py") if path.parent.name == "migrations"]
    done = Stamp(var() / "stamps" / "migrations", digest(migrations, which, _lock_digest()))
    if not done.is_fresh():
        say("Migrating the database")
        manage("migrate", "--no-input", "-v", "0", quiet=True)
        Stamp(done.path, digest(migrations, _database_mark(), _lock_digest())).set()
        which = _database_mark()
    if not (ROOT / DISTRICT).exists():
        return
    if _was_interrupted(which):
        _set_aside(var() / "db.sqlite3")
        prepare_database()
        return
    _load_demo(which)
    pack = _pack(which)
    if not pack.is_fresh():
        say(f"Loading the data pack {DISTRICT}")
        manage("load_district", DISTRICT)
        pack.set()


def _pack(which: str) -> Stamp:
    return Stamp(var() / "stamps" / "district", digest(files_under(ROOT / DISTRICT), which))


def _demo(which: str) -> Stamp:
    return Stamp(var() / "stamps" / "demo", which)


def _begun(which: str) -> Stamp:
    return Stamp(var() / "stamps" / "demo-begun", which)


def _is_wanted() -> bool:
    return os.environ.get("DEMO", "on").lower() not in ("off", "0", "false", "no")


def _was_interrupted(which: str) -> bool:
    """Whether the demo was begun in this embedded database and never came to its end."""
    half = _begun(which).is_fresh() and not _demo(which).is_fresh()
    return _is_wanted() and half and "DATABASE_URL" not in os.environ


def _load_demo(which: str) -> None:
    """Load the demo once; it brings the data pack itself, at the beginning of its own time."""
    if not _is_wanted() or _demo(which).is_fresh():
        return
    say("Loading the demo (once, about two minutes)")
    _begun(which).set()
    manage("load_demo")
    _demo(which).set()
    _pack(which).set()


def _set_aside(database: Path) -> None:
    """A demo that was interrupted half-way is kept beside, and a fresh database begins."""
    beside = database.with_name(f"db.interrupted-{int(time.time())}.sqlite3")
    say(f"The last loading of the demo was interrupted; its database is kept as {beside.name}")
    for suffix in ("", "-wal", "-shm"):
        part = database.with_name(database.name + suffix)
        if part.exists():
            part.rename(beside.with_name(beside.name + suffix))


def _database_mark() -> str:
    """What tells this database from another: the address, or for the embedded one the file's inode."""
    if "DATABASE_URL" in os.environ:
        return digest([], os.environ["DATABASE_URL"])
    path = var() / "db.sqlite3"
    return f"embedded {path.stat().st_ino}" if path.exists() else "none"


def _lock_digest() -> str:
    return digest([ROOT / "requirements.txt"])


def secret(arguments: list[str]) -> int:
    """`make secret`: fresh random keys for a production environment, on standard output only."""
    say(f"SECRET_KEY={secrets.token_urlsafe(64)}")
    for name in ("FIELD_KEYS", "BLIND_INDEX_KEY", "ANCHOR_KEY"):
        say(f"{name}={base64.urlsafe_b64encode(secrets.token_bytes(32)).decode()}")
    return 0


def lock(arguments: list[str]) -> int:
    """`make lock`: write both lock files anew, with hashes and without any address of an index."""
    packages.ensure(dev=True)
    for name in ("requirements", "requirements-dev"):
        options = ["--generate-hashes", "--no-emit-index-url", "--no-emit-find-links", "--no-header", "-q"]
        # Debian 12 carries 3.11.2; a lock made for a later 3.11 would leave it out.
        target = ["--python-version", "3.11.2", "-o", f"{name}.txt", f"{name}.in"]
        subprocess.run([str(VENV / "bin" / "uv"), "pip", "compile", *options, *target], cwd=ROOT, check=True)
    return 0


def messages(arguments: list[str]) -> int:
    """`make messages`: bring the English catalogue up to date with the sources."""
    machine.ensure(["gettext"])
    packages.ensure(dev=True)
    manage("makemessages", quiet=True)
    return 0
