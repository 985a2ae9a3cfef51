"""A module fits on a few screens, a function on one."""

from __future__ import annotations

import ast
from pathlib import Path

MODULE_LINES = 400
FUNCTION_LINES = 40
FORBIDDEN_NAMES = {"utils", "util", "helpers", "helper", "common", "misc", "tools", "stuff", "lib"}
Sources = tuple[tuple[Path, ast.Module], ...]


def test_no_module_is_longer_than_400_lines(sources: Sources, root: Path) -> None:
    tests = [
        path.relative_to(root) for folder in ("tests", "bench") for path in (root / folder).rglob("*.py")
    ]
    lengths = {path: len((root / path).read_text(encoding="utf-8").splitlines()) for path, _ in sources}
    lengths |= {path: len((root / path).read_text(encoding="utf-8").splitlines()) for path in tests}
    assert len(lengths) > 50
    assert {path: lines for path, lines in lengths.items() if lines > MODULE_LINES} == {}


def test_no_function_is_longer_than_40_lines(sources: Sources) -> None:
    long = {}
    for path, tree in sources:
        for node in ast.walk(tree):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                lines = (node.end_lineno or node.lineno) - node.lineno + 1
                if lines > FUNCTION_LINES:
                    long[f"{path}:{node.name}"] = lines
    assert long == {}


def test_no_module_is_a_drawer(sources: Sources) -> None:
    named = [path for path, _ in sources if FORBIDDEN_NAMES & {*path.parts[:-1], path.stem}]
    assert named == []


def test_every_module_says_what_it_is_for(sources: Sources, root: Path) -> None:
    silent = [
        path
        for path, tree in sources
        if path.name != "__init__.py" and tree.body and not ast.get_docstring(tree)
    ]
    assert silent == []


def test_no_british_word_is_spelt_the_other_way(sources: Sources) -> None:
    wrong = []
    for path, tree in sources:
        for node in ast.walk(tree):
            name = getattr(node, "name", None) or getattr(node, "id", None) or getattr(node, "attr", None)
            if isinstance(name, str) and "organization" in name.lower():
                wrong.append(f"{path}:{name}")
    assert wrong == []
