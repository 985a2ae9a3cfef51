"""The commands behind make: refusals of one sentence, children that stop, stamps that tell the truth."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]
sys.path.insert(0, str(ROOT / "config" / "ops"))
import machine  # noqa: E402
import packages  # noqa: E402
import places  # noqa: E402
import prepare  # noqa: E402
import serve  # noqa: E402
import trial  # noqa: E402
from speech import Stop  # noqa: E402

pytestmark = pytest.mark.sqlite_only


def ops(*words: str, **environment: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "config/ops", *words]
    return subprocess.run(
        command, cwd=ROOT, env={**os.environ, **environment}, capture_output=True, text=True, check=False
    )


def refused(done: subprocess.CompletedProcess[str]) -> str:
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    lines = done.stderr.strip().splitlines()
    assert len(lines) == 1
    return lines[0]


def test_a_taken_port_is_one_sentence_with_a_way_out(tmp_path: Path) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        says = refused(ops("run", PORT=str(port), VAR_DIR=str(tmp_path)))
    assert (
        says
        == f"Port {port} of 127.0.0.1 is taken; choose another one, for example: make run PORT={port + 1}"
    )


@pytest.mark.parametrize("port", ["eighty", "0", "70000"])
def test_a_senseless_port_is_refused(port: str, tmp_path: Path) -> None:
    assert "PORT must be a number" in refused(ops("run", PORT=port, VAR_DIR=str(tmp_path)))


def test_a_second_run_on_the_same_folder_is_refused(tmp_path: Path) -> None:
    import fcntl

    with (tmp_path / "run.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        assert "Another make run already uses" in refused(ops("run", PORT="18999", VAR_DIR=str(tmp_path)))


def test_an_unknown_command_or_engine_is_refused() -> None:
    assert "make help" in refused(ops("fly"))
    assert "ENGINE" in refused(ops("test", ENGINE="oracle"))


def test_a_full_disk_is_told_before_the_work(tmp_path: Path) -> None:
    with pytest.raises(Stop, match="The disk is full"):
        places.need_space(tmp_path, 10**9)
    places.need_space(tmp_path, 1)


@pytest.mark.parametrize(
    ("output", "says"),
    [
        ("error: No space left on device (os error 28)", "The disk is full"),
        ("Temporary failure in name resolution", "is there a network"),
        ("ERROR: THESE PACKAGES DO NOT MATCH THE HASHES: hash mismatch", "hash"),
        ("something nobody foresaw", "could not be installed"),
    ],
)
def test_why_packages_failed_is_one_sentence(tmp_path: Path, output: str, says: str) -> None:
    log = tmp_path / "setup.log"
    with log.open("w") as file, pytest.raises(Stop, match=says) as stop:
        packages._run([sys.executable, "-c", f"import sys; print({output!r}); sys.exit(1)"], file, log)
    assert "\n" not in str(stop.value)


@pytest.mark.skipif(not Path("/usr/bin/dpkg-query").exists(), reason="not Debian")
def test_only_missing_packages_are_installed() -> None:
    assert machine.missing(["dpkg", "no-such-package-at-all"]) == ["no-such-package-at-all"]


def test_a_stamp_is_fresh_only_for_the_same_contents(tmp_path: Path) -> None:
    file = tmp_path / "lock.txt"
    file.write_text("a")
    stamp = places.Stamp(tmp_path / "stamps" / "x", places.digest([file]))
    assert not stamp.is_fresh()
    stamp.set()
    assert places.Stamp(stamp.path, places.digest([file])).is_fresh()
    file.write_text("b")
    assert not places.Stamp(stamp.path, places.digest([file])).is_fresh()


class TestTheDatabaseOfTheDemo:
    """Each step once: what was done is not done again, what was broken off begins anew."""

    @pytest.fixture
    def pressed(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[str]:
        monkeypatch.setenv("VAR_DIR", str(tmp_path))
        monkeypatch.delenv("DATABASE_URL", raising=False)
        monkeypatch.delenv("DEMO", raising=False)
        commands: list[str] = []

        def manage(*words: str, quiet: bool = False) -> None:
            commands.append(words[0])
            if words[0] == "migrate":
                (tmp_path / "db.sqlite3").touch()

        monkeypatch.setattr(prepare, "manage", manage)
        return commands

    def test_the_demo_brings_the_data_pack_itself_and_is_loaded_once(self, pressed: list[str]) -> None:
        prepare.prepare_database()
        assert pressed == ["migrate", "load_demo"]
        prepare.prepare_database()
        assert pressed == ["migrate", "load_demo"]

    def test_without_the_demo_only_the_pack_is_loaded(
        self, pressed: list[str], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("DEMO", "off")
        for _again in range(2):
            prepare.prepare_database()
        assert pressed == ["migrate", "load_district"]

    def test_a_demo_that_was_broken_off_is_set_aside(
        self, pressed: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def broken(*words: str, quiet: bool = False) -> None:
            if words[0] == "load_demo":
                raise Stop("interrupted")
            (tmp_path / "db.sqlite3").touch()

        with monkeypatch.context() as once:
            once.setattr(prepare, "manage", broken)
            with pytest.raises(Stop):
                prepare.prepare_database()
        prepare.prepare_database()
        assert pressed == ["migrate", "load_demo"]
        assert len(list(tmp_path.glob("db.interrupted-*.sqlite3"))) == 1


def test_secrets_are_printed_not_kept() -> None:
    first, second = (ops("secret").stdout.splitlines() for _ in range(2))
    assert [line.split("=")[0] for line in first] == [
        "SECRET_KEY",
        "FIELD_KEYS",
        "BLIND_INDEX_KEY",
        "ANCHOR_KEY",
    ]
    assert not set(first) & set(second)


class TestChildren:
    """The parent's children end with it, politely first."""

    @pytest.fixture(autouse=True)
    def folder(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("VAR_DIR", str(tmp_path))
        monkeypatch.setattr(serve, "GRACE_SECONDS", 1)

    def child(self, code: str) -> subprocess.Popen[bytes]:
        return serve.start("child", [sys.executable, "-c", code], dict(os.environ))

    def test_a_polite_child_finishes_its_work(self, tmp_path: Path) -> None:
        done, ready = tmp_path / "done", tmp_path / "ready"
        child = self.child(
            f"import signal, sys, time, pathlib\n"
            f"signal.signal(15, lambda *a: (pathlib.Path({str(done)!r}).touch(), sys.exit(0)))\n"
            f"pathlib.Path({str(ready)!r}).touch()\ntime.sleep(60)"
        )
        wait_for(ready.exists)
        serve.stop_all({"child": child})
        assert done.exists()
        assert child.returncode == 0

    def test_a_deaf_child_and_its_own_children_are_ended(self, tmp_path: Path) -> None:
        grandchild = tmp_path / "pid"
        child = self.child(
            f"import signal, subprocess, pathlib, time\n"
            f"signal.signal(15, signal.SIG_IGN)\n"
            f"p = subprocess.Popen(['sleep', '60'])\n"
            f"pathlib.Path({str(grandchild)!r}).write_text(str(p.pid))\ntime.sleep(60)"
        )
        wait_for(lambda: grandchild.exists() and grandchild.read_text())
        serve.stop_all({"child": child})
        assert child.returncode == -signal.SIGKILL
        wait_for(lambda: not is_alive(int(grandchild.read_text())))


def wait_for(condition, seconds: float = 10) -> None:
    until = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < until
        time.sleep(0.02)


def is_alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().split()[2] != "Z"
    except FileNotFoundError:
        return False


def test_the_verdict_of_a_test_run_is_honest(capsys: pytest.CaptureFixture[str]) -> None:
    good = trial.Figures("sqlite", passed=5)
    assert trial._report([good]) == 0
    assert trial._report([good, trial.Figures("postgres", passed=4, failed=1, code=1)]) == 1
    assert trial._report([trial.Figures("sqlite", passed=0, code=5)]) == 1
    assert trial._report([trial.Figures("sqlite", passed=3, code=137)]) == 1
    assert "5 passed, 0 failed, 0 skipped" in capsys.readouterr().out
