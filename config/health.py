"""Two questions of a supervisor: is the process alive (healthz), can it serve (readyz)?"""

from __future__ import annotations

from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, HttpResponse
from django.views.decorators.cache import never_cache

from core.routes import public


@public()
@never_cache
def healthz(request: HttpRequest) -> HttpResponse:
    """Alive. Touches no database: a full disk must not make the supervisor restart a healthy process."""
    return HttpResponse("ok\n", content_type="text/plain; charset=utf-8")


@public()
@never_cache
def readyz(request: HttpRequest) -> HttpResponse:
    """Ready when the database answers and no migration is waiting; else 503 and the reason in a word."""
    try:
        executor = MigrationExecutor(connection)
        waiting = executor.migration_plan(executor.loader.graph.leaf_nodes())
    except DatabaseError:
        return _not_ready("database")
    return (
        _not_ready("migrations")
        if waiting
        else HttpResponse("ok\n", content_type="text/plain; charset=utf-8")
    )


def _not_ready(reason: str) -> HttpResponse:
    response = HttpResponse(f"not ready: {reason}\n", status=503, content_type="text/plain; charset=utf-8")
    response.headers["Retry-After"] = "10"
    return response
