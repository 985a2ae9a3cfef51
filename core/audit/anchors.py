"""Daily anchors outside the database: a signed note of where the chain stood.

Somebody who can rewrite the whole database can compute a new, consistent chain; he cannot rewrite the note
that left the machine yesterday. The folder is ``settings.ANCHOR_DIR``; copy it to another machine.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path

from django.conf import settings

from core.audit.digest import canonical, moment
from core.audit.models import Head


@dataclass(frozen=True)
class Anchor:
    """Where the chain stood: sequence number, hash, and the instant the note was made."""

    seq: int
    hash: str
    at: str
    signature: str = ""


def _sign(anchor: Anchor) -> str:
    body = canonical({"seq": anchor.seq, "hash": anchor.hash, "at": anchor.at})
    return hmac.new(settings.ANCHOR_KEY.encode(), body.encode(), hashlib.sha256).hexdigest()


def _folder() -> Path:
    return Path(settings.ANCHOR_DIR)


def drop_anchor(now: datetime) -> Path | None:
    """Write the anchor of this moment; None while the chain is empty. An existing note is never replaced."""
    head = Head.objects.order_by("pk").first()
    if head is None or head.seq == 0:
        return None
    anchor = Anchor(head.seq, head.hash, moment(now))
    signed = Anchor(anchor.seq, anchor.hash, anchor.at, _sign(anchor))
    _folder().mkdir(parents=True, exist_ok=True)
    path = _folder() / f"{now:%Y%m%dT%H%M%S}-{head.seq:010d}.json"
    if not path.exists():
        path.write_text(json.dumps(asdict(signed), sort_keys=True) + "\n", encoding="utf-8")
        path.chmod(0o440)
    return path


def anchors() -> Iterator[tuple[Path, Anchor | None]]:
    """Yield every note with its content; None for one that is unreadable or whose signature is wrong."""
    for path in sorted(_folder().glob("*.json")) if _folder().exists() else []:
        try:
            anchor = Anchor(**json.loads(path.read_text(encoding="utf-8")))
        except (ValueError, TypeError):
            yield path, None
            continue
        good = hmac.compare_digest(anchor.signature, _sign(anchor))
        yield path, anchor if good else None
