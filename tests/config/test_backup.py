"""A drill on both engines: back up, go on, lose everything, restore, verify; and every refusal first."""

from __future__ import annotations

import hashlib
import hmac
import io
import json
import stat
import tarfile
from datetime import UTC, datetime
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection, transaction

from config.backup import make_backup, restore_backup
from config.sealing import CHUNK, Opener, Sealer
from core import engines
from core.audit import verify
from core.audit.anchors import drop_anchor
from core.audit.models import Entry, Head
from core.errors import Refused
from core.files.models import FileRef
from core.files.services import read, store
from core.files.storage import storage
from core.secrets import Tampered
from orgs.people.models import Person
from orgs.registry import services as registry
from orgs.registry.models import SocialOrganisation
from tests.core.files.corpus import CLERK, paper
from tests.orgs.builders import NOW, TODAY, Bureau, House, load_places

LATER = datetime(2026, 11, 10, 2, 0, tzinfo=UTC)


class Installation:
    """A small house with a history: bodies, people, a paper, an anchor, a picture of the public site."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.backups = folder, folder / "backups"
        load_places("420106005")
        self.bureau, self.house = Bureau(), House()
        self.paper = paper()
        store(
            self.paper,
            filename="章程.pdf",
            owner=self.house.body,
            purpose="test.paper",
            by=CLERK,
            now=NOW,
        )
        drop_anchor(NOW)
        (folder / "media").mkdir()
        (folder / "media" / "home.png").write_bytes(b"picture")

    def rename(self, name: str) -> None:
        registry.rename_organisation(
            organisation_id=self.house.entry.pk,
            name=name,
            effective_on=TODAY,
            document="准予变更",
            by=self.bureau.clerk,
            now=LATER,
        )

    def digest(self) -> str:
        """One hash over what must come back: chain, register, people with their numbers, papers."""
        rows = [
            list(Entry.objects.order_by("seq").values_list("seq", "hash", "row_digest")),
            list(Head.objects.values_list("seq", "hash")),
            list(SocialOrganisation.objects.order_by("pk").values_list("uscc", "body__name", "state")),
            list(Person.objects.order_by("pk").values_list("name", "phone")),
            [read(ref) for ref in FileRef.objects.order_by("pk")],
        ]
        return hashlib.sha256(repr(rows).encode()).hexdigest()


@pytest.fixture
def installation(own_database, settings, tmp_path):
    settings.FILES_ROOT = tmp_path / "files"
    settings.ANCHOR_DIR = tmp_path / "anchors"
    settings.MEDIA_ROOT = tmp_path / "media"
    settings.VAR_DIR = tmp_path
    return Installation(tmp_path)


def lose_everything(folder: Path) -> None:
    for path in [path for name in ("files", "anchors", "media") for path in (folder / name).rglob("*")]:
        if path.is_file():
            path.unlink()


def test_what_was_backed_up_comes_back_whole_and_the_log_goes_on(installation, capsys):
    before, problems = installation.digest(), verify.problems()
    assert problems == []
    call_command("backup")
    (made,) = installation.backups.glob("gongyitong-*.sealed")
    assert stat.S_IMODE(made.stat().st_mode) == 0o600
    assert installation.house.admin_user.person.phone.encode() not in made.read_bytes()
    installation.rename("武昌区改过名的服务中心")
    assert installation.digest() != before
    lose_everything(installation.folder)
    capsys.readouterr()
    call_command("restore", str(made), "--replace")
    printed = capsys.readouterr().out
    assert " 0 failed" in printed and "1 files" not in printed.replace("3 files", "")
    assert installation.digest() == before
    assert (installation.folder / "media" / "home.png").read_bytes() == b"picture"
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        Entry.objects.filter(seq=1).update(verb="never")
    installation.rename("武昌区恢复后改名的服务中心")
    assert verify.problems() == []


def test_a_database_with_a_history_is_not_replaced_by_accident(installation):
    made = make_backup(installation.backups, now=NOW)
    before = installation.digest()
    with pytest.raises(CommandError, match="--replace"):
        call_command("restore", str(made.path))
    assert installation.digest() == before


def test_it_is_restored_into_an_empty_database_without_further_words(installation):
    before = installation.digest()
    made = make_backup(installation.backups, now=NOW)
    engines.put_back(empty_dump(installation.folder))
    assert not Entry.objects.exists()
    restore_backup(made.path)
    assert installation.digest() == before
    assert verify.problems() == []


def empty_dump(folder: Path) -> Path:
    """A dump of the same tables without a row of ours."""
    from django.core.management import call_command as run

    from core.audit import triggers

    kept = engines.dump(folder / "files")
    for model in triggers.append_only_models():
        with connection.cursor() as cursor:
            for statement in triggers.statements(model, connection.vendor):
                if statement.startswith("DROP"):
                    cursor.execute(statement)
    run("flush", interactive=False, verbosity=0, inhibit_post_migrate=True)
    empty = engines.dump(folder)
    engines.put_back(kept)
    return empty


@pytest.mark.parametrize("spoil", ["cut", "flip", "grow"])
def test_a_spoilt_file_is_refused_before_anything_changes(installation, spoil):
    made = make_backup(installation.backups, now=NOW)
    data = bytearray(made.path.read_bytes())
    if spoil == "cut":
        data = data[: len(data) * 2 // 3]
    elif spoil == "flip":
        data[len(data) // 2] ^= 1
    else:
        data += b"and more"
    made.path.write_bytes(data)
    before = installation.digest()
    with pytest.raises(Refused, match="没有恢复任何内容"):
        restore_backup(made.path, replace=True)
    assert installation.digest() == before


def test_a_plain_one_says_what_is_in_it_and_a_changed_part_is_noticed(installation):
    made = make_backup(installation.backups, now=NOW, sealed=False)
    with tarfile.open(made.path) as tar:
        parts = {member.name: tar.extractfile(member).read() for member in tar}
    manifest = json.loads(parts["manifest.json"])
    assert manifest["engine"] == connection.vendor and manifest["chain"]["seq"] == Head.objects.get().seq
    assert set(manifest["parts"]) == set(parts) - {"manifest.json", "manifest.sig"}
    name = next(name for name in parts if name.startswith("files/"))
    assert parts[name] == installation.paper
    write(made.path, {**parts, name: b"another paper"})
    with pytest.raises(Refused, match=f"与清单不符：{name}"):
        restore_backup(made.path, replace=True)
    manifest["parts"][name] = {"sha256": hashlib.sha256(b"another paper").hexdigest(), "size": 13}
    forged = {**parts, name: b"another paper", "manifest.json": json.dumps(manifest).encode()}
    write(made.path, forged)
    with pytest.raises(Refused, match="签名不符"):
        restore_backup(made.path, replace=True)


def write(path: Path, parts: dict[str, bytes]) -> None:
    with tarfile.open(path, "w") as tar:
        for name, data in parts.items():
            info = tarfile.TarInfo(name)
            info.size = len(data)
            tar.addfile(info, io.BytesIO(data))


@pytest.mark.parametrize(
    "name", ["../escape", "/etc/passwd", "files/../../escape", "media/../../escape", "x"]
)
def test_nothing_outside_a_backup_is_ever_written(installation, name):
    path = installation.folder / "evil.tar"
    write(path, {name: b"gotcha"})
    with pytest.raises(Refused, match="不认识的内容"):
        restore_backup(path, replace=True)
    assert not list(installation.folder.parent.glob("**/escape"))


def test_other_keys_another_engine_and_a_newer_program_are_each_named(installation, settings):
    made = make_backup(installation.backups, now=NOW)
    field_keys, anchor_key = settings.FIELD_KEYS, settings.ANCHOR_KEY
    settings.FIELD_KEYS = [settings.BLIND_INDEX_KEY]
    with pytest.raises(Refused, match="FIELD_KEYS"):
        restore_backup(made.path, replace=True)
    settings.FIELD_KEYS, settings.ANCHOR_KEY = field_keys, settings.BLIND_INDEX_KEY
    with pytest.raises(Refused, match="ANCHOR_KEY"):
        restore_backup(made.path, replace=True)
    settings.ANCHOR_KEY = anchor_key
    other = "postgresql" if connection.vendor == "sqlite" else "sqlite"
    for change, says in (
        ({"engine": other}, "move_database"),
        ({"migrations": ["people.0099_from_the_future"]}, "升级本程序"),
        ({"format": 9}, "第 9 版"),
    ):
        plain = make_backup(installation.backups, now=LATER, sealed=False)
        resign(plain.path, change)
        with pytest.raises(Refused, match=says):
            restore_backup(plain.path, replace=True)


def resign(path: Path, change: dict[str, object]) -> None:
    """Write the list anew with the right key, as another honest program would have."""
    from django.conf import settings

    with tarfile.open(path) as tar:
        parts = {member.name: tar.extractfile(member).read() for member in tar}
    text = json.dumps(json.loads(parts["manifest.json"]) | change).encode()
    key = settings.ANCHOR_KEY.encode()
    signature = hmac.new(key, b"backup\n" + text, hashlib.sha256).hexdigest().encode()
    write(path, {**parts, "manifest.json": text, "manifest.sig": signature})


def test_a_missing_paper_stops_the_backup_and_leaves_no_half_of_it(installation):
    sha256 = FileRef.objects.get().blob.sha256
    storage().remove(sha256)
    with pytest.raises(CommandError, match=f"文件 {sha256} 缺失"):
        call_command("backup")
    assert not list(installation.backups.glob("*")) and not list(installation.backups.glob(".*"))


def test_a_missing_backup_or_client_is_one_sentence(installation, monkeypatch, tmp_path):
    with pytest.raises(CommandError, match="没有这个备份文件"):
        call_command("restore", str(tmp_path / "nothing.sealed"), "--replace")
    monkeypatch.setattr(engines, "DEBIAN", str(tmp_path))
    monkeypatch.setenv("PATH", "")
    with pytest.raises(Refused, match="postgresql-client"):
        engines.program("pg_dump")


class TestSealing:
    @pytest.mark.parametrize("size", [0, 1, CHUNK - 1, CHUNK, CHUNK + 1, 3 * CHUNK])
    def test_what_is_sealed_opens_again(self, size):
        text = bytes(range(256)) * (size // 256 + 1)
        assert opened(sealed(text[:size])) == text[:size]

    def test_no_chunk_can_be_left_out_or_moved(self):
        whole = sealed(bytes(3 * CHUNK))
        start = whole.index(b"\n") + 17
        length = 4 + 12 + CHUNK + 16
        first, second, rest = (
            whole[start : start + length],
            whole[start + length : start + 2 * length],
            whole[start + 2 * length :],
        )
        for changed in (second + first + rest, first + rest, first + second, first + second + rest + rest):
            with pytest.raises(Tampered):
                opened(whole[:start] + changed)

    def test_the_same_text_never_looks_the_same_twice(self):
        assert sealed(b"text") != sealed(b"text")


def sealed(text: bytes) -> bytes:
    out = io.BytesIO()
    sealer = Sealer(out)
    sealer.write(text)
    sealer.close()
    return out.getvalue()


def opened(data: bytes) -> bytes:
    return io.BufferedReader(Opener(io.BytesIO(data))).read()
