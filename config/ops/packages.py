"""The virtual environment in .venv, exactly as locked: every wheel is checked against its hash."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

from places import PYTHON, ROOT, VENV, Stamp, digest, need_space, var
from speech import Stop, say

UV = "uv==0.13.9"
FETCH_TROUBLE = (
    "dns error",
    "Temporary failure in name resolution",
    "Failed to establish a new connection",
    "NewConnectionError",
    "Connection refused",
    "error sending request",
    "Network is unreachable",
    "No matching distribution found",
    "Could not connect",
)


def ensure(*, dev: bool) -> None:
    """Make .venv and install the lock, the one for development if asked; nothing to do costs no time."""
    lock = ROOT / ("requirements-dev.txt" if dev else "requirements.txt")
    stamp = Stamp(VENV / (".dev" if dev else ".run"), digest([lock], _tag()))
    if PYTHON.exists() and stamp.is_fresh():
        return
    need_space(ROOT, 1500)
    log = var() / "logs" / "setup.log"
    log.parent.mkdir(exist_ok=True)
    with log.open("w", encoding="utf-8") as file:
        if not PYTHON.exists() or _version_of(PYTHON) != _version_of(Path(python())):
            say(f"Making .venv with {_version_of(Path(python()))}")
            _run([python(), "-m", "venv", "--clear", str(VENV)], file, log)
        say(f"Installing the packages of {lock.name}")
        _install(lock, file, log)
    stamp.set()


def python() -> str:
    """A Python of 3.11 (the lock's), else newer, that can make environments."""
    names = ["python3.11", "/usr/bin/python3.11", sys.executable, "python3", "/usr/bin/python3"]
    found = [path for name in names if (path := shutil.which(name))]
    able = [path for path in dict.fromkeys(found) if _makes_environments(path)]
    for path in able:
        if _version_of(Path(path)).startswith("Python 3.11"):
            return path
    if able:
        return able[0]
    raise Stop(
        "No Python of 3.11 or newer can make environments; run as root: apt-get install -y python3-venv"
    )


def _makes_environments(path: str) -> bool:
    probe = "import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))"
    return subprocess.run([path, "-c", probe], capture_output=True, check=False).returncode == 0


def _version_of(path: Path) -> str:
    done = subprocess.run([str(path), "--version"], capture_output=True, text=True, check=False)
    return done.stdout.strip()


def _tag() -> str:
    return f"{sys.platform} {UV}"


def _install(lock: Path, file: object, log: Path) -> None:
    pip = [str(PYTHON), "-m", "pip", "install", "-q", "--disable-pip-version-check"]
    quick = subprocess.run([*pip, UV], stdout=file, stderr=file, check=False)  # type: ignore[call-overload]
    if quick.returncode == 0:
        uv = [
            str(VENV / "bin" / "uv"),
            "pip",
            "install",
            "--python",
            str(PYTHON),
            "--require-hashes",
            "-r",
            str(lock),
        ]
        if subprocess.run(uv, stdout=file, stderr=file, check=False).returncode == 0:  # type: ignore[call-overload]
            return
    _run([*pip, "--require-hashes", "-r", str(lock)], file, log)


def _run(command: list[str], file: object, log: Path) -> None:
    """Run with output to the log; say in one sentence why it failed."""
    done = subprocess.run(command, stdout=file, stderr=file, check=False)  # type: ignore[call-overload]
    if done.returncode == 0:
        return
    said = log.read_text(encoding="utf-8", errors="replace")
    if "No space left on device" in said:
        raise Stop("The disk is full: free some space, then run the same command again.")
    if "HASH" in said.upper() and "mismatch" in said.lower():
        raise Stop(f"A package does not have the hash of the lock; nothing was trusted. Details: {log}")
    if any(word in said for word in FETCH_TROUBLE):
        raise Stop(f"The Python packages could not be fetched; is there a network? Details: {log}")
    raise Stop(f"The Python packages could not be installed. Details: {log}")
