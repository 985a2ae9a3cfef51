"""The worker's part of the mail: one job, one e-mail, one address."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.apps import apps

from cms.mailroom import services
from cms.mailroom.rules import News
from cms.mailroom.subscribers.catalogue import letter_named
from core.clock import day_of
from core.jobs.queue import Progress, job


@job(services.JOB)
def send_letter(payload: dict[str, Any], progress: Progress) -> dict[str, Any]:
    """Send the letter if the addressee still belongs to its audience; at least once, under one Message-ID."""
    letter = letter_named(payload["letter"])
    model, _, pk = payload["object"].partition(":")
    obj = apps.get_model(model)._default_manager.get(pk=int(pk))
    news = News(payload["outbox_id"], payload["entry_seq"], datetime.fromisoformat(payload["at"]))
    audience = letter.to.find(obj, day_of(progress.now()))
    to = next((one for one in audience if one.key == payload["to"]), None)
    if to is None or not to.email:
        return {"sent": 0}
    services.send(letter, obj, news, to)
    return {"sent": 1}
