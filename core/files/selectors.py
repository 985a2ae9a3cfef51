"""Questions about files."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from django.db import models
from django.db.models import QuerySet

from core.files.models import FileRef


def files_of(owner: models.Model, purpose: str = "") -> QuerySet[FileRef]:
    """The files of one owner, oldest first."""
    found = FileRef.objects.filter(owner_type=owner._meta.label_lower, owner_id=owner.pk)
    return (found.filter(purpose=purpose) if purpose else found).select_related("blob")


def files_of_many(
    model: type[models.Model], pks: Iterable[int], purpose: str = ""
) -> dict[int, list[FileRef]]:
    """The files of many owners of one type, in one query."""
    found = FileRef.objects.filter(owner_type=model._meta.label_lower, owner_id__in=list(pks))
    grouped: dict[int, list[FileRef]] = defaultdict(list)
    for ref in (found.filter(purpose=purpose) if purpose else found).select_related("blob"):
        grouped[ref.owner_id].append(ref)
    return dict(grouped)


def edition(owner: models.Model, purpose: str, digest: str) -> FileRef | None:
    """The file that was made from exactly this content, if it was made."""
    return files_of(owner, purpose).filter(edition=digest).first()
