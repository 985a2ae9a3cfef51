"""Tests of the source read files, not the database: once is enough, so they run with SQLite."""

from __future__ import annotations

import ast
import functools
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
AREAS = ("core", "orgs", "evaluations", "grants", "cms", "config")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    here = Path(__file__).parent
    for item in items:
        if here in Path(item.path).parents:
            item.add_marker(pytest.mark.sqlite_only)


@functools.cache
def _sources() -> tuple[tuple[Path, ast.Module], ...]:
    found = []
    for area in AREAS:
        for path in sorted((ROOT / area).rglob("*.py")):
            if "migrations" in path.parts:
                continue
            found.append((path.relative_to(ROOT), ast.parse(path.read_text(encoding="utf-8"))))
    return tuple(found)


@pytest.fixture(scope="session")
def sources() -> tuple[tuple[Path, ast.Module], ...]:
    """Every product module (no migrations, no tests) as (path, tree)."""
    return _sources()


@pytest.fixture(scope="session")
def root() -> Path:
    return ROOT


def functions(tree: ast.Module) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node
