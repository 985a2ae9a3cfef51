"""How the commands speak: short sentences, one a line."""

from __future__ import annotations

import sys


class Stop(Exception):
    """A reason to stop that is told as one sentence, never as a traceback."""


def say(text: str, *, error: bool = False) -> None:
    print(text, file=sys.stderr if error else sys.stdout, flush=True)
