"""`make run`: web, worker and clock under one parent that stops them together."""

from __future__ import annotations

import ctypes
import fcntl
import os
import signal
import socket
import subprocess
import time
import urllib.error
import urllib.request
from pathlib import Path
from types import FrameType

import prepare
from places import PYTHON, ROOT, var
from speech import Stop, say

HOST = "127.0.0.1"
GRACE_SECONDS = 20
START_SECONDS = 60
PR_SET_PDEATHSIG = 1


class Stopping(Exception):
    """Somebody asked us to stop."""


def command(arguments: list[str]) -> int:
    port = _port()
    lock = _only_one()
    refuse_taken_port(port)
    prepare.everything()
    refuse_taken_port(port)
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, _stop)
    children: dict[str, subprocess.Popen[bytes]] = {}
    try:
        return _serve(children, port)
    except Stopping:
        say("Stopping")
        return 0
    finally:
        stop_all(children)
        lock.close()


def _serve(children: dict[str, subprocess.Popen[bytes]], port: int) -> int:
    environment = prepare.environment()
    environment["SITE_URL"] = os.environ.get("SITE_URL", f"http://{HOST}:{port}")
    children["web"] = start("web", web_command(port), environment)
    await_health(children["web"], port)
    children["worker"] = start("worker", worker_command(), environment)
    children["beat"] = start("beat", _beat(), environment)
    _welcome(port)
    while True:
        for name, child in children.items():
            code = child.poll()
            if code is not None:
                raise Stop(
                    f"The {name} ended (code {code}), so everything was stopped. Details: {_log(name)}"
                )
        time.sleep(0.3)


def web_command(port: int, *, python: Path = PYTHON, workers: int = 2) -> list[str]:
    """The command line of the web server."""
    options = ["--workers", str(workers), "--threads", "4", "--worker-class", "gthread", "--preload"]
    limits = ["--timeout", "60", "--graceful-timeout", "10", "--no-control-socket"]
    address = ["--bind", f"{HOST}:{port}"]
    return [str(python), "-m", "gunicorn", "config.wsgi", *address, *options, *limits]


def worker_command(*, python: Path = PYTHON) -> list[str]:
    """The command line of the worker."""
    celery = [str(python), "-m", "celery", "-A", "config"]
    return [*celery, "worker", "--loglevel", "WARNING", "--without-mingle"]


def _beat() -> list[str]:
    pidfile = var() / "beat.pid"
    pidfile.unlink(missing_ok=True)
    celery = [str(PYTHON), "-m", "celery", "-A", "config"]
    return [*celery, "beat", "--loglevel", "WARNING", "--pidfile", str(pidfile)]


def start(name: str, command_line: list[str], environment: dict[str, str]) -> subprocess.Popen[bytes]:
    """Start a child in its own group; it is told to stop even when this parent is killed outright."""
    log = _log(name)
    log.parent.mkdir(exist_ok=True)
    libc = ctypes.CDLL(None, use_errno=True)
    with log.open("ab") as file:
        return subprocess.Popen(
            command_line,
            cwd=ROOT,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=file,
            stderr=file,
            start_new_session=True,
            preexec_fn=lambda: libc.prctl(PR_SET_PDEATHSIG, signal.SIGTERM),
        )


def stop_all(children: dict[str, subprocess.Popen[bytes]]) -> None:
    """Ask all to finish what they hold, wait, and end what is left of their groups."""
    for child in children.values():
        if child.poll() is None:
            child.send_signal(signal.SIGTERM)
    until = time.monotonic() + GRACE_SECONDS
    for child in children.values():
        try:
            child.wait(max(0.1, until - time.monotonic()))
        except subprocess.TimeoutExpired:
            pass
        try:
            os.killpg(child.pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
        child.wait()


def refuse_taken_port(port: int) -> None:
    """Say so before minutes of set-up, and again just before the start."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError as error:
            raise Stop(
                f"Port {port} of {HOST} is taken; choose another one, for example: make run PORT={port + 1}"
            ) from error


def _port() -> int:
    text = os.environ.get("PORT") or "8000"
    if not text.isdigit() or not 1 <= int(text) <= 65535:
        raise Stop(f"PORT must be a number from 1 to 65535, not {text!r}.")
    return int(text)


def _only_one() -> object:
    lock = (var() / "run.lock").open("w")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        raise Stop(f"Another make run already uses {var()}.") from error
    return lock


def _stop(number: int, frame: FrameType | None) -> None:
    for again in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(again, signal.SIG_IGN)
    raise Stopping


def await_health(web: subprocess.Popen[bytes], port: int) -> None:
    """Wait until the web server answers; stop with where to look when it does not."""
    until = time.monotonic() + START_SECONDS
    while time.monotonic() < until:
        if web.poll() is not None:
            raise Stop(f"The web server did not start. Details: {_log('web')}")
        try:
            with urllib.request.urlopen(f"http://{HOST}:{port}/healthz", timeout=2) as answer:
                if answer.status == 200:
                    return
        except (urllib.error.URLError, OSError):
            time.sleep(0.2)
    raise Stop(f"The web server did not answer within {START_SECONDS} s. Details: {_log('web')}")


def _welcome(port: int) -> None:
    say(f"\n公益通  http://{HOST}:{port}/")
    sign_ins = var() / "demo-sign-ins.txt"
    if sign_ins.exists():
        say("\n" + sign_ins.read_text(encoding="utf-8").rstrip())
    say(f"\nLogs are in {var() / 'logs'}. Stop with Ctrl-C.")


def _log(name: str) -> Path:
    return var() / "logs" / f"{name}.log"
