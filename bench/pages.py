"""What pages cost with 1,000 applications of 18 answers and five sheets each, and with 10,000.

Queries are those of one request of a signed-in clerk, session, account and roles included. CPU is user and
system time of this process, and for PostgreSQL that of its server process beside it; medians of five, each of
ten requests together. The public home is asked over loopback of a real gunicorn (2 workers of 4 threads) by
eight connections. PostgreSQL is measured where BENCH_POSTGRES_URL names one (`make bench` lends its own).
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from bench.engines import empty_database, engines
from bench.figures import Figure, report
from bench.submit import server_seconds

ROOT = Path(__file__).resolve().parents[1]
SIZES = (1_000, 10_000)
TIMES = 5
AT_ONCE = 10  # the server's time is told in hundredths of a second: ten requests are timed together
BARS = {"list": (12, 120.0), "proposal": (20, 80.0), "desk": (12, None)}
MOST_GROWTH = 1.3
EXPORT_BAR_S = 3.0
RATE_BAR = 200


def clerk_client(stage: Any) -> Any:
    """A browser in which the clerk is signed in past the second factor."""
    from django.test import Client

    user, client = stage.users["clerk_1"], Client(SERVER_NAME="127.0.0.1")
    client.force_login(user)
    session = client.session
    session["second_factor"] = user.pk
    session.save()
    return client


def addresses() -> dict[str, str]:
    """The pages that are measured."""
    from django.urls import reverse

    from grants.proposals.models import Proposal

    one = Proposal.objects.filter(number__startswith="BENCH-").order_by("pk")[500]
    return {
        "list": f"{reverse('proposals')}?per=60",
        "proposal": one.get_absolute_url(),
        "desk": reverse("desk"),
    }


def asked(client: Any, address: str) -> tuple[int, float]:
    """Queries of one request, and the median CPU milliseconds of the next five."""
    from django.db import connection

    made: list[str] = []

    def note(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        made.append(sql)
        return execute(sql, params, many, context)

    client.get(address)
    with connection.execute_wrapper(note):
        response = client.get(address)
    if response.status_code != 200:
        raise SystemExit(f"{address} answered {response.status_code}")
    spent = []
    for _number in range(TIMES):
        before, started = server_seconds(), time.process_time()
        for _again in range(AT_ONCE):
            client.get(address)
        spent.append((time.process_time() - started + server_seconds() - before) * 1000 / AT_ONCE)
    return len(made), statistics.median(spent)


def exported(client: Any, address: str) -> float:
    """Seconds until the table of 1,000 rows is there; median of five."""
    spent = []
    for _number in range(TIMES):
        started = time.perf_counter()
        response = client.get(f"{address.partition('?')[0]}?export=xlsx")
        spent.append(time.perf_counter() - started)
    if not response.content.startswith(b"PK"):
        raise SystemExit("the export is no workbook")
    return statistics.median(spent)


def measure(engine: str, size: int) -> list[Figure]:
    """Make the crowd, then ask each page."""
    import django
    import time_machine

    django.setup()
    from bench.crowd import gather

    stage = gather(size)
    figures = []
    with time_machine.travel(stage.now, tick=False):
        client = clerk_client(stage)
        found = addresses()
        for name, (most_queries, most_ms) in BARS.items():
            queries, ms = asked(client, found[name])
            figures.append(Figure(f"{name}_{engine}_{size}_queries", queries, "queries", most_queries))
            figures.append(Figure(f"{name}_{engine}_{size}_cpu_median", ms, "ms", most_ms))
        if size == SIZES[0]:
            figures.append(
                Figure(f"export_{engine}_{size}", exported(client, found["list"]), "s", EXPORT_BAR_S)
            )
    return figures


def growth(engine: str, small: dict[str, float], large: dict[str, float]) -> list[Figure]:
    """How much dearer a page is with ten times the rows."""
    found = []
    for name in BARS:
        first = small[f"{name}_{engine}_{SIZES[0]}_cpu_median"]
        then = large[f"{name}_{engine}_{SIZES[1]}_cpu_median"]
        found.append(Figure(f"{name}_{engine}_growth", then / first, "ratio", MOST_GROWTH))
    return found


def run(engine: str, size: int) -> tuple[int, dict[str, float]]:
    """One engine and size in a process of its own, on an empty database; echoes and returns its figures."""
    with tempfile.TemporaryDirectory() as folder, empty_database(engine, folder) as url:
        environment = {**os.environ, "VAR_DIR": folder, "DJANGO_SETTINGS_MODULE": "config.settings.dev"}
        environment |= {"DEBUG": "off", "DEMO": "off", "DOORBELL": "off"}
        environment["DATABASE_URL"] = url
        command = [sys.executable, "-m", "bench.pages", engine, str(size)]
        done = subprocess.run(
            command, cwd=ROOT, env=environment, check=False, stdout=subprocess.PIPE, text=True
        )
    print(done.stdout, end="", flush=True)
    rows = [line.split() for line in done.stdout.splitlines()]
    return done.returncode, {row[0]: float(row[1]) for row in rows if len(row) == 4}


def main() -> int:
    """Both engines, both sizes, then the public home."""
    from bench.home import measure_home

    codes = []
    for engine in engines():
        found = [run(engine, size) for size in SIZES]
        codes += [code for code, _figures in found]
        if not any(code for code, _figures in found if code > 1):
            codes.append(report(growth(engine, found[0][1], found[1][1])))
    codes.append(report([measure_home(RATE_BAR)]))
    return max(codes)


if __name__ == "__main__":
    if len(sys.argv) > 1:
        sys.exit(report(measure(sys.argv[1], int(sys.argv[2]))))
    sys.exit(main())
