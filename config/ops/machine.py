"""Packages of the operating system (Debian), installed only where one is missing."""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

from speech import Stop, say

RUN_PACKAGES = [
    "python3-venv",
    "libpango-1.0-0",
    "libpangoft2-1.0-0",
    "libharfbuzz-subset0",
    "fonts-noto-cjk",
    "poppler-utils",
    "gettext",
]
TEST_PACKAGES = ["postgresql", "redis-server", "chromium"]
POLICY = Path("/usr/sbin/policy-rc.d")


def missing(packages: list[str]) -> list[str]:
    """The packages of the list that are not installed, by one look at dpkg."""
    done = subprocess.run(
        ["dpkg-query", "-W", "-f", "${Package} ${db:Status-Status}\n", *packages],
        capture_output=True,
        text=True,
        check=False,
    )
    installed = {line.split()[0] for line in done.stdout.splitlines() if line.endswith(" installed")}
    return [package for package in packages if package not in installed]


def ensure(packages: list[str]) -> None:
    """Install what is missing: directly as root, through sudo otherwise, or say exactly what to run."""
    if not shutil.which("dpkg-query"):
        say("This is not Debian: please install the equivalents of " + " ".join(packages) + " yourself.")
        return
    wanted = missing(packages)
    if not wanted:
        return
    if os.geteuid() == 0:
        prefix: list[str] = []
    elif shutil.which("sudo"):
        prefix = ["sudo"]
    else:
        raise Stop("Please run as root, then try again: apt-get install -y " + " ".join(wanted))
    say("Installing from Debian: " + " ".join(wanted))
    with _no_service_starts():
        _install(prefix, wanted)


def _install(prefix: list[str], wanted: list[str]) -> None:
    settings = ["env", "DEBIAN_FRONTEND=noninteractive"]
    command = [*prefix, *settings, "apt-get", "install", "-y", "-q", "--no-install-recommends", *wanted]
    first = subprocess.run(command, capture_output=True, text=True, check=False)
    if first.returncode == 0:
        return
    subprocess.run([*prefix, *settings, "apt-get", "update", "-q"], capture_output=True, check=False)
    second = subprocess.run(command, capture_output=True, text=True, check=False)
    if second.returncode == 0:
        return
    said = (second.stderr + second.stdout)[-4000:]
    if "No space left" in said:
        raise Stop("The disk is full: free some space, then run the same command again.")
    if any(
        word in said
        for word in ("Could not resolve", "Failed to fetch", "Unable to locate", "Could not connect")
    ):
        raise Stop("Debian's packages could not be fetched; is there a network? Wanted: " + " ".join(wanted))
    last = [line for line in said.splitlines() if line.strip()]
    raise Stop("apt-get could not install " + " ".join(wanted) + (": " + last[-1] if last else "."))


@contextlib.contextmanager
def _no_service_starts() -> Iterator[None]:
    """Keep Debian from starting a system-wide PostgreSQL or Redis: tests start private ones."""
    if os.geteuid() != 0 or POLICY.exists():
        yield
        return
    POLICY.write_text("#!/bin/sh\nexit 101\n")
    POLICY.chmod(0o755)
    try:
        yield
    finally:
        POLICY.unlink(missing_ok=True)
