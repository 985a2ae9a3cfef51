"""Small views that belong to every page: the elder mode, and how far a job is."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render

from core.jobs.models import Job
from core.jobs.queue import cancel
from core.routes import actor_of, back, public, signed_in

ELDER_COOKIE = "elder"
ONE_YEAR = 365 * 24 * 60 * 60


@public("POST")
def switch_elder(request: HttpRequest) -> HttpResponse:
    """Turn large type on or off for this browser."""
    response = back(request, "/")
    if request.COOKIES.get(ELDER_COOKIE):
        response.delete_cookie(ELDER_COOKIE, samesite="Lax")
    else:
        response.set_cookie(
            ELDER_COOKIE, "1", max_age=ONE_YEAR, httponly=True, samesite="Lax", secure=request.is_secure()
        )
    return response


@signed_in("GET")
def job_progress(request: HttpRequest, public_id: str) -> HttpResponse:
    """How far a job is: a part for htmx, a page for everybody else; its owner's only."""
    job = _own(request, public_id)
    name = "components/job.html" if getattr(request, "htmx", False) else "job.html"
    response = render(request, name, {"job": job})
    response.headers["Cache-Control"] = "private, no-store"
    return response


@signed_in("POST")
def job_cancel(request: HttpRequest, public_id: str) -> HttpResponse:
    """Ask a job to stop."""
    from core import clock

    job = _own(request, public_id)
    cancel(job.public_id, by=actor_of(request), now=clock.now())
    return back(request, f"/jobs/{job.public_id}")


def _own(request: HttpRequest, public_id: str) -> Job:
    job = Job.objects.filter(public_id=public_id, owner_id=request.user.pk).first()
    if job is None:
        raise Http404
    return job
