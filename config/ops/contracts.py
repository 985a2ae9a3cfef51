"""The import contracts in pyproject.toml, written from the rooms that settings list and the tree holds.

The order of ROOMS in config/settings/base.py is the order of the layers. A room that is in the tree but
not in the list, or the other way round, is refused.
"""

from __future__ import annotations

import ast
from pathlib import Path

from places import ROOT
from speech import Stop, say

AREAS = ["cms", "grants", "evaluations", "orgs", "core"]  # high to low, below config
NOUN_AREAS = ["cms", "grants", "evaluations", "orgs"]
SIBLINGS = [{"proposals", "publicity"}, {"pages", "desk", "mailroom"}]  # may not import one another
BEGIN = "# --- import contracts: written by `make contracts`, checked by a test ---"
END = "# --- end of the import contracts ---"
NOUN_LAYERS = [
    "(urls)",
    "(views) : (tasks) : (subscribers) : (long_work)",
    "(buttons) : (lists)",
    "(forms)",
    "(documents) : (invariants)",
    "(services)",
    "(selectors)",
    "(permissions)",
    "(models)",
    "(lifecycle)",
    "(events)",
    "(rules)",
]
OUTSIDE_LAYERS = [
    "apps",
    "migrations",
    "management",
    "templatetags",
    "middleware",
    "backends",
    "wagtail_hooks",
]


def command(arguments: list[str]) -> int:
    """`make contracts`."""
    path = ROOT / "pyproject.toml"
    path.write_text(written(path.read_text(encoding="utf-8")), encoding="utf-8")
    say("The import contracts in pyproject.toml follow the tree.")
    return 0


def written(text: str) -> str:
    """The text of pyproject.toml with its contracts brought up to date."""
    before, found, rest = text.partition(BEGIN)
    if not found:
        return f"{text.rstrip()}\n\n{BEGIN}\n{contracts()}{END}\n"
    _, _, after = rest.partition(END)
    return f"{before}{BEGIN}\n{contracts()}{END}{after}"


def listed_rooms() -> list[str]:
    """The list ROOMS of the settings, read without importing Django."""
    tree = ast.parse((ROOT / "config/settings/base.py").read_text(encoding="utf-8"))
    for node in tree.body:
        if isinstance(node, ast.Assign) and any(getattr(name, "id", "") == "ROOMS" for name in node.targets):
            return [str(room) for room in ast.literal_eval(node.value)]
    raise Stop("config/settings/base.py has no list ROOMS.")


def rooms_in_tree() -> set[str]:
    """Every folder with an apps.py below an area."""
    found = {path.parent for area in [*AREAS, "config"] for path in (ROOT / area).rglob("apps.py")}
    names = {".".join(path.relative_to(ROOT).parts) for path in found}
    return names - {"config"}


def contracts() -> str:
    """All contracts as TOML."""
    rooms = listed_rooms()
    if set(rooms) != rooms_in_tree():
        raise Stop(f"ROOMS and the tree differ: {', '.join(sorted(set(rooms) ^ rooms_in_tree()))}")
    areas = [area for area in AREAS if any(room.split(".")[0] == area for room in rooms)]
    nouns = {
        area: [room.split(".")[1] for room in rooms if room.startswith(f"{area}.")] for area in NOUN_AREAS
    }
    parts = [
        "[tool.importlinter]\n"
        + _list("root_packages", ["config", *areas])
        + "include_external_packages = true\n",
        _contract("areas", "the areas of the house", "layers", layers=["config", *areas]),
    ]
    for area, names in nouns.items():
        if names:
            layers = _layers(list(reversed(names)))
            kind = f"the nouns of {area}"
            parts.append(_contract(area, kind, "layers", containers=[area], layers=layers, exhaustive=True))
    containers = [f"{area}.{name}" for area, names in nouns.items() for name in names]
    parts.append(
        _contract(
            "noun",
            "inside a noun",
            "layers",
            containers=containers,
            layers=NOUN_LAYERS,
            exhaustive=True,
            exhaustive_ignores=OUTSIDE_LAYERS,
        )
    )
    parts += _plain_rules(containers) + _one_importer(areas)
    return "\n".join(parts)


def _plain_rules(containers: list[str]) -> list[str]:
    rules = [name for name in containers if _has_rules(name)]
    if not rules:
        return []
    modules = [f"{name}.rules" for name in rules]
    forbidden = ["django", "wagtail", "celery", "django_fsm", "weasyprint", "openpyxl"]
    return [
        _contract(
            "rules",
            "rules are plain Python",
            "forbidden",
            source_modules=modules,
            forbidden_modules=forbidden,
        )
    ]


def _one_importer(areas: list[str]) -> list[str]:
    below = [area for area in areas if area != "cms"]
    return [
        _contract(
            "wagtail",
            "only the public site knows Wagtail",
            "forbidden",
            source_modules=below,
            forbidden_modules=["wagtail"],
        )
    ]


def _has_rules(name: str) -> bool:
    folder: Path = ROOT.joinpath(*name.split("."))
    return (folder / "rules.py").exists() or (folder / "rules" / "__init__.py").exists()


def _layers(names: list[str]) -> list[str]:
    """Names from high to low; siblings share a line and may not import one another."""
    lines: list[str] = []
    placed: set[str] = set()
    for name in names:
        if name in placed:
            continue
        group = next((siblings for siblings in SIBLINGS if name in siblings), {name})
        members = [other for other in names if other in group]
        placed.update(members)
        lines.append(" | ".join(members))
    return lines


def _contract(code: str, name: str, kind: str, **fields: list[str] | bool) -> str:
    lines = ["[[tool.importlinter.contracts]]", f'id = "{code}"', f'name = "{name}"', f'type = "{kind}"']
    for field, value in fields.items():
        lines.append(f"{field} = true" if value is True else _list(field, list(value)).rstrip())  # type: ignore[arg-type]
    return "\n".join(lines) + "\n"


def _list(name: str, values: list[str]) -> str:
    return f"{name} = [\n" + "".join(f'    "{value}",\n' for value in values) + "]\n"
