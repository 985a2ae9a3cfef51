"""Every rule: code, text, source, and where it is checked."""

from __future__ import annotations

from core.audit.verify import invariants
from core.rulebook import registry


def page() -> str:
    """Return the rules of the rounds and the invariants of the database."""
    lines = ["# Rulebook", "", "One text is the check, the message and this page.", ""]
    lines += ["| code | says | source | meaning | checked in |", "|---|---|---|---|---|"]
    for code, rule in registry().items():
        doc = rule.doc.splitlines()[0] if rule.doc else ""
        lines.append(f"| {code} | {rule.says} | {rule.source} | {doc} | `{rule.where}` |")
    lines += ["", "## Invariants", "", "`manage.py verify` checks them at any time.", ""]
    lines += ["| code | group | says |", "|---|---|---|"]
    lines += [f"| {item.code} | {item.group} | {item.says} |" for item in invariants()]
    return "\n".join([*lines, ""])
