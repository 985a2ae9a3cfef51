"""Where bytes lie, addressed by their content: a folder, or a bucket of an S3-compatible service.

Either way a crash leaves all or nothing, and what is there is never overwritten.
"""

from __future__ import annotations

import hashlib
import os
import secrets
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import lru_cache
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

    def names(self) -> Iterator[str]:
        """The names of all files, half-written ones too."""
        yield from (path.name for path in self.all_files())

    def is_older(self, name: str, age: timedelta) -> bool:
        """By the machine's own clock: the demo may stand at another date, the file system does not."""
        try:
            return self._place(name).stat().st_mtime < time.time() - age.total_seconds()
        except FileNotFoundError:
            return False

    def remove(self, name: str) -> None:
        """Take a file away for good."""
        self._place(name).unlink(missing_ok=True)

    def _place(self, name: str) -> Path:
        """Where a file lies; a half-written one bears another name, so it is looked for."""
        exact = Path(self.path(path_of(name)))
        return (
            exact
            if not name.startswith(".")
            else next((path for path in self.all_files() if path.name == name), exact)
        )


class BucketStorage:
    """The same in a bucket; a put is whole or not there, as the service promises."""

    def __init__(self, bucket: dict[str, str]) -> None:
        self.bucket = bucket["bucket"]
        self.client = _client(**{name: value for name, value in bucket.items() if name != "bucket"})

    def put(self, data: bytes) -> str:
        """Keep bytes safely and return their hash; the service checks what arrived."""
        sha256 = digest_of(data)
        self.client.put_object(Bucket=self.bucket, Key=path_of(sha256), Body=data, ChecksumAlgorithm="SHA256")
        return sha256

    def get(self, sha256: str) -> bytes | None:
        """The bytes under a hash as they lie there, or None; the caller compares them with the hash."""
        try:
            found = self.client.get_object(Bucket=self.bucket, Key=path_of(sha256))
        except self.client.exceptions.NoSuchKey:
            return None
        return bytes(found["Body"].read())

    def names(self) -> Iterator[str]:
        """The names of all objects of ours."""
        pages = self.client.get_paginator("list_objects_v2").paginate(Bucket=self.bucket, Prefix="sha256/")
        for page in pages:
            yield from (one["Key"].rpartition("/")[2] for one in page.get("Contents", ()))

    def is_older(self, name: str, age: timedelta) -> bool:
        """By the clock of the service."""
        try:
            found = self.client.head_object(Bucket=self.bucket, Key=path_of(name))
        except self.client.exceptions.ClientError:
            return False
        return bool(found["LastModified"] < datetime.now(UTC) - age)

    def remove(self, name: str) -> None:
        """Take an object away for good."""
        self.client.delete_object(Bucket=self.bucket, Key=path_of(name))


@lru_cache(maxsize=4)
def _client(**connection: str) -> Any:
    """One connection pool a process; boto3 is imported only where a bucket is used."""
    import boto3
    from botocore.config import Config

    retries = {"max_attempts": 4, "mode": "standard"}
    config = Config(connect_timeout=5, read_timeout=30, retries=retries, s3={"addressing_style": "path"})
    return boto3.client("s3", config=config, **connection)


def storage() -> ContentStorage | BucketStorage:
    """Where this installation keeps its files."""
    bucket = settings.FILES_BUCKET
    return BucketStorage(bucket) if bucket else ContentStorage()


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
