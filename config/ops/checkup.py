"""`make lint`: style, format, types and arrows; all four run, so that one round shows everything."""

from __future__ import annotations

import subprocess

import packages
from places import PYTHON, ROOT, VENV
from speech import say

CHECKS = {
    "style": [str(VENV / "bin" / "ruff"), "check", "--quiet", "."],
    "format": [str(VENV / "bin" / "ruff"), "format", "--check", "--quiet", "."],
    "types": [str(PYTHON), "-m", "mypy", "--no-error-summary"],
    "arrows": [str(VENV / "bin" / "lint-imports"), "--no-cache"],
}


def command(arguments: list[str]) -> int:
    packages.ensure(dev=True)
    broken = []
    for name, command_line in CHECKS.items():
        done = subprocess.run(command_line, cwd=ROOT, capture_output=True, text=True, check=False)
        say(f"{name}: {'ok' if done.returncode == 0 else 'broken'}")
        if done.returncode:
            broken.append(name)
            say((done.stdout + done.stderr).rstrip())
    return 1 if broken else 0
