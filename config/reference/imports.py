"""Which noun imports which: the arrows as they really are."""

from __future__ import annotations

from collections import defaultdict

AREAS = ("core", "orgs", "evaluations", "grants", "cms")


def arrows() -> dict[str, set[str]]:
    """Return noun -> nouns it imports, read from the source by grimp; core counts as one."""
    import grimp

    graph = grimp.build_graph(*AREAS, cache_dir=None)
    found: dict[str, set[str]] = defaultdict(set)
    for module in graph.modules:
        for target in graph.find_modules_directly_imported_by(module):
            start, end = _noun(module), _noun(target)
            if start and end and start != end:
                found[start].add(end)
    return found


def _noun(module: str) -> str:
    parts = module.split(".")
    if parts[0] == "core":
        return "core"
    return ".".join(parts[:2]) if len(parts) > 1 else ""


def page() -> str:
    """Return the graph as a table and a diagram."""
    found = arrows()
    lines = ["# Imports between nouns", "", "| noun | imports |", "|---|---|"]
    lines += [f"| {start} | {', '.join(sorted(ends))} |" for start, ends in sorted(found.items())]
    lines += ["", "```mermaid", "flowchart BT"]
    for start, ends in sorted(found.items()):
        lines += [f"    {_id(start)}[{start}] --> {_id(end)}[{end}]" for end in sorted(ends) if end != "core"]
    return "\n".join([*lines, "```", ""])


def _id(noun: str) -> str:
    return noun.replace(".", "_")
