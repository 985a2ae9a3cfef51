"""What a letter is, how its text splits, and the name an e-mail carries. Plain values only."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

INBOX, MAIL = "inbox", "mail"
SUBJECT_LENGTH = 200


@dataclass(frozen=True)
class Addressee:
    """Who is told: an account, or only an address; ``user_id`` is None for somebody without an account."""

    user_id: int | None
    name: str
    email: str = ""

    @property
    def key(self) -> str:
        """Return what tells this addressee from others in keys; never an address in plain."""
        return str(self.user_id) if self.user_id else hashlib.sha256(self.email.encode()).hexdigest()[:12]


@dataclass(frozen=True)
class News:
    """The telling of one fact: which outbox row, which entry of the log, when it happened."""

    outbox_id: int
    entry_seq: int
    at: datetime


@dataclass(frozen=True)
class Audience:
    """Who hears of it, in words and as a query ``(object, day) -> addressees``."""

    says: str
    find: Callable[[Any, date], Iterable[Addressee]]


@dataclass(frozen=True)
class Letter:
    """One row of the catalogue: these facts, about these objects, to this audience, by these channels.

    ``code`` names the template ``mail/<code>.txt``, whose first line is the subject. ``about`` turns a fact
    into the objects it tells about, ``words`` gives the template its values. A ``link`` among the words
    leads to the page; with ``secret_link`` it is a key, sent by e-mail only and never stored.
    """

    code: str
    says: str
    facts: tuple[type, ...]
    about: Callable[[Any], Iterable[Any]]
    to: Audience
    words: Callable[[Any, News], Mapping[str, Any]]
    channels: tuple[str, ...] = (INBOX, MAIL)
    secret_link: bool = False


def split_letter(text: str) -> tuple[str, str]:
    """Return subject (one line, whatever was put into it) and body of a rendered letter.

    >>> split_letter("标题\\n\\n第一段\\n第二行\\n\\n\\n\\n第二段\\n")
    ('标题', '第一段\\n第二行\\n\\n第二段')
    """
    subject, _, body = text.strip().partition("\n")
    return " ".join(subject.split())[:SUBJECT_LENGTH], re.sub(r"\n\s*\n\s*", "\n\n", body.strip())


def one_line(text: str) -> str:
    """Return a value from a form as it may stand in a letter: no line break can forge a line.

    >>> one_line("名称\\r\\nBcc: all")
    '名称 Bcc: all'
    """
    return " ".join(str(text).split())


def message_id(*, outbox_id: int, letter: str, about: str, key: str, host: str) -> str:
    """Return the Message-ID of an e-mail: the same for the same telling, so a second copy is known.

    >>> message_id(outbox_id=7, letter="returned", about="proposals.proposal:3", key="12", host="example.org")
    '<7.returned.proposals.proposal-3.12@example.org>'
    """
    return f"<{outbox_id}.{letter}.{about.replace(':', '-')}.{key}@{host}>"
