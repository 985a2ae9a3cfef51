"""What one light project asks of people: clicks, answers, budget lines, files and seals.

The figures come from the journey tests/journeys/test_life.py, in which everybody the project meets clicks in
a real Chromium, from the empty application to the sealed archive; it leaves its counts in a file. A choice
from a drop-down list counts as two clicks, a key stroke as none, signing in as none.

``life_clicks`` are those that this project costs, whoever makes them: applicant, community, officers,
experts, finance, auditor. What is done once for all projects of a round (drawing and running the panels,
the decision, the notice, payment batches, engaging the auditor) is told apart as ``round_clicks``, and what
an organisation does once for all its applications (register, invite, bank account) as ``entry_clicks``.
The journey fills one of the five score sheets of the application by hand; the other four are added at the
same price. ``grantee_clicks`` is the share of the organisation itself.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from bench.figures import Figure, report

ROOT = Path(__file__).resolve().parents[1]
JOURNEY = "tests/journeys/test_life.py"
OWN, SHARED, ONCE = "own", "shared", "once"
SHEETS = 5
GRANTEE = (
    *("application", "agreement", "carrying out", "midterm report", "final report"),
    *("first instalment receipt", "second instalment receipt"),
)


def counts() -> dict[str, Any] | None:
    """Run the journey; return what it counted, None when it failed."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "counts.json"
        command = [sys.executable, "-m", "pytest", JOURNEY, "-q", "-x", "-p", "no:cacheprovider"]
        environment = {**os.environ, "LIFE_COUNTS": str(path)}
        done = subprocess.run(command, cwd=ROOT, env=environment, check=False, capture_output=True, text=True)
        if not path.exists():
            print(done.stdout[-4000:], file=sys.stderr)
            return None
        found: dict[str, Any] = json.loads(path.read_text())
        return found


def clicks(found: Mapping[str, Any], whose: str) -> int:
    """Sum up the clicks of a kind."""
    return sum(part["clicks"] for part in found["parts"].get(whose, {}).values())


def figures(found: Mapping[str, Any]) -> list[Figure]:
    """Return the burden of the project as figures."""
    own = found["parts"][OWN]
    applying, sheet = own["application"], own["score sheet"]["clicks"]
    return [
        Figure("apply_clicks", applying["clicks"], "clicks", 40),
        Figure("life_clicks", clicks(found, OWN) + (SHEETS - 1) * sheet, "clicks", 120),
        Figure("grantee_clicks", sum(own[name]["clicks"] for name in GRANTEE), "clicks"),
        Figure("round_clicks", clicks(found, SHARED), "clicks"),
        Figure("entry_clicks", clicks(found, ONCE), "clicks"),
        Figure("required_answers", found["required_answers"], "answers", 18),
        Figure("budget_lines", found["budget_lines"], "lines", 8),
        Figure("uploads", found["uploads"], "files", 2),
        Figure("seals", found["seals"], "seals", 2),
    ]


def main() -> int:
    """Measure, and say every figure."""
    found = counts()
    if found is None:
        return 1
    if "SHOW" in os.environ:
        print(json.dumps(found["parts"], ensure_ascii=False, indent=1), file=sys.stderr)
    return report(figures(found))


if __name__ == "__main__":
    sys.exit(main())
