"""`make bench` and `make docs`: both only prepare the environment and hand over."""

from __future__ import annotations

import subprocess

import machine
import packages
import prepare
from places import PYTHON, ROOT


def command(arguments: list[str]) -> int:
    machine.ensure(machine.RUN_PACKAGES + machine.TEST_PACKAGES)
    packages.ensure(dev=True)
    return subprocess.run([str(PYTHON), "-m", "bench", *arguments], cwd=ROOT, check=False).returncode


def docs(arguments: list[str]) -> int:
    machine.ensure(machine.RUN_PACKAGES)
    packages.ensure(dev=True)
    prepare.compile_words()
    prepare.manage("make_docs")
    return 0
