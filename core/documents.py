"""Documents the system makes: each noun declares its own, the worker renders them, the owner keeps them.

A context is plain JSON. Its digest names the edition: asking twice for the same content gives the same file,
asking after a change gives a new one, and the old one stays.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.apps import apps
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.template.loader import render_to_string
from django.utils import translation

from core.files.purposes import MEGABYTE, Purpose, register_purpose
from core.jobs.queue import Progress, enqueue, job
from core.policy import Actor
from core.secrets import INTERNAL

if TYPE_CHECKING:
    from core.files.models import FileRef
    from core.jobs.models import Job

LANGUAGE = "zh-hans"


@dataclass(frozen=True)
class Document:
    """A kind of document: what it is called, how it looks, what stands in it, who may fetch it.

    `context(owner_id)` gives plain JSON values; `permission` is asked with the owner.
    """

    code: str
    title: Any
    template: str
    context: Callable[[int], dict[str, Any]]
    owner_model: str
    permission: str
    klass: str = INTERNAL

    @property
    def purpose(self) -> str:
        return f"document.{self.code}"

    @property
    def model(self) -> type[models.Model]:
        return apps.get_model(self.owner_model)


_documents: dict[str, Document] = {}


def register(document: Document) -> Document:
    """Declare a document and the purpose its files are kept for."""
    known = _documents.get(document.code)
    if known is not None and known.template != document.template:
        raise ValueError(f"document {document.code} is declared twice")
    _documents[document.code] = document
    register_purpose(
        Purpose(
            document.purpose, document.permission, ("pdf",), max_bytes=50 * MEGABYTE, klass=document.klass
        )
    )
    return document


def document_named(code: str) -> Document:
    """A declared document; KeyError for an unknown code."""
    return _documents[code]


def documents() -> list[Document]:
    """Every declared document, by code."""
    return [_documents[code] for code in sorted(_documents)]


def request_document(code: str, owner_id: int, *, by: Actor, now: datetime) -> Job:
    """Ask for the document as its owner stands now; the same content is asked for and rendered once."""
    document = document_named(code)
    digest = digest_of(document.context(owner_id))
    payload = {"code": code, "owner_id": owner_id, "at": now.isoformat(), "actor_id": by.user_id}
    return enqueue(
        "documents.render", payload, by=by, now=now, unique=f"document:{code}:{owner_id}:{digest[:40]}"
    )


def digest_of(context: dict[str, Any]) -> str:
    """The hash of a context; TypeError for anything that is not a plain value."""
    text = json.dumps(context, sort_keys=True, ensure_ascii=False, cls=DjangoJSONEncoder)
    return hashlib.sha256(text.encode()).hexdigest()


def render_document(code: str, owner_id: int, *, now: datetime) -> bytes:
    """The PDF of a document at this moment; the same content and moment give the same bytes."""
    document = document_named(code)
    return _rendered(document, document.context(owner_id), now)


def _rendered(document: Document, context: dict[str, Any], now: datetime) -> bytes:
    from core.pdf import render_html

    with translation.override(LANGUAGE):
        title = str(document.title)
        html = render_to_string(document.template, {"title": title, "made_at": now, **context})
    return render_html(html, title=title, created=now)


@job("documents.render")
def render_job(payload: dict[str, Any], progress: Progress) -> Callable[[], dict[str, Any]]:
    """Render outside any transaction; keep the file together with the done mark."""
    from core.files.selectors import edition

    document, now = document_named(payload["code"]), datetime.fromisoformat(payload["at"])
    owner = document.model._default_manager.get(pk=payload["owner_id"])
    context = document.context(owner.pk)
    digest = digest_of(context)
    progress.report(0, 1)
    data = b"" if edition(owner, document.purpose, digest) else _rendered(document, context, now)
    by = Actor(user_id=payload["actor_id"])

    def keep() -> dict[str, Any]:
        kept = edition(owner, document.purpose, digest) or _kept(document, owner, digest, data, by, now)
        return {"file": kept.public_id, "sha256": kept.blob.sha256}

    return keep


def _kept(
    document: Document, owner: models.Model, digest: str, data: bytes, by: Actor, now: datetime
) -> FileRef:
    from core.files.services import store

    with translation.override(LANGUAGE):
        filename = f"{document.title}.pdf"
    return store(
        data, filename=filename, owner=owner, purpose=document.purpose, by=by, now=now, edition=digest
    )
