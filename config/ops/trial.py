"""`make test`: the suite on SQLite and on a private PostgreSQL, with a private Redis; stops all it starts."""

from __future__ import annotations

import os
import shlex
import signal
import subprocess
import tempfile
import time
import xml.etree.ElementTree as ElementTree
from dataclasses import dataclass
from pathlib import Path

import machine
import packages
import prepare
from places import PYTHON, ROOT, need_space
from services import Interrupted, Services, private_services
from speech import Stop, say

ENGINES = ("sqlite", "postgres")


@dataclass
class Figures:
    """What one run of the suite counted."""

    engine: str
    passed: int = 0
    failed: int = 0
    skipped: int = 0
    seconds: float = 0.0
    code: int = 0


def command(arguments: list[str]) -> int:
    engines = _engines()
    need_space(Path(tempfile.gettempdir()), 500)
    machine.ensure(machine.RUN_PACKAGES + machine.TEST_PACKAGES)
    packages.ensure(dev=True)
    prepare.compile_words()
    try:
        with private_services(postgres="postgres" in engines) as services:
            figures = [_run(engine, services, shlex.split(os.environ.get("ARGS", ""))) for engine in engines]
    except Interrupted:
        say("Interrupted; everything that was started has been stopped.", error=True)
        return 130
    return _report(figures)


def _engines() -> tuple[str, ...]:
    chosen = os.environ.get("ENGINE", "")
    if not chosen:
        return ENGINES
    if chosen not in ENGINES:
        raise Stop(f"ENGINE is sqlite or postgres, not {chosen!r}.")
    return (chosen,)


def _run(engine: str, services: Services, extra: list[str]) -> Figures:
    """One run of the suite on one engine; its own process group, so that an interrupt ends all of it."""
    say(f"\n== Tests on {engine}")
    report = services.folder / f"{engine}.xml"
    environment = {key: value for key, value in os.environ.items() if key not in ("DATABASE_URL", "ARGS")}
    environment |= {
        "TEST_REDIS_URL": services.redis_url,
        "VAR_DIR": str(services.folder / f"var-{engine}"),
        "PYTHONDONTWRITEBYTECODE": "1",
    }
    if engine == "postgres":
        environment["DATABASE_URL"] = services.database_url
        # In a run of everything, what asks no database said its say on the engine before.
        environment["ONLY_DATABASE"] = "on" if len(_engines()) > 1 and not extra else ""
    parallel = (
        []
        if any(word.startswith("-n") for word in extra)
        else ["-n", "2", "--dist", "loadfile", "--no-loadscope-reorder"]
    )
    command_line = [str(PYTHON), "-m", "pytest", "-q", f"--junitxml={report}", *parallel, *extra]
    started = time.monotonic()
    suite = subprocess.Popen(command_line, cwd=ROOT, env=environment, start_new_session=True)
    try:
        code = suite.wait()
    except Interrupted:
        _end_group(suite)
        raise
    figures = _read(report, engine)
    figures.code, figures.seconds = code, time.monotonic() - started
    return figures


def _end_group(suite: subprocess.Popen[bytes]) -> None:
    os.killpg(suite.pid, signal.SIGINT)
    try:
        suite.wait(10)
    except subprocess.TimeoutExpired:
        pass
    try:
        os.killpg(suite.pid, signal.SIGKILL)
    except ProcessLookupError:
        pass


def _read(report: Path, engine: str) -> Figures:
    if not report.exists():
        return Figures(engine)
    total = Figures(engine)
    for suite in ElementTree.parse(report).getroot().iter("testsuite"):
        failed = int(suite.get("failures", 0)) + int(suite.get("errors", 0))
        skipped = int(suite.get("skipped", 0))
        total.failed += failed
        total.skipped += skipped
        total.passed += int(suite.get("tests", 0)) - failed - skipped
    return total


def _report(figures: list[Figures]) -> int:
    say("")
    for run in figures:
        say(
            f"{run.engine}: {run.passed} passed, {run.failed} failed, {run.skipped} skipped "
            f"in {run.seconds:.0f} s (pytest exit {run.code})"
        )
    passed, failed = sum(run.passed for run in figures), sum(run.failed for run in figures)
    say(f"{passed} passed, {failed} failed, {sum(run.skipped for run in figures)} skipped")
    honest = all(run.code == 0 and run.passed > 0 and run.failed == 0 for run in figures)
    return 0 if honest else 1
