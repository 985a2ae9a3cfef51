"""Files in a bucket of an S3-compatible service behave like those in a folder; a real server answers."""

import socket
from datetime import timedelta

import pytest
from moto.server import ThreadedMotoServer

from config.env import storage_bucket, storage_root
from core.audit.verify import problems
from core.files.models import Blob, FileRef
from core.files.refusals import FileDamaged
from core.files.services import read, sweep_orphans
from core.files.storage import BucketStorage, path_of, storage
from tests.core.conftest import NOON
from tests.core.files.test_files import PAPER, keep

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def service():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=port, verbose=False)
    server.start()
    yield f"127.0.0.1:{port}"
    server.stop()


@pytest.fixture
def bucket(service, monkeypatch, settings):
    monkeypatch.setenv("STORAGE_URL", f"s3://some-key:a%2Fsecret@{service}/papers?tls=off")
    settings.FILES_BUCKET = storage_bucket()
    store = storage()
    assert isinstance(store, BucketStorage)
    store.client.create_bucket(Bucket="papers")
    yield store
    for name in list(store.names()):
        store.remove(name)
    store.client.delete_bucket(Bucket="papers")


def test_what_is_kept_is_read_back_and_kept_once(bucket, owner):
    first, second = keep(owner), keep(owner)
    assert read(first) == read(second) == PAPER
    assert list(bucket.names()) == [first.blob.sha256]
    assert problems("files") == []


def test_bytes_that_were_changed_in_the_bucket_are_never_handed_out(bucket, owner):
    kept = keep(owner)
    bucket.client.put_object(Bucket="papers", Key=path_of(kept.blob.sha256), Body=b"other bytes")
    with pytest.raises(FileDamaged):
        read(kept)
    assert [one.where for one in problems("files")] == [f"files.blob:{kept.blob.pk}"]


def test_bytes_that_are_gone_are_reported(bucket, owner):
    kept = keep(owner)
    bucket.remove(kept.blob.sha256)
    assert bucket.get(kept.blob.sha256) is None
    with pytest.raises(FileDamaged):
        read(kept)


def test_the_sweep_leaves_what_is_young_and_takes_what_nobody_needs(bucket, owner):
    keep(owner)
    FileRef.objects.all().delete()
    Blob.objects.all().delete()
    assert sweep_orphans(now=NOON + timedelta(days=9)) == 0
    name = next(bucket.names())
    assert not bucket.is_older(name, timedelta(hours=1))
    assert bucket.is_older(name, timedelta(seconds=-60))
    assert not bucket.is_older("0" * 64, timedelta(0))


@pytest.mark.parametrize(
    "url", ["s3://host/bucket", "s3://k:s@host", "s3://k:s@host/a/b", "s3://k:s@/bucket"]
)
def test_an_address_that_says_too_little_is_refused_by_example(monkeypatch, url):
    monkeypatch.setenv("STORAGE_URL", url)
    with pytest.raises(Exception, match="s3://key:secret@host:port/bucket"):
        storage_bucket()


def test_a_folder_is_no_bucket_and_a_bucket_no_folder(monkeypatch, tmp_path):
    monkeypatch.setenv("STORAGE_URL", "file:///srv/files")
    assert storage_bucket() is None and str(storage_root(tmp_path)) == "/srv/files"
    monkeypatch.setenv("STORAGE_URL", "s3://k:s@store.example.org/papers?region=cn-north-1")
    assert storage_root(tmp_path) == tmp_path
    found = storage_bucket()
    assert found["endpoint_url"] == "https://store.example.org" and found["region_name"] == "cn-north-1"
