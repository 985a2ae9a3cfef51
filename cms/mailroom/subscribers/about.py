"""From a fact to the objects a letter is about, and the words that every letter of a kind shares."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date, datetime, timedelta
from typing import Any

from django.db import models
from django.urls import reverse

from cms.mailroom.rules import News, one_line
from core.audit.models import Entry
from core.audit.selectors import entries_of
from core.clock import local
from core.words import day_text


def the(model: type[models.Model], field: str, *related: str) -> Callable[[Any], Iterable[Any]]:
    """Return the lookup of the one object that a fact names in a field."""

    def find(fact: Any) -> Iterable[Any]:
        rows = model._default_manager.select_related(*related) if related else model._default_manager
        return list(rows.filter(pk=getattr(fact, field)))

    return find


def entry_of(news: News) -> Entry:
    """Return the entry of the log that the news is about."""
    return Entry.objects.get(seq=news.entry_seq)


def receipt_number(entry: Entry) -> str:
    """Return the number of the receipt that was given for an entry."""
    return f"HZ{entry.at:%Y%m%d}-{entry.seq:07d}"


def reason_given(obj: Any, news: News, *verbs: str) -> str:
    """Return the words given with the newest of these steps up to the news."""
    entry = entries_of(obj).filter(verb__in=verbs, seq__lte=news.entry_seq).order_by("-seq").first()
    reason = getattr(entry, "reason", None) if entry else None
    return one_line(reason.text) if reason else ""


def day(value: date | datetime | None) -> str:
    """Return a day, or an instant to the minute, in words (midnight as 24:00); nothing for None."""
    if not value:
        return ""
    if isinstance(value, datetime) and f"{local(value):%H:%M:%S}" == "00:00:00":
        return f"{day_text(local(value).date() - timedelta(days=1))} 24:00"
    return day_text(value)


def desk_link() -> str:
    """Return the page where whatever waits is to be found."""
    return reverse("desk")


def page_of(obj: models.Model) -> str:
    """Return the page of an object, or the desk for one that has none."""
    address = getattr(obj, "get_absolute_url", None)
    return address() if address else desk_link()


def round_link(code: str) -> str:
    """Return the public page of a round."""
    return reverse("public_round", args=[code])
