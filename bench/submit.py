"""What one submit costs: queries and CPU time of `submit_proposal`, on SQLite and on PostgreSQL.

The district, the cast and the complete drafts are those of the played year; only the button is measured.
CPU is user and system time of this process, and for PostgreSQL that of its server process beside it.
PostgreSQL is measured where BENCH_POSTGRES_URL names one (`make bench` lends its own, with fsync on). SHOW=1
prints the statements of one submit.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

from bench.figures import Figure, report

ROOT = Path(__file__).resolve().parents[1]
WARM_UP = 3
COUNTED = 6
TIMED = 40
QUERIES_BAR = 25
BRACKETS = ("BEGIN", "COMMIT", "SAVEPOINT", "RELEASE SAVEPOINT")
CPU_BAR_MS = 60


def prepare() -> Any:
    """Migrate, load the district and the cast, publish the round; returns the stage of the year."""
    from django.core.management import call_command

    from config.world.year import calling
    from config.world.year.play import begin
    from config.world.year.workers import Inline

    call_command("migrate", "--no-input", "-v", "0")
    stage = begin(2026, lambda line: None, Inline())
    calling.prepare_and_publish(stage)
    return stage


def drafts(stage: Any, number: int) -> list[tuple[int, Any]]:
    """Write complete drafts of different applicants; returns (proposal, actor)."""
    from config.world.year import applying
    from grants.proposals import services
    from grants.rounds.selectors import application_window

    stage.at(application_window(stage.round).opens + timedelta(hours=1))
    flawed = {flaw.proposal for flaw in stage.world.flaws}
    found: dict[str, tuple[int, Any]] = {}
    for card in stage.world.proposals:
        if card.key in flawed or card.first_answers or card.first_budget or card.applicant in found:
            continue
        by = stage.actor(applying.admin_of(stage, card))
        applicant = stage.bodies[card.applicant]
        draft = services.start_draft(round_id=stage.round.pk, applicant=applicant, by=by, now=stage.now)
        applying.write(stage, draft.pk, card.answers, card.budget, by)
        found[card.applicant] = (draft.pk, by)
        if len(found) == number:
            break
    return list(found.values())


def server_seconds() -> float:
    """CPU seconds that the database's own process has used for us; 0 on SQLite."""
    from django.db import connection

    if connection.vendor != "postgresql":
        return 0.0
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        pid = cursor.fetchone()[0]
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def statements_of(submit: Callable[[], Any]) -> list[str]:
    """The statements of one submit, without the brackets of its transaction."""
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    with CaptureQueriesContext(connection) as captured:
        submit()
    return [query["sql"] for query in captured if not query["sql"].startswith(BRACKETS)]


def measure(engine: str, *, show: bool) -> list[Figure]:
    """Submit one after the other; the first warm up, the next are counted, the rest are timed."""
    import django

    django.setup()
    from grants.proposals import services

    stage = prepare()
    counted: list[list[str]] = []
    cpu: list[float] = []
    server = 0.0
    for serial, (proposal_id, by) in enumerate(drafts(stage, WARM_UP + COUNTED + TIMED)):
        key = stage.key("bench", str(proposal_id))
        submit = partial(services.submit_proposal, proposal_id=proposal_id, by=by, now=stage.now, key=key)
        if serial < WARM_UP + COUNTED:
            counted.append(statements_of(submit))
            continue
        before, started = server_seconds(), time.process_time()
        submit()
        cpu.append((time.process_time() - started) * 1000)
        server += (server_seconds() - before) * 1000
    if show:
        print("\n".join(sql[:300] for sql in counted[-1]), file=sys.stderr)
    beside = server / len(cpu)
    return [
        Figure(
            f"submit_{engine}_queries", max(len(sql) for sql in counted[WARM_UP:]), "queries", QUERIES_BAR
        ),
        Figure(f"submit_{engine}_cpu_median", statistics.median(cpu) + beside, "ms", CPU_BAR_MS),
        Figure(f"submit_{engine}_cpu_p95", statistics.quantiles(cpu, n=20)[18] + beside, "ms"),
    ]


def main() -> int:
    """Measure each engine in a process of its own, on an empty database."""
    engines = {"sqlite": ""}
    if url := os.environ.get("BENCH_POSTGRES_URL"):
        engines["postgres"] = url
    codes = []
    for engine, url in engines.items():
        with tempfile.TemporaryDirectory() as folder:
            environment = {**os.environ, "VAR_DIR": folder, "DJANGO_SETTINGS_MODULE": "config.settings.dev"}
            environment |= {"DEBUG": "off", "DATABASE_URL": url or f"sqlite:///{folder}/bench.sqlite3"}
            command = [sys.executable, "-m", "bench.submit", engine]
            codes.append(subprocess.run(command, cwd=ROOT, env=environment, check=False).returncode)
    return max(codes)


if __name__ == "__main__":
    if len(sys.argv) > 1:
        sys.exit(report(measure(sys.argv[1], show="SHOW" in os.environ)))
    sys.exit(main())
