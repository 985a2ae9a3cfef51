"""Our own PostgreSQL and Redis on free loopback ports, as an unprivileged user, for as long as needed."""

from __future__ import annotations

import contextlib
import os
import pwd
import secrets
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType

from serve import start, stop_all
from speech import Stop

HASTE = ("fsync=off", "synchronous_commit=off", "full_page_writes=off", "autovacuum=off", "jit=off")
SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class Interrupted(BaseException):
    """A signal arrived; everything started is stopped on the way out."""


@dataclass
class Services:
    """Our own PostgreSQL and Redis on free loopback ports, in one folder that is removed at the end."""

    folder: Path
    children: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)
    database_url: str = ""
    redis_url: str = ""


@contextlib.contextmanager
def private_services(*, postgres: bool = True, durable: bool = False) -> Iterator[Services]:
    """Start both, hand them over, and stop them whatever happens; a signal becomes Interrupted."""
    for number in SIGNALS:
        signal.signal(number, _interrupt)
    services = Services(Path(tempfile.mkdtemp(prefix="gongyitong-test-")))
    try:
        start_services(services, postgres=postgres, durable=durable)
        yield services
    finally:
        stop_services(services)


def start_services(services: Services, *, postgres: bool, durable: bool) -> None:
    """Start both as an unprivileged user and wait until they answer."""
    owner = _unprivileged("postgres")
    services.folder.chmod(0o711)
    if postgres:
        _start_postgres(services, owner, () if durable else HASTE)
    _start_redis(services, owner)


def stop_services(services: Services) -> None:
    """PostgreSQL is asked for a fast stop; the folder goes in any case."""
    for number in SIGNALS:
        signal.signal(number, signal.SIG_IGN)
    if (postgres := services.children.get("postgres")) and postgres.poll() is None:
        postgres.send_signal(signal.SIGINT)
        try:
            postgres.wait(15)
        except subprocess.TimeoutExpired:
            postgres.send_signal(signal.SIGQUIT)
    stop_all(services.children)
    shutil.rmtree(services.folder, ignore_errors=True)


def _unprivileged(name: str) -> pwd.struct_passwd | None:
    """The user to run servers as: initdb refuses root. None means: as we are."""
    if os.geteuid() != 0:
        return None
    for candidate in (name, "nobody"):
        try:
            return pwd.getpwnam(candidate)
        except KeyError:
            continue
    raise Stop("There is no user postgres or nobody to run the test servers as.")


def _as(owner: pwd.struct_passwd | None, command_line: list[str]) -> list[str]:
    if owner is None:
        return command_line
    who = [f"--reuid={owner.pw_uid}", f"--regid={owner.pw_gid}", "--clear-groups"]
    return ["setpriv", *who, "--pdeathsig=INT", *command_line]


def _folder(services: Services, name: str, owner: pwd.struct_passwd | None) -> Path:
    path = services.folder / name
    path.mkdir(mode=0o700)
    if owner:
        os.chown(path, owner.pw_uid, owner.pw_gid)
    return path


def _start_postgres(services: Services, owner: pwd.struct_passwd | None, haste: tuple[str, ...]) -> None:
    binaries = _postgres_binaries()
    folder = _folder(services, "postgres", owner)
    password = secrets.token_hex(16)
    secret = folder / "password"
    secret.write_text(password)
    if owner:
        os.chown(secret, owner.pw_uid, owner.pw_gid)
    access = ["-A", "scram-sha-256", "--pwfile", str(secret), "-U", "gongyitong"]
    data = ["-D", str(folder / "data"), "--no-sync", "-E", "UTF8", "--locale=C.UTF-8"]
    made = subprocess.run(
        _as(owner, [str(binaries / "initdb"), *data, *access]),
        cwd="/",
        capture_output=True,
        text=True,
        check=False,
    )
    if made.returncode:
        raise Stop("PostgreSQL could not make its test cluster: " + made.stderr.strip().splitlines()[-1])
    port = _free_port()
    options = [word for pair in ("max_connections=100", *haste) for word in ("-c", pair)]
    server = [str(binaries / "postgres"), "-D", str(folder / "data"), "-p", str(port), "-k", str(folder)]
    listen = ["-c", "listen_addresses=127.0.0.1", "-c", "timezone=UTC"]
    services.children["postgres"] = _start(services, "postgres", _as(owner, [*server, *listen, *options]))
    _await_port(services, "postgres", port)
    services.database_url = f"postgres://gongyitong:{password}@127.0.0.1:{port}/postgres"


def _postgres_binaries() -> Path:
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: int(path.parent.name))
    if found:
        return found[-1]
    if path := shutil.which("postgres"):
        return Path(path).resolve().parent
    raise Stop("PostgreSQL is not installed; run as root: apt-get install -y postgresql")


def _start_redis(services: Services, owner: pwd.struct_passwd | None) -> None:
    binary = shutil.which("redis-server")
    if not binary:
        raise Stop("Redis is not installed; run as root: apt-get install -y redis-server")
    folder = _folder(services, "redis", owner)
    port, password = _free_port(), secrets.token_hex(16)
    options = ["--port", str(port), "--bind", "127.0.0.1", "--requirepass", password]
    quiet = ["--save", "", "--appendonly", "no", "--dir", str(folder)]
    services.children["redis"] = _start(services, "redis", _as(owner, [binary, *options, *quiet]))
    _await_port(services, "redis", port)
    services.redis_url = f"redis://:{password}@127.0.0.1:{port}/0"


def _start(services: Services, name: str, command_line: list[str]) -> subprocess.Popen[bytes]:
    os.environ["VAR_DIR"] = str(services.folder)
    try:
        return start(name, command_line, {"PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8"})
    finally:
        del os.environ["VAR_DIR"]


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _await_port(services: Services, name: str, port: int) -> None:
    until = time.monotonic() + 30
    while time.monotonic() < until:
        if services.children[name].poll() is not None:
            break
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
            return
        except OSError:
            time.sleep(0.1)
    log = services.folder / "logs" / f"{name}.log"
    said = [line for line in log.read_text(errors="replace").splitlines() if line.strip()]
    raise Stop(f"The private {name} did not start: {said[-1] if said else 'no reason given'}")


def _interrupt(number: int, frame: FrameType | None) -> None:
    raise Interrupted
