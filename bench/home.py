"""How many requests a second the public home answers: gunicorn, 2 workers of 4 threads, loopback only."""

from __future__ import annotations

import http.client
import os
import socket
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

from bench.figures import Figure

ROOT = Path(__file__).resolve().parents[1]
HOST = "127.0.0.1"
CONNECTIONS = 8
WARM_SECONDS, SECONDS, ROUNDS = 1.0, 3.0, 5


def free_port() -> int:
    """A port that nobody uses."""
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return int(probe.getsockname()[1])


def prepare(environment: dict[str, str]) -> None:
    """A district with an open round, as the demo's calendar has it in April."""
    code = (
        "import django; django.setup()\n"
        "from config.world.year import calling, play\n"
        "from config.world.year.stage import shanghai\n"
        "from config.world.year.workers import Inline, set_clock\n"
        "from django.core.management import call_command\n"
        "call_command('migrate', '--no-input', '-v', '0')\n"
        "stage = play.begin(2026, lambda line: None, Inline(), small=True)\n"
        "calling.prepare_and_publish(stage)\n"
        "set_clock(shanghai('2026-04-20', '10:00:00'))\n"
    )
    subprocess.run([sys.executable, "-c", code], cwd=ROOT, env=environment, check=True)


def ask(port: int, until: float, counts: list[int], place: int) -> None:
    """One connection that asks for the home again and again."""
    connection = http.client.HTTPConnection(HOST, port, timeout=10)
    while time.monotonic() < until:
        connection.request("GET", "/", headers={"Host": f"{HOST}:{port}"})
        response = connection.getresponse()
        body = response.read()
        if response.status != 200 or b"</html>" not in body:
            raise SystemExit(f"the home answered {response.status}")
        counts[place] += 1
    connection.close()


def rate(port: int, seconds: float) -> float:
    """Answers a second over eight connections."""
    counts = [0] * CONNECTIONS
    started = time.monotonic()
    threads = [
        threading.Thread(target=ask, args=(port, started + seconds, counts, place))
        for place in range(CONNECTIONS)
    ]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    return sum(counts) / (time.monotonic() - started)


def await_health(port: int) -> None:
    """Wait until the server answers; gives up after half a minute."""
    for _number in range(300):
        try:
            connection = http.client.HTTPConnection(HOST, port, timeout=1)
            connection.request("GET", "/healthz")
            if connection.getresponse().status == 200:
                return
        except OSError:
            time.sleep(0.1)
    raise SystemExit("the server did not start")


def measure_home(least: float) -> Figure:
    """The median rate of five rounds, from the cache."""
    with tempfile.TemporaryDirectory() as folder:
        environment = {**os.environ, "VAR_DIR": folder, "DJANGO_SETTINGS_MODULE": "config.settings.dev"}
        environment |= {"DEBUG": "off", "DOORBELL": "off", "DEMO": "on", "PYTHONPATH": str(ROOT)}
        environment["DATABASE_URL"] = f"sqlite:///{folder}/bench.sqlite3"
        prepare(environment)
        port = free_port()
        command = [sys.executable, "-m", "gunicorn", "config.wsgi", "--bind", f"{HOST}:{port}"]
        command += ["--workers", "2", "--threads", "4", "--log-level", "error"]
        quiet = subprocess.DEVNULL
        server = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=quiet, stderr=quiet)
        try:
            await_health(port)
            rate(port, WARM_SECONDS)
            found = sorted(rate(port, SECONDS) for _number in range(ROUNDS))
        finally:
            server.terminate()
            server.wait(timeout=20)
    return Figure("home_from_cache_rate", found[ROUNDS // 2], "requests/s", least=least)
