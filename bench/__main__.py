"""`make bench`: runs every measurement of this folder, each in a process of its own."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

FOLDER = Path(__file__).parent
NOT_MEASUREMENTS = {"__init__", "__main__", "figures", "engines", "crowd", "home"}


def main(chosen: list[str]) -> int:
    names = sorted(path.stem for path in FOLDER.glob("*.py") if path.stem not in NOT_MEASUREMENTS)
    unknown = set(chosen) - set(names)
    if unknown:
        print(f"no such measurement: {', '.join(sorted(unknown))}", file=sys.stderr)
        return 1
    missed = []
    for name in chosen or names:
        command = [sys.executable, "-m", f"bench.{name}"]
        if subprocess.run(command, cwd=FOLDER.parent, check=False).returncode:
            missed.append(name)
    if missed:
        print(f"missed: {', '.join(missed)}", file=sys.stderr)
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
