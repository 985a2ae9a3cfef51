"""Documents and files of an object, as one person may have them; and asking for a document to be made."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect

from core import clock, policy
from core.documents import Document, document_named, documents, request_document
from core.files.models import FileRef
from core.files.purposes import purpose_named
from core.files.selectors import files_of
from core.routes import actor_of, signed_in


@dataclass(frozen=True)
class Paper:
    """A document that can be made of an object, and its latest edition if there is one."""

    document: Document
    latest: FileRef | None


@dataclass(frozen=True)
class Papers:
    """What lies in the folder of an object for one person."""

    owner: Any
    made: list[Paper]
    filed: list[FileRef]


def papers_of(obj: Any, actor: policy.Actor) -> Papers:
    """The documents and files of an object that somebody may fetch; one query besides the permissions."""
    label = obj._meta.label_lower
    kinds = [one for one in documents() if one.model._meta.label_lower == label]
    allowed = [one for one in kinds if policy.check(actor, one.permission, obj)]
    refs = list(files_of(obj))
    latest = {ref.purpose: ref for ref in refs}
    made = [Paper(one, latest.get(one.purpose)) for one in allowed]
    known = {one.purpose for one in kinds}
    asked: dict[str, bool] = {}
    filed = [ref for ref in refs if ref.purpose not in known and _may(ref, obj, actor, asked)]
    return Papers(obj, made, filed)


def _may(ref: FileRef, obj: Any, actor: policy.Actor, asked: dict[str, bool]) -> bool:
    name = purpose_named(ref.purpose).permission
    if name not in asked:
        asked[name] = bool(name) and policy.check(actor, name, obj) is not None
    return asked[name]


@signed_in("GET", "POST")
def request_paper(request: HttpRequest, code: str, public_id: str) -> HttpResponse:
    """Ask for a document as its owner stands now, and show how far it is; 404 where it may not be had."""
    try:
        document = document_named(code)
    except KeyError:
        raise Http404 from None
    fields = {field.name for field in document.model._meta.fields}
    owner = (
        document.model._default_manager.filter(public_id=public_id).first() if "public_id" in fields else None
    )
    actor = actor_of(request)
    if owner is None or not policy.check(actor, document.permission, owner):
        raise Http404
    if request.method != "POST":
        address = getattr(owner, "get_absolute_url", None)
        return redirect(address() if address else "desk")
    job = request_document(code, owner.pk, by=actor, now=clock.now())
    return redirect("ui:job", job.public_id)
