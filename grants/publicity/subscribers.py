"""What notices say when a round is to end."""

from __future__ import annotations

from datetime import datetime

from django.utils.translation import gettext as _

from core.documents import request_document
from core.errors import Refused
from core.events import on
from core.outbox.queue import deliver
from core.policy import SYSTEM, Actor
from grants.publicity.events import NoticePublished
from grants.publicity.selectors import missing_postings, unfinished
from grants.rounds.events import RoundArchived, RoundClosed


@on(RoundClosed)
def refuse_while_something_runs(fact: RoundClosed, *, by: Actor, now: datetime) -> None:
    """A round does not close over a running notice or an unanswered objection."""
    if names := unfinished(fact.round_id):
        raise Refused(_("还有公示或异议没有办结：%(names)s。") % {"names": "、".join(names)})


@on(RoundArchived)
def refuse_without_postings(fact: RoundArchived, *, by: Actor, now: datetime) -> None:
    """The file of a round holds address and picture of every notice on the government site."""
    if names := list(missing_postings(fact.round_id).values_list("title", flat=True)):
        raise Refused(_("以下公示没有登记政府网站的网址和截图：%(names)s。") % {"names": "、".join(names)})


@deliver(NoticePublished, to="documents")
def render_the_notice(fact: NoticePublished, *, message: object, now: datetime) -> None:
    """Ask for the notice as a document with places for number and seal."""
    request_document("publicity.notice", fact.notice_id, by=SYSTEM, now=now)
