"""Files are kept once, given to those their purpose admits, and checked against their hash for ever."""

import os
import signal
import subprocess
import sys
import time
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace

import pytest
from django.http import Http404
from django.test import RequestFactory
from django.urls import reverse

from core.audit.verify import problems
from core.errors import Forbidden
from core.files import views
from core.files.models import Blob, FileRef, Rendition
from core.files.purposes import Purpose, purposes, register_purpose
from core.files.refusals import FileDamaged, FileRefused
from core.files.selectors import files_of, files_of_many
from core.files.services import clean_rendition, discard, read, share_clean, store, sweep_orphans
from core.files.storage import ContentStorage, digest_of, path_of
from core.policy import ANONYMOUS, Actor
from tests.core.files.corpus import CANARY, CLERK, NOW, STRANGER, paper, photo_with_gps, picture

PAPER = paper()


def keep(owner, data=PAPER, filename="章程.pdf", purpose="test.paper"):
    return store(data, filename=filename, owner=owner, purpose=purpose, by=CLERK, now=NOW)


def test_a_file_is_kept_under_its_hash_and_read_back(owner, files_root):
    ref = keep(owner)
    assert (files_root / "sha256" / ref.blob.sha256[:2] / ref.blob.sha256[2:4] / ref.blob.sha256).is_file()
    assert read(ref) == PAPER
    assert (ref.filename, ref.klass, ref.created_by_id) == ("章程.pdf", "internal", 11)
    assert ref.owner() == owner


def test_the_same_bytes_are_kept_once_under_different_references(owner, files_root):
    first, second = keep(owner), keep(owner, filename="再传一次.pdf")
    assert first.blob == second.blob
    assert first.public_id != second.public_id
    assert Blob.objects.count() == 1
    assert len(list(ContentStorage().all_files())) == 1


def test_a_refused_file_leaves_nothing(owner, files_root):
    with pytest.raises(FileRefused):
        keep(owner, b"MZ\x90\x00" + b"\0" * 100, "章程.pdf")
    with pytest.raises(FileRefused):
        keep(owner, picture(), "照片.jpg", purpose="test.scan")
    assert not FileRef.objects.exists()
    assert not files_root.exists()


def test_an_undeclared_purpose_keeps_nothing(owner):
    with pytest.raises(KeyError):
        keep(owner, purpose="test.unheard_of")


def test_a_purpose_is_declared_once_and_makes_sense():
    assert register_purpose(Purpose("test.poster", "", accepts=("png",), klass="public")) in purposes()
    with pytest.raises(ValueError, match="declared twice"):
        register_purpose(Purpose("test.poster", "calendar.confirm"))
    with pytest.raises(ValueError, match="without a permission"):
        Purpose("test.x", "")
    with pytest.raises(ValueError, match="unknown file types"):
        Purpose("test.x", "calendar.confirm", accepts=("exe",))


def test_files_are_listed_by_owner_in_one_query(owner, django_assert_num_queries):
    keep(owner)
    keep(owner, picture("PNG"), "海报.png", purpose="test.poster")
    assert [ref.filename for ref in files_of(owner)] == ["章程.pdf", "海报.png"]
    assert files_of(owner, "test.poster").count() == 1
    with django_assert_num_queries(1):
        assert len(files_of_many(type(owner), [owner.pk, 999])[owner.pk]) == 2


def fetch(ref, actor=CLERK, view=views.download, method="get"):
    request = getattr(RequestFactory(), method)(f"/files/{ref.public_id}")
    request.user = SimpleNamespace(is_authenticated=actor.user_id is not None)
    request.actor = actor
    return view(request, public_id=ref.public_id)


def test_a_download_cannot_run_in_a_browser(owner):
    ref = keep(owner, filename="章程 一.pdf")
    assert reverse("files:download", args=[ref.public_id]).endswith(ref.public_id)
    response = fetch(ref)
    assert response.content == PAPER
    assert response["Content-Type"] == "application/pdf"
    assert response["Content-Disposition"].startswith("attachment; filename*=utf-8''%E7%AB%A0")
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["Content-Security-Policy"] == "sandbox; default-src 'none'"
    assert response["Cache-Control"] == "private, no-store"


@pytest.mark.parametrize("method", ["get", "head"])
def test_a_stranger_gets_404_and_nobody_is_asked_to_sign_in(owner, method):
    ref = keep(owner)
    with pytest.raises(Http404):
        fetch(ref, STRANGER, method=method)
    response = fetch(ref, ANONYMOUS, method=method)
    assert response.status_code == 302
    assert "login" in response["Location"]


def test_a_guessed_reference_or_a_row_number_is_404(owner):
    ref = keep(owner)
    for guess in (str(ref.pk), ref.blob.sha256, ref.public_id[:-1]):
        with pytest.raises(Http404):
            fetch(SimpleNamespace(public_id=guess))


def test_a_declared_interest_in_the_owner_closes_its_files(owner, monkeypatch):
    monkeypatch.setattr(type(owner), "parties", lambda self: {77}, raising=False)
    ref = keep(owner)
    recused = Actor(11, 11, CLERK.grants, frozenset({77}))
    with pytest.raises((Http404, Forbidden)):
        fetch(ref, recused)
    assert fetch(ref, CLERK).status_code == 200


def test_a_file_whose_owner_is_gone_is_gone(owner):
    ref = keep(owner)
    FileRef.objects.update(owner_id=owner.pk + 1)
    with pytest.raises(Http404):
        fetch(ref)


def test_a_public_file_is_for_everybody_and_no_other_is(owner):
    poster = keep(owner, picture("PNG"), "海报.png", purpose="test.poster")
    assert fetch(poster, ANONYMOUS, views.download_public).status_code == 200
    private = keep(owner)
    with pytest.raises(Http404):
        fetch(private, ANONYMOUS, views.download_public)
    FileRef.objects.filter(pk=private.pk).update(klass="public")
    with pytest.raises(Http404):
        fetch(private, ANONYMOUS, views.download_public)


def test_a_rendition_is_made_once_and_shared_under_a_name_that_tells_nothing(owner):
    ref = keep(owner, photo_with_gps(), f"{CANARY}.jpg")
    rendition = clean_rendition(ref, now=NOW)
    assert clean_rendition(ref, now=NOW) == rendition
    shared = share_clean(ref, owner=owner, purpose="test.paper", filename="附件1", by=CLERK, now=NOW)
    assert shared.filename == "附件1.jpg"
    assert shared.blob == rendition.blob != ref.blob
    assert b"canary" not in read(shared)
    assert b"canary" in read(ref)


def flip(blob, files_root):
    path = files_root / path_of(blob.sha256)
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.chmod(0o600)
    path.write_bytes(bytes(data))


def test_a_flipped_bit_is_found_and_never_served(owner, files_root):
    ref = keep(owner)
    assert problems("files") == []
    flip(ref.blob, files_root)
    assert [problem.where for problem in problems("I12")] == [f"files.blob:{ref.blob_id}"]
    with pytest.raises(FileDamaged):
        fetch(ref)


def test_missing_bytes_are_found(owner, files_root):
    ref = keep(owner)
    (files_root / path_of(ref.blob.sha256)).unlink()
    assert "不存在" in problems("I12")[0].says
    with pytest.raises(FileDamaged):
        read(ref)


def test_a_private_file_marked_public_is_found(owner):
    ref = keep(owner)
    FileRef.objects.update(klass="public")
    assert [problem.where for problem in problems("I12a")] == [f"files.fileref:{ref.pk}"]
    FileRef.objects.update(purpose="test.forgotten")
    assert "没有登记" in problems("I12a")[0].says


def age(files_root, hours):
    old = time.time() - hours * 3600
    for path in ContentStorage().all_files():
        os.utime(path, (old, old))


def test_the_sweep_takes_only_what_nobody_refers_to_and_only_after_48_hours(owner, files_root):
    kept, dropped = keep(owner), keep(owner, photo_with_gps(), "照片.jpg")
    rendition = clean_rendition(dropped, now=NOW)
    shared = share_clean(kept, owner=owner, purpose="test.paper", filename="附件", by=CLERK, now=NOW)
    loose = ContentStorage().put(b"written, then the process died")
    discard(dropped)
    age(files_root, 47)
    assert sweep_orphans(now=NOW + timedelta(hours=47)) == 0
    age(files_root, 49)
    assert sweep_orphans(now=NOW + timedelta(hours=49)) == 3
    assert ContentStorage().get(loose) is None
    assert not Rendition.objects.filter(pk=rendition.pk).exists()
    assert read(kept) == PAPER
    assert read(shared)
    assert problems("files") == []


def test_bytes_that_come_again_are_young_again(owner, files_root):
    sha256 = ContentStorage().put(PAPER)
    age(files_root, 100)
    keep(owner)
    FileRef.objects.all().delete()
    Blob.objects.all().delete()
    assert sweep_orphans(now=NOW + timedelta(hours=100)) == 0
    assert ContentStorage().get(sha256) == PAPER


WRITER = """
import os, sys
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.test")
import django
from django.conf import settings
django.setup()
settings.FILES_ROOT = sys.argv[1]
from core.files.storage import ContentStorage
storage, n = ContentStorage(), 0
while True:
    print(storage.put(str(n).encode() * 200_000), flush=True)
    n += 1
"""


@pytest.mark.crash
def test_kill_9_while_writing_leaves_no_file_that_is_not_whole(files_root):
    root = Path(__file__).parents[3]
    writer = subprocess.Popen(
        [sys.executable, "-c", WRITER, str(files_root)], cwd=root, stdout=subprocess.PIPE, text=True
    )
    acknowledged = [writer.stdout.readline().strip() for _ in range(20)]
    writer.send_signal(signal.SIGKILL)
    writer.wait()
    assert all(acknowledged)
    storage = ContentStorage()
    for sha256 in acknowledged:
        assert digest_of(storage.get(sha256)) == sha256
    for path in storage.all_files():
        assert path.name.endswith(".part") or digest_of(path.read_bytes()) == path.name
