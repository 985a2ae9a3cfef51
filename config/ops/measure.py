"""`make bench` and `make docs`: both prepare the environment and hand over."""

from __future__ import annotations

import os
import shlex
import subprocess

import machine
import packages
import prepare
from places import PYTHON, ROOT
from services import Interrupted, private_services
from speech import say


def command(arguments: list[str]) -> int:
    machine.ensure(machine.RUN_PACKAGES + machine.TEST_PACKAGES)
    packages.ensure(dev=True)
    prepare.compile_words()
    chosen = shlex.split(os.environ.get("ARGS", ""))
    try:
        with private_services(durable=True) as services:
            environment = {**os.environ, "BENCH_POSTGRES_URL": services.database_url}
            environment["BENCH_REDIS_URL"] = services.redis_url
            command_line = [str(PYTHON), "-m", "bench", *chosen]
            return subprocess.run(command_line, cwd=ROOT, env=environment, check=False).returncode
    except Interrupted:
        say("Interrupted; everything that was started has been stopped.", error=True)
        return 130


def docs(arguments: list[str]) -> int:
    machine.ensure(machine.RUN_PACKAGES)
    packages.ensure(dev=True)
    prepare.compile_words()
    prepare.manage("make_docs")
    return 0
