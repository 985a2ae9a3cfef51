"""The mailroom listens to every fact of its catalogue, after the commit."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from cms.mailroom import services
from cms.mailroom.rules import News
from cms.mailroom.subscribers.catalogue import CATALOGUE, letters_for
from core.events import Fact
from core.outbox.queue import deliver

FACTS: list[type[Fact]] = sorted(
    {fact for letter in CATALOGUE for fact in letter.facts}, key=lambda fact: str(fact.name)
)


@deliver(*FACTS, to="mailroom")
def tell(fact: Fact, *, message: Any, now: datetime) -> None:
    """Put every letter about the fact into its inboxes; the e-mails follow as jobs."""
    news = News(message.pk, message.entry_seq, message.at)
    for letter in letters_for(type(fact)):
        services.post(letter, fact, news, now=now)
