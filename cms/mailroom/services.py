"""Put a letter into inboxes and hand it to the mail; mark a message read."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.mail import EmailMessage
from django.db import models, transaction
from django.template.loader import render_to_string
from django.utils import translation

from cms.mailroom.models import InboxMessage
from cms.mailroom.rules import INBOX, MAIL, Addressee, Letter, News, message_id, split_letter
from core.clock import day_of
from core.errors import NotFound
from core.jobs.queue import enqueue
from core.policy import SYSTEM, Actor

JOB = "mailroom.send"


def label_of(obj: models.Model) -> str:
    """Return the soft reference of an object: ``proposals.proposal:12``."""
    return f"{obj._meta.label_lower}:{obj.pk}"


def written(letter: Letter, obj: Any, news: News, to: Addressee) -> tuple[str, str, str]:
    """Return subject, body and link of a letter to one addressee, in the language of the house."""
    with translation.override(settings.LANGUAGE_CODE):
        words = dict(letter.words(obj, news))
        text = render_to_string(f"mail/{letter.code}.txt", {**words, "name": to.name, "at": news.at})
    subject, body = split_letter(text)
    return subject, body, str(words.get("link", ""))


def post(letter: Letter, fact: Any, news: News, *, now: datetime) -> int:
    """Tell an audience of a fact; return how many inbox messages were new.

    Runs in the transaction of the outbox row. E-mail is only queued here, one job for each addressee, so
    that no mail server is spoken to while the database waits.
    """
    return sum(_tell(letter, obj, news, now) for obj in letter.about(fact))


def remind(letter: Letter, *, now: datetime) -> int:
    """Tell of what is near its day, once for each object; return how many inbox messages were new."""
    news = News(0, 0, now)
    with transaction.atomic():
        return sum(_tell(letter, obj, news, now) for obj in letter.about(now))


def _tell(letter: Letter, obj: Any, news: News, now: datetime) -> int:
    audience = list(letter.to.find(obj, day_of(now)))
    made = _put(letter, obj, news, audience, now) if INBOX in letter.channels else 0
    if MAIL in letter.channels:
        _queue(letter, obj, news, audience, now)
    return made


def _put(letter: Letter, obj: Any, news: News, audience: Iterable[Addressee], now: datetime) -> int:
    told = InboxMessage.objects.filter(outbox_id=news.outbox_id, letter=letter.code, about=label_of(obj))
    already = set(told.values_list("recipient_id", flat=True))
    rows = []
    for to in audience:
        if to.user_id is None or to.user_id in already:
            continue
        subject, body, link = written(letter, obj, news, to)
        rows.append(
            InboxMessage(
                recipient_id=to.user_id,
                outbox_id=news.outbox_id,
                letter=letter.code,
                about=label_of(obj),
                subject=subject,
                body=body,
                link="" if letter.secret_link else link,
                created_at=now,
            )
        )
    InboxMessage.objects.bulk_create(rows)
    return len(rows)


def _queue(letter: Letter, obj: Any, news: News, audience: Iterable[Addressee], now: datetime) -> None:
    for to in audience:
        if not to.email:
            continue
        payload = {
            "letter": letter.code,
            "object": label_of(obj),
            "to": to.key,
            "outbox_id": news.outbox_id,
            "entry_seq": news.entry_seq,
            "at": news.at.isoformat(),
        }
        unique = f"mail:{news.outbox_id}:{letter.code}:{label_of(obj)}:{to.key}"
        enqueue(JOB, payload, by=SYSTEM, now=now, unique=unique)


def send(letter: Letter, obj: Any, news: News, to: Addressee) -> None:
    """Send one e-mail to one address; a second copy carries the same Message-ID."""
    subject, body, link = written(letter, obj, news, to)
    site = settings.WAGTAILADMIN_BASE_URL.rstrip("/")
    if link and link.startswith("/"):
        link = f"{site}{link}"
    name = message_id(
        outbox_id=news.outbox_id,
        letter=letter.code,
        about=label_of(obj),
        key=to.key,
        host=urlsplit(site).hostname or "localhost",
    )
    EmailMessage(
        subject=subject,
        body=f"{body}\n\n{link}\n" if link else f"{body}\n",
        to=[to.email],
        headers={"Message-ID": name, "Auto-Submitted": "auto-generated"},
    ).send()


def mark_read(*, public_id: str, by: Actor, now: datetime) -> InboxMessage:
    """Note that the recipient opened a message; NotFound for anybody else's."""
    message = InboxMessage.objects.filter(public_id=public_id, recipient_id=by.user_id).first()
    if message is None:
        raise NotFound()
    if message.read_at is None:
        message.read_at = now
        message.save(update_fields=["read_at"])
    return message


def mark_all_read(*, by: Actor, now: datetime) -> int:
    """Note that the recipient has seen every message."""
    return InboxMessage.objects.filter(recipient_id=by.user_id, read_at__isnull=True).update(read_at=now)
