"""Moving house: every row from this installation's database into an empty one, of the other engine if wanted.

Rows go through the models, since the engines write times, decimals and JSON in their own ways; encrypted
fields are decrypted and encrypted again. One transaction on the receiving side: all arrives, or nothing.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from typing import Any

from django.apps import apps
from django.core.management.color import no_style
from django.db import connections, models, transaction

from core.audit.models import Entry
from core.audit.triggers import append_only_models

BATCH = 200


class NotEmpty(Exception):
    """The receiving database has a history of its own."""


def tables(to: str) -> list[type[models.Model]]:
    """Every table of ours that is there, those behind many-to-many fields too."""
    there = set(connections[to].introspection.table_names())
    found = (one._meta for one in apps.get_models(include_auto_created=True))
    return [one.model for one in found if one.managed and not one.proxy and one.db_table in there]


def move(to: str) -> Iterator[tuple[str, int]]:
    """Copy everything into the migrated database ``to``; yields table and rows. Raises NotEmpty."""
    if Entry.objects.using(to).exists():
        raise NotEmpty
    with transaction.atomic(using=to):
        _clear(to)
        for model in tables(to):
            yield model._meta.db_table, _copy(model, to)
        _count_on(to)


def _clear(to: str) -> None:
    """Take away what migrations wrote; ours brings its own. Append-only tables are empty by now."""
    frozen = {model._meta.db_table for model in append_only_models()}
    with connections[to].cursor() as cursor:
        for model in tables(to):
            if model._meta.db_table not in frozen:
                cursor.execute(f"DELETE FROM {connections[to].ops.quote_name(model._meta.db_table)}")  # noqa: S608


def _copy(model: type[models.Model], to: str) -> int:
    """Insert the rows of one table just as they are; parents of inherited models have tables of their own."""
    fields = model._meta.local_concrete_fields
    rows: Any = model._base_manager.using("default").order_by("pk").iterator(chunk_size=BATCH)
    number = 0
    while batch := list(islice(rows, BATCH)):
        model._base_manager.using(to)._insert(batch, fields=fields, using=to, raw=True)  # type: ignore[attr-defined]
        number += len(batch)
    return number


def _count_on(to: str) -> None:
    """Let numbers go on after the highest that came over."""
    connection = connections[to]
    with connection.cursor() as cursor:
        for statement in connection.ops.sequence_reset_sql(no_style(), tables(to)):
            cursor.execute(statement)
