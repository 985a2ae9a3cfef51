"""The commands behind the Makefile, for the system's python3 and its standard library alone.

Run as `python3 config/ops <command>`. Every refusal is one sentence on stderr and exit code 1; a traceback
means a defect of ours.
"""

from __future__ import annotations

import errno
import sys
from collections.abc import Callable

import checkup
import contracts
import measure
import prepare
import serve
import trial
from speech import Stop, say

COMMANDS: dict[str, Callable[[list[str]], int]] = {
    "setup": prepare.command,
    "run": serve.command,
    "test": trial.command,
    "lint": checkup.command,
    "bench": measure.command,
    "docs": measure.docs,
    "messages": prepare.messages,
    "lock": prepare.lock,
    "secret": prepare.secret,
    "contracts": contracts.command,
}


def main(arguments: list[str]) -> int:
    if sys.version_info < (3, 11):
        raise Stop(f"Python 3.11 or newer is needed; this one is {sys.version.split()[0]}.")
    name = arguments[0] if arguments else ""
    if name not in COMMANDS:
        raise Stop(f"There is no command {name!r}; run: make help")
    return COMMANDS[name](arguments[1:])


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except Stop as stop:
        say(str(stop), error=True)
        sys.exit(1)
    except KeyboardInterrupt:
        say("Interrupted.", error=True)
        sys.exit(130)
    except OSError as failure:
        if failure.errno not in (errno.ENOSPC, errno.EDQUOT):
            raise
        say("The disk is full: free some space, then run the same command again.", error=True)
        sys.exit(1)
