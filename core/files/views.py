"""Fetching a file: by its random reference, as a download, never as a page."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.utils.http import content_disposition_header

from core.files.models import FileRef
from core.files.purposes import purpose_named
from core.files.services import read
from core.routes import permits, public
from core.secrets import PUBLIC


@permits("files.download", FileRef, see="files.download")
def download(request: HttpRequest, ref: FileRef) -> HttpResponse:
    """Hand out a file to whom the permission of its purpose admits; 404 to all others."""
    return as_download(ref)


@public()
def download_public(request: HttpRequest, public_id: str) -> HttpResponse:
    """Hand out a file that was kept for everybody; 404 for any other."""
    ref = FileRef.objects.filter(public_id=public_id, klass=PUBLIC).select_related("blob").first()
    if ref is None or purpose_named(ref.purpose).permission:
        raise Http404
    return as_download(ref)


def as_download(ref: FileRef) -> HttpResponse:
    """The response for a file: our type, our headers, no way to run in a browser."""
    response = HttpResponse(read(ref), content_type=ref.blob.media_type)
    response.headers["Content-Disposition"] = str(content_disposition_header(True, ref.filename))
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Content-Security-Policy"] = "sandbox; default-src 'none'"
    response.headers["Cross-Origin-Resource-Policy"] = "same-origin"
    response.headers["Cache-Control"] = "private, no-store"
    return response
