"""Where bytes lie: a folder addressed by content, written so that a crash leaves either all or nothing."""

from __future__ import annotations

import hashlib
import os
import secrets
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any

from django.conf import settings
from django.core.files.base import ContentFile, File
from django.core.files.storage import FileSystemStorage


def digest_of(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def path_of(sha256: str) -> str:
    """Where bytes with this hash lie below the root."""
    return f"sha256/{sha256[:2]}/{sha256[2:4]}/{sha256}"


class ContentStorage(FileSystemStorage):
    """Django's file storage at settings.FILES_ROOT that writes once and never overwrites."""

    def __init__(self) -> None:
        super().__init__(
            location=settings.FILES_ROOT, file_permissions_mode=0o640, directory_permissions_mode=0o750
        )

    def get_available_name(self, name: str, max_length: int | None = None) -> str:
        return name

    def _save(self, name: str, content: File[Any]) -> str:
        """Temporary file, fsync, rename, fsync of the folder; what is there already is only touched."""
        target = Path(self.path(name))
        if target.exists():
            os.utime(target)
            return name
        target.parent.mkdir(parents=True, exist_ok=True, mode=0o750)
        draft = target.with_name(f".{secrets.token_hex(8)}.part")
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o640)
        try:
            with os.fdopen(descriptor, "wb") as stream:
                for chunk in content.chunks():
                    stream.write(chunk)
                stream.flush()
                os.fsync(stream.fileno())
            os.replace(draft, target)
        except BaseException:
            draft.unlink(missing_ok=True)
            raise
        _sync_folders(target.parent, Path(self.location))
        return name

    def put(self, data: bytes) -> str:
        """Keep bytes safely and return their hash."""
        sha256 = digest_of(data)
        self.save(path_of(sha256), ContentFile(data))
        return sha256

    def get(self, sha256: str) -> bytes | None:
        """The bytes under a hash as they lie there, or None; the caller compares them with the hash."""
        try:
            stream: IO[bytes] = self.open(path_of(sha256))
        except (FileNotFoundError, IsADirectoryError):
            return None
        with stream:
            return stream.read()

    def all_files(self) -> Iterator[Path]:
        """Every file below the root, half-written ones too."""
        root = Path(self.location) / "sha256"
        yield from (path for path in root.glob("*/*/*") if path.is_file())


def _sync_folders(folder: Path, root: Path) -> None:
    """Make the new names durable, from the file's folder up to the root."""
    while True:
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
        if folder == root or folder.parent == folder:
            return
        folder = folder.parent
