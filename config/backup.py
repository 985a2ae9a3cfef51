"""One file that is a whole installation: database, files, anchors, pictures, and a signed list of them all.

A backup is a tar, sealed under the first field key unless asked otherwise, readable by its owner alone. Its
manifest names every part with its hash, where the audit chain stood, and which version wrote it; it is
signed with the anchor key. Nothing of the target is touched before all of that has been checked.
"""

from __future__ import annotations

import hashlib
import hmac
import io
import json
import os
import re
import tarfile
import tempfile
import tomllib
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import IO, Any

from django.conf import settings
from django.core.management import call_command
from django.db import connection
from django.db.migrations.loader import MigrationLoader
from django.utils.translation import gettext as _

from config.sealing import MAGIC, Opener, Sealer
from core import engines
from core.audit import triggers
from core.audit.digest import canonical
from core.audit.models import Entry, Head
from core.errors import Refused
from core.files.models import Blob
from core.files.storage import digest_of, storage
from core.secrets import KeyMissing, Tampered

FORMAT = 1
PARTS = re.compile(r"database\.(sqlite3|dump)|files/[0-9a-f]{64}|anchors/[\w.-]+\.json|media/[^\0]+")
MANIFEST, SIGNATURE = "manifest.json", "manifest.sig"


@dataclass(frozen=True)
class Backup:
    """What was written: where, how large, its own hash, and what is in it."""

    path: Path
    size: int
    sha256: str
    manifest: dict[str, Any]


def app_version() -> str:
    """Return the version of this program."""
    text = (settings.BASE_DIR / "pyproject.toml").read_text(encoding="utf-8")
    return str(tomllib.loads(text)["project"]["version"])


def make_backup(folder: Path, *, now: datetime, sealed: bool = True) -> Backup:
    """Write a backup into a folder; people may go on working meanwhile.

    The database comes first: a file that a row names is there before the row, and is never changed.
    """
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    name = f"gongyitong-{now:%Y%m%dT%H%M%SZ}.{'sealed' if sealed else 'tar'}"
    draft = folder / f".{name}.part"
    try:
        with tempfile.TemporaryDirectory(dir=folder, prefix=".backup-") as own:
            head = _head()
            database = engines.dump(Path(own))
            with _private(draft) as out, _sealed(out, sealed) as stream:
                manifest = _write(stream, database, head, now)
        os.replace(draft, folder / name)
    finally:
        draft.unlink(missing_ok=True)
    path = folder / name
    return Backup(path, path.stat().st_size, _hash_of(path), manifest)


@contextmanager
def _private(path: Path) -> Iterator[IO[bytes]]:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as out:
        yield out
        out.flush()
        os.fsync(out.fileno())


@contextmanager
def _sealed(out: IO[bytes], sealed: bool) -> Iterator[Any]:
    if not sealed:
        yield out
        return
    with closing(Sealer(out)) as sealer:
        yield sealer


def _head() -> dict[str, Any]:
    head = Head.objects.order_by("pk").first()
    return {"seq": head.seq, "hash": head.hash} if head else {"seq": 0, "hash": ""}


def _write(stream: Any, database: Path, head: dict[str, Any], now: datetime) -> dict[str, Any]:
    parts: dict[str, dict[str, Any]] = {}
    applied = MigrationLoader(connection).applied_migrations
    with tarfile.open(fileobj=stream, mode="w|") as tar:
        with database.open("rb") as source:
            parts[database.name] = {"sha256": _hash_of(database), "size": database.stat().st_size}
            _add(tar, database.name, source, database.stat().st_size)
        for name, data in _kept_files():
            parts[name] = {"sha256": digest_of(data), "size": len(data)}
            _add(tar, name, io.BytesIO(data), len(data))
        manifest = {
            "format": FORMAT,
            "made_at": now.isoformat(),
            "version": app_version(),
            "engine": connection.vendor,
            "migrations": sorted(f"{app}.{name}" for app, name in applied),
            "chain": head,
            "parts": parts,
        }
        text = canonical(manifest).encode()
        for name, data in ((MANIFEST, text), (SIGNATURE, _signature(text).encode())):
            _add(tar, name, io.BytesIO(data), len(data))
    return manifest


def _add(tar: tarfile.TarFile, name: str, source: IO[bytes], size: int) -> None:
    info = tarfile.TarInfo(name)
    info.size, info.mode = size, 0o600
    tar.addfile(info, source)


def _kept_files() -> Iterator[tuple[str, bytes]]:
    """Yield every private file that a row names, then anchors and pictures of the public site."""
    kept = storage()
    for sha256 in Blob.objects.order_by("pk").values_list("sha256", flat=True).iterator():
        data = kept.get(sha256)
        if data is None or digest_of(data) != sha256:
            says = _("文件 %(name)s 缺失或已损坏，备份没有完成；请先运行 manage.py verify。")
            raise Refused(says % {"name": sha256})
        yield f"files/{sha256}", data
    for word, root in _folders().items():
        for path in sorted(root.rglob("*")) if root.exists() else []:
            if path.is_file() and PARTS.fullmatch(name := f"{word}/{path.relative_to(root)}"):
                yield name, path.read_bytes()


def _folders() -> dict[str, Path]:
    return {"anchors": Path(settings.ANCHOR_DIR), "media": Path(settings.MEDIA_ROOT)}


def _signature(text: bytes) -> str:
    return hmac.new(settings.ANCHOR_KEY.encode(), b"backup\n" + text, hashlib.sha256).hexdigest()


def _hash_of(path: Path) -> str:
    with path.open("rb") as source:
        return hashlib.file_digest(source, "sha256").hexdigest()


def restore_backup(path: Path, *, replace: bool = False) -> dict[str, Any]:
    """Put a backup back and return its manifest; everything is checked before anything is changed."""
    if not replace and _has_history():
        raise Refused(_("这个数据库里已有办理记录，没有恢复任何内容；确认要整体替换时，请加 --replace。"))
    with tempfile.TemporaryDirectory(dir=path.resolve().parent, prefix=".restore-") as own:
        folder = Path(own)
        manifest = _read(path, folder)
        _admit(manifest)
        engines.put_back(folder / engines.NAMES[connection.vendor])
        _put_files_back(folder, manifest)
    call_command("migrate", interactive=False, verbosity=0)
    triggers.install()
    chain = manifest["chain"]
    if chain["seq"] and not Entry.objects.filter(seq=chain["seq"], hash=chain["hash"]).exists():
        raise Refused(_("恢复后的日志里没有备份时的最后一条记录，请勿启用，并换用另一个备份。"))
    return manifest


def _has_history() -> bool:
    return Entry._meta.db_table in connection.introspection.table_names() and Entry.objects.exists()


def _read(path: Path, folder: Path) -> dict[str, Any]:
    """Unpack into a folder and compare every part with the signed list."""
    found: dict[str, str] = {}
    try:
        with path.open("rb") as source, tarfile.open(fileobj=_opened(source), mode="r|") as tar:
            for member in tar:
                found[member.name] = _unpack(tar, member, folder)
    except FileNotFoundError:
        raise Refused(_("没有这个备份文件：%(path)s") % {"path": path}) from None
    except KeyMissing as error:
        says = _("当前 FIELD_KEYS 打不开这个备份，请先补上备份时使用的密钥。（%(why)s）")
        raise Refused(says % {"why": error}) from None
    except (tarfile.TarError, Tampered, EOFError) as error:
        says = _("备份文件不完整或被改动，没有恢复任何内容。（%(why)s）")
        raise Refused(says % {"why": error}) from None
    return _compared(folder, found)


def _opened(source: IO[bytes]) -> Any:
    sealed = source.read(len(MAGIC)) == MAGIC
    source.seek(0)
    return io.BufferedReader(Opener(source)) if sealed else source


def _is_part(name: str) -> bool:
    return bool(PARTS.fullmatch(name)) and ".." not in Path(name).parts


def _unpack(tar: tarfile.TarFile, member: tarfile.TarInfo, folder: Path) -> str:
    """Write one part below the folder and return its hash; nothing but the parts of a backup is written."""
    source = tar.extractfile(member)
    known = member.name in (MANIFEST, SIGNATURE) or _is_part(member.name)
    if source is None or not member.isreg() or not known:
        raise Refused(_("备份里有不认识的内容：%(name)s") % {"name": member.name})
    target = folder / member.name
    target.parent.mkdir(parents=True, exist_ok=True)
    total = hashlib.sha256()
    with target.open("wb") as out:
        while block := source.read(1024 * 1024):
            total.update(block)
            out.write(block)
    return total.hexdigest()


def _compared(folder: Path, found: dict[str, str]) -> dict[str, Any]:
    if not {MANIFEST, SIGNATURE} <= found.keys():
        raise Refused(_("备份文件不完整：缺少清单。没有恢复任何内容。"))
    text = (folder / MANIFEST).read_bytes()
    if not hmac.compare_digest(_signature(text), (folder / SIGNATURE).read_text().strip()):
        raise Refused(_("备份清单的签名不符：它由另一把 ANCHOR_KEY 签署，或被改动过。没有恢复任何内容。"))
    manifest: dict[str, Any] = json.loads(text)
    listed = {name: part["sha256"] for name, part in manifest["parts"].items()}
    parts = {name: sha256 for name, sha256 in found.items() if name not in (MANIFEST, SIGNATURE)}
    if differing := sorted(set(listed.items()) ^ set(parts.items())):
        raise Refused(_("备份内容与清单不符：%(name)s。没有恢复任何内容。") % {"name": differing[0][0]})
    return manifest


def _admit(manifest: dict[str, Any]) -> None:
    """Refuse what this program or this database cannot take."""
    if manifest["format"] != FORMAT:
        raise Refused(_("这个备份的格式是第 %(no)s 版，本程序读不了。") % {"no": manifest["format"]})
    if manifest["engine"] != connection.vendor:
        raise Refused(
            _("备份来自 %(theirs)s，而当前数据库是 %(ours)s；请先恢复到同类数据库，再用 move_database 迁移。")
            % {"theirs": manifest["engine"], "ours": connection.vendor}
        )
    known = {f"{app}.{name}" for app, name in MigrationLoader(None).disk_migrations}
    if newer := sorted(set(manifest["migrations"]) - known):
        raise Refused(
            _("备份由较新的版本 %(version)s 写成（%(name)s），请先升级本程序。")
            % {"version": manifest["version"], "name": newer[0]}
        )


def _put_files_back(folder: Path, manifest: dict[str, Any]) -> None:
    """Private files are content-addressed, so putting back never overwrites; anchors that exist stay."""
    kept = storage()
    for name in manifest["parts"]:
        kind, _slash, rest = name.partition("/")
        if kind == "files":
            kept.put((folder / name).read_bytes())
        elif kind in _folders():
            target = _folders()[kind] / rest
            if kind == "anchors" and target.exists():
                continue
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes((folder / name).read_bytes())
            target.chmod(0o440 if kind == "anchors" else 0o640)
