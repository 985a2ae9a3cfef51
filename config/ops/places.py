"""Where things are, and the stamps that tell what is already done."""

from __future__ import annotations

import hashlib
import os
import shutil
from collections.abc import Iterable
from pathlib import Path

from speech import Stop

ROOT = Path(__file__).resolve().parent.parent.parent
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
MEGABYTE = 1024 * 1024


def var() -> Path:
    """The folder of everything written at run time (VAR_DIR, default var/), made on first use."""
    path = Path(os.environ.get("VAR_DIR") or ROOT / "var")
    try:
        path.mkdir(parents=True, exist_ok=True, mode=0o700)
    except OSError as error:
        raise Stop(f"The folder {path} cannot be made: {error.strerror}.") from error
    return path


def need_space(path: Path, megabytes: int) -> None:
    """Stop early where the disk would fill up half-way."""
    free = shutil.disk_usage(path).free // MEGABYTE
    if free < megabytes:
        raise Stop(f"The disk is full: {path} has {free} MB free and {megabytes} MB are needed.")


def digest(paths: Iterable[Path], *words: str) -> str:
    """One hash over names and contents of files, and over words."""
    total = hashlib.sha256()
    for path in sorted(paths):
        total.update(str(path).encode() + b"\0" + path.read_bytes() + b"\0")
    for word in words:
        total.update(word.encode() + b"\0")
    return total.hexdigest()


def files_under(*folders: Path, suffix: str = "") -> list[Path]:
    """Every file below the folders, without caches and hidden files."""
    return [
        path
        for folder in folders
        if folder.exists()
        for path in folder.rglob(f"*{suffix}")
        if path.is_file()
        and not any(part.startswith((".", "__")) for part in path.relative_to(folder).parts[:-1])
    ]


class Stamp:
    """A file that holds the hash of what was done last; equal hash means nothing to do."""

    def __init__(self, path: Path, value: str) -> None:
        self.path = path
        self.value = value

    def is_fresh(self) -> bool:
        return self.path.exists() and self.path.read_text(encoding="utf-8").strip() == self.value

    def set(self) -> None:
        self.path.parent.mkdir(parents=True, exist_ok=True)
        draft = self.path.with_suffix(".new")
        draft.write_text(self.value + "\n", encoding="utf-8")
        draft.replace(self.path)
