"""Every rule: code, text, source, and where it is checked."""

from __future__ import annotations

from importlib import import_module
from pkgutil import iter_modules

from core.apps import AREAS, declaring_modules
from core.audit.verify import invariants
from core.rulebook import registry


def _import_every_rule() -> None:
    """Import the rules of every room, those that nothing has needed yet too."""
    for module in declaring_modules("rules"):
        for inner in iter_modules(getattr(module, "__path__", []), f"{module.__name__}."):
            import_module(inner.name)


def page() -> str:
    """Return the rules of the rounds and the invariants of the database."""
    _import_every_rule()
    lines = ["# Rulebook", "", "One text is the check, the message and this page.", ""]
    lines += ["| code | says | source | meaning | checked in |", "|---|---|---|---|---|"]
    for code, rule in registry().items():
        if rule.where.split(".")[0] not in AREAS:
            continue  # a test's own
        doc = rule.doc.splitlines()[0] if rule.doc else ""
        lines.append(f"| {code} | {rule.says} | {rule.source} | {doc} | `{rule.where}` |")
    lines += ["", "## Invariants", "", "`manage.py verify` checks them at any time.", ""]
    lines += ["| code | group | says |", "|---|---|---|"]
    lines += [f"| {item.code} | {item.group} | {item.says} |" for item in invariants()]
    return "\n".join([*lines, ""])
