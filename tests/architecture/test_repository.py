"""What the repository holds: locks without addresses, targets that explain themselves, nothing foreign."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

LOCKS = ("requirements.txt", "requirements-dev.txt")
ADDRESS = re.compile(r"https?://|file:|--(extra-)?index-url|--find-links|--trusted-host")
PACKAGE = re.compile(r"^([A-Za-z0-9._-]+)(\[[^\]]+\])?==(\S+)")


def _packages(text: str) -> dict[str, str]:
    return {m.group(1).lower(): m.group(3) for line in text.splitlines() if (m := PACKAGE.match(line))}


def test_locks_carry_no_address_of_an_index(root: Path) -> None:
    for name in (*LOCKS, "requirements.in", "requirements-dev.in"):
        assert not ADDRESS.search((root / name).read_text(encoding="utf-8")), name


def test_every_locked_package_has_a_version_and_a_hash(root: Path) -> None:
    for name in LOCKS:
        text = (root / name).read_text(encoding="utf-8")
        blocks = re.split(r"\n(?=[A-Za-z0-9])", text)
        entries = [block for block in blocks if not block.startswith("#")]
        assert len(entries) > 30
        assert [b.splitlines()[0] for b in entries if "==" not in b or "--hash=sha256:" not in b] == []


def test_both_locks_agree(root: Path) -> None:
    run, dev = (_packages((root / name).read_text(encoding="utf-8")) for name in LOCKS)
    assert {name: dev.get(name) for name in run} == run


def test_only_one_state_machine_package_is_installed(root: Path) -> None:
    names = _packages((root / "requirements-dev.txt").read_text(encoding="utf-8"))
    assert "django-fsm-2" in names
    assert "django-fsm" not in names


def test_every_make_target_explains_itself(root: Path) -> None:
    makefile = (root / "Makefile").read_text(encoding="utf-8")
    targets = set(re.findall(r"^([a-z]+):", makefile, re.M))
    explained = subprocess.run(
        ["make", "-s", "help"], cwd=root, capture_output=True, text=True, check=True
    ).stdout
    assert {"setup", "run", "test", "bench", "docs", "lint", "help"} <= targets
    for target in targets:
        assert re.search(rf"^{target}\s+\S+ \S+", explained, re.M), target


def test_nothing_built_is_kept_in_the_repository(root: Path) -> None:
    done = subprocess.run(["git", "ls-files"], cwd=root, capture_output=True, text=True, check=False)
    built = re.compile(r"(^|/)(var|\.venv|staticfiles|__pycache__|node_modules)/|\.(mo|pyc|sqlite3)$")
    assert [path for path in done.stdout.splitlines() if built.search(path)] == []


def test_the_public_papers_are_there(root: Path) -> None:
    for name in ("README.md", "README.zh-CN.md", "CHANGELOG.md", "LICENSE", "docs/architecture.md"):
        assert (root / name).stat().st_size > 500, name
    assert "apt-get install -y make git" in (root / "README.md").read_text(encoding="utf-8")
    assert "apt-get install -y make git" in (root / "README.zh-CN.md").read_text(encoding="utf-8")
    assert "Apache License" in (root / "LICENSE").read_text(encoding="utf-8")
