"""Keeping, reading, cleaning and sweeping files."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import models, transaction
from django.db.models import Exists, OuterRef

from core.files.inspection import inspect, named
from core.files.kinds import KINDS, Kind
from core.files.models import Blob, FileRef, Rendition
from core.files.purposes import Purpose, purpose_named
from core.files.refusals import FileDamaged
from core.files.renditions import cleaned
from core.files.storage import digest_of, storage
from core.policy import Actor

KEEP_ORPHANS = timedelta(hours=48)


def store(
    data: bytes,
    *,
    filename: str,
    owner: models.Model,
    purpose: str,
    by: Actor,
    now: datetime,
    edition: str = "",
) -> FileRef:
    """Check a file and keep it for its owner; bytes are on disk before the row is written.

    Called inside the owner's change, which asks the permission and writes the audit entry. Raises
    FileRefused with a sentence.
    """
    declared = purpose_named(purpose)
    kind, name = inspect(data, filename=filename, accepts=declared.accepts, max_bytes=declared.max_bytes)
    return _refer(_keep(data, kind, now), name, owner, declared, by, now, edition)


def read(ref: FileRef) -> bytes:
    """The bytes of a file, compared with their hash; raises FileDamaged rather than give others."""
    return read_blob(ref.blob)


def read_blob(blob: Blob) -> bytes:
    """The bytes of a blob, compared with their hash."""
    data = storage().get(blob.sha256)
    if data is None:
        raise FileDamaged(f"the bytes of {blob.sha256} are missing")
    if digest_of(data) != blob.sha256:
        raise FileDamaged(f"the bytes of {blob.sha256} were changed")
    return data


def clean_rendition(ref: FileRef, *, now: datetime) -> Rendition:
    """The same content without metadata, made once."""
    found = (
        Rendition.objects.filter(source=ref.blob, kind=Rendition.Kind.CLEAN).select_related("blob").first()
    )
    if found is not None:
        return found
    kind = kind_of(ref.blob)
    blob = _keep(cleaned(read(ref), kind.code), kind, now)
    made, _ = Rendition.objects.get_or_create(
        source=ref.blob, kind=Rendition.Kind.CLEAN, defaults={"blob": blob, "created_at": now}
    )
    return made


def share_clean(
    ref: FileRef, *, owner: models.Model, purpose: str, filename: str, by: Actor, now: datetime
) -> FileRef:
    """Give the cleaned content to another owner under a name that tells nothing, as blind review needs."""
    blob = clean_rendition(ref, now=now).blob
    return _refer(blob, named(filename, kind_of(blob)), owner, purpose_named(purpose), by, now)


def discard(ref: FileRef) -> None:
    """Take a file from its owner; the bytes go with the sweep once nobody refers to them."""
    ref.delete()


def kind_of(blob: Blob) -> Kind:
    """The type a blob was found to be when it came in."""
    return next(kind for kind in KINDS.values() if kind.media_type == blob.media_type)


def sweep_orphans(*, now: datetime) -> int:
    """Remove what nobody refers to for more than 48 hours; returns how many files went."""
    before = now - KEEP_ORPHANS
    kept, gone = storage(), 0
    referred = FileRef.objects.filter(blob=OuterRef("pk"))
    derived = Rendition.objects.filter(blob=OuterRef("pk"))
    derives = Rendition.objects.filter(source=OuterRef("pk"))
    orphans = Blob.objects.filter(~Exists(referred), ~Exists(derived), created_at__lt=before)
    Rendition.objects.filter(source__in=orphans).delete()
    orphans.filter(~Exists(derives)).delete()
    for name in kept.names():
        if not Blob.objects.filter(sha256=name).exists() and kept.is_older(name, KEEP_ORPHANS):
            kept.remove(name)
            gone += 1
    return gone


def _keep(data: bytes, kind: Kind, now: datetime) -> Blob:
    sha256 = storage().put(data)
    values = {"size": len(data), "media_type": kind.media_type, "created_at": now}
    with transaction.atomic():
        blob, _ = Blob.objects.get_or_create(sha256=sha256, defaults=values)
    return blob


def _refer(
    blob: Blob, name: str, owner: models.Model, purpose: Purpose, by: Actor, now: datetime, edition: str = ""
) -> FileRef:
    return FileRef.objects.create(
        blob=blob,
        owner_type=owner._meta.label_lower,
        owner_id=owner.pk,
        purpose=purpose.code,
        klass=purpose.klass,
        filename=name,
        created_at=now,
        created_by_id=by.user_id,
        edition=edition,
    )
