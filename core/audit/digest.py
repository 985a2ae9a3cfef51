"""Canonical forms: what exactly is hashed, so that two programs on two engines get the same hash."""

from __future__ import annotations

import hashlib
import json
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.core.serializers.json import DjangoJSONEncoder
from django.db import models

if TYPE_CHECKING:
    from core.audit.models import Entry

GENESIS = hashlib.sha256("公益通审计链".encode()).hexdigest()
CHAINED = (
    *("seq", "actor_id", "actor_kind", "role", "body_id", "label", "delegation_id"),
    *("object_type", "object_id", "row_version", "row_digest"),
    *("verb", "source", "target", "fact", "payload", "cause_seq", "prev_hash"),
)
# Neither is the person's doing: the key that encrypts a field changes without anyone touching the record.
UNDIGESTED = {"EncryptedTextField"}


def canonical(value: Any) -> str:
    """Return the one JSON text of a value: sorted keys, no spaces, Chinese as itself."""
    return json.dumps(value, sort_keys=True, ensure_ascii=False, separators=(",", ":"), cls=DjangoJSONEncoder)


def sha256(text: str | bytes) -> str:
    """Return the hexadecimal SHA-256 of a text in UTF-8 or of bytes."""
    return hashlib.sha256(text.encode() if isinstance(text, str) else text).hexdigest()


def entry_hash(entry: Entry) -> str:
    """Return the hash an entry must carry, given its fields and the hash before it."""
    body = {name: getattr(entry, name) for name in CHAINED}
    body["at"] = moment(entry.at)
    return sha256(canonical(body))


def moment(at: datetime) -> str:
    """Return an instant in UTC to the microsecond; both engines keep that much and no more."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def row_digest(obj: models.Model) -> str:
    """Return the hash of a record as it stands in the database; encrypted fields are left out."""
    fields = [f for f in obj._meta.concrete_fields if type(f).__name__ not in UNDIGESTED]
    return sha256(canonical({field.attname: _plain(field, obj) for field in fields}))


def _plain(field: models.Field[Any, Any], obj: models.Model) -> Any:
    value = getattr(obj, field.attname)
    if value is None:
        return None
    if isinstance(field, models.JSONField):
        return json.loads(canonical(value))
    if not isinstance(field, models.ForeignKey):
        value = field.to_python(value)
    if isinstance(value, datetime):
        return moment(value)
    if isinstance(value, Decimal) and isinstance(field, models.DecimalField):
        return f"{value:.{field.decimal_places}f}"
    if isinstance(value, date):
        return value.isoformat()
    return value if isinstance(value, bool | int) else str(value)
