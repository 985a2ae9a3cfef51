"""Personal data at rest: encrypted fields, blind indexes for finding duplicates, classes that drive masking.

Keys come from the environment: `settings.FIELD_KEYS` (the first encrypts, all decrypt) and
`settings.BLIND_INDEX_KEY`. A stored value is `g1:<key id>:<base64 of nonce and AES-256-GCM text>`; it is
bound to its field, so it cannot be moved to another one.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import os
import unicodedata
from collections.abc import Iterator
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.apps import apps
from django.conf import settings
from django.core.exceptions import FieldError
from django.db import models

SCHEME = "g1"
PUBLIC, INTERNAL, SENSITIVE = "public", "internal", "sensitive"
CLASSES = (PUBLIC, INTERNAL, SENSITIVE)
_NONCE = 12

if TYPE_CHECKING:
    _Text = models.TextField[str | None, Any]
else:
    _Text = models.TextField


class KeyMissing(RuntimeError):
    """A stored value was written with a key that FIELD_KEYS no longer holds."""


class Tampered(RuntimeError):
    """A stored value was changed, cut, or moved here from another field."""


@lru_cache(maxsize=8)
def _ring(keys: tuple[str, ...]) -> dict[str, AESGCM]:
    ring: dict[str, AESGCM] = {}
    for text in keys:
        raw = base64.urlsafe_b64decode(text)
        if len(raw) != 32:
            raise ValueError("a field key is urlsafe base64 of 32 bytes")
        ring[hashlib.sha256(b"field key id:" + raw).hexdigest()[:8]] = AESGCM(raw)
    if not ring:
        raise ValueError("FIELD_KEYS is empty")
    return ring


def _keys() -> dict[str, AESGCM]:
    return _ring(tuple(settings.FIELD_KEYS))


def key_ring() -> dict[str, AESGCM]:
    """The ciphers of FIELD_KEYS by key id, the one that encrypts first; for sealing what is not a field."""
    return dict(_keys())


def primary_prefix() -> str:
    """How every value begins that the first key wrote."""
    return f"{SCHEME}:{next(iter(_keys()))}:"


def encrypt(text: str, purpose: str) -> str:
    """Encrypt under the first key, bound to a purpose; the same text never looks the same twice."""
    key_id, cipher = next(iter(_keys().items()))
    nonce = os.urandom(_NONCE)
    sealed = nonce + cipher.encrypt(nonce, text.encode(), purpose.encode())
    return f"{SCHEME}:{key_id}:{base64.urlsafe_b64encode(sealed).decode()}"


def decrypt(stored: str, purpose: str) -> str:
    """Decrypt what `encrypt` wrote for the same purpose; raises KeyMissing or Tampered."""
    scheme, _, rest = stored.partition(":")
    key_id, _, body = rest.partition(":")
    if scheme != SCHEME:
        raise Tampered(f"a value of {purpose} is not encrypted")
    cipher = _keys().get(key_id)
    if cipher is None:
        raise KeyMissing(f"a value of {purpose} needs the field key {key_id}, which FIELD_KEYS does not hold")
    try:
        sealed = base64.b64decode(body, altchars=b"-_", validate=True)
        return cipher.decrypt(sealed[:_NONCE], sealed[_NONCE:], purpose.encode()).decode()
    except (InvalidTag, ValueError) as error:
        raise Tampered(f"a value of {purpose} was changed outside the program") from error


class EncryptedTextField(_Text):
    """Text that lies encrypted in the database; it can be read and written, never searched.

    Search for duplicates through a blind index beside it. `klass` (public, internal, sensitive) decides how
    the value is masked and exported; `purpose` binds the stored value and must survive a rename.
    """

    def __init__(self, *args: Any, klass: str = SENSITIVE, purpose: str = "", **kwargs: Any) -> None:
        if klass not in CLASSES:
            raise ValueError(f"klass is one of {', '.join(CLASSES)}")
        self.klass, self._purpose = klass, purpose
        super().__init__(*args, **kwargs)

    @property
    def purpose(self) -> str:
        return self._purpose or f"{self.model._meta.label_lower}.{self.name}"

    def deconstruct(self) -> Any:
        name, path, args, kwargs = super().deconstruct()
        kwargs["klass"] = self.klass
        if self._purpose:
            kwargs["purpose"] = self._purpose
        return name, path, args, kwargs

    def get_prep_value(self, value: Any) -> Any:
        value = super().get_prep_value(value)
        return encrypt(value, self.purpose) if value else value

    def from_db_value(self, value: str | None, expression: Any, connection: Any) -> str | None:
        return decrypt(value, self.purpose) if value else value

    def get_lookup(self, lookup_name: str) -> Any:
        if lookup_name != "isnull":
            raise FieldError(f"{self.name} is encrypted: look it up through its blind index")
        return super().get_lookup(lookup_name)


def blind_index(value: str, purpose: str) -> str:
    """64 hex digits that are equal for equal values of one purpose and tell nothing else; "" for nothing.

    Spaces, hyphens, letter case and full-width forms make no difference.
    """
    plain = "".join(c for c in unicodedata.normalize("NFKC", value) if not c.isspace() and c != "-").upper()
    if not plain:
        return ""
    master = base64.urlsafe_b64decode(settings.BLIND_INDEX_KEY)
    own = hmac.new(master, b"blind index:" + purpose.encode(), hashlib.sha256).digest()
    return hmac.new(own, plain.encode(), hashlib.sha256).hexdigest()


def klass_of(field: Any) -> str:
    """The class of a model field; a field that says nothing is public."""
    return str(getattr(field, "klass", PUBLIC))


def encrypted_fields() -> Iterator[tuple[type[models.Model], EncryptedTextField]]:
    """Every encrypted field of every table, for rotation and for the page that lists personal data."""
    for model in apps.get_models(include_auto_created=True):
        if model._meta.proxy or not model._meta.managed:
            continue
        for field in model._meta.local_concrete_fields:
            if isinstance(field, EncryptedTextField):
                yield model, field


def rotate(model: type[models.Model], field: EncryptedTextField, *, batch: int = 200) -> Iterator[int]:
    """Re-encrypt what an older key wrote, a batch at a time; yields the size of each batch.

    May be stopped and started again: rows under the first key are not touched, and a row that somebody
    saved meanwhile keeps what was saved.
    """
    raw = models.Func(models.F(field.attname), template="%(expressions)s", output_field=models.TextField())
    rows = model._base_manager.annotate(ciphertext=raw)
    last: Any = None
    while True:
        left = rows.exclude(ciphertext="").exclude(ciphertext=None)
        left = left.exclude(ciphertext__startswith=primary_prefix())
        if last is not None:
            left = left.filter(pk__gt=last)
        found = list(left.order_by("pk").values_list("pk", "ciphertext")[:batch])
        if not found:
            return
        for pk, stored in found:
            plain = decrypt(stored, field.purpose)
            rows.filter(pk=pk, ciphertext=stored).update(**{field.attname: plain})
        last = found[-1][0]
        yield len(found)
