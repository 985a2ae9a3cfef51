"""What must hold of the outbox: nothing that had to be told was left untold."""

from __future__ import annotations

from collections.abc import Iterator

from django.db.models import Min

from core.audit.models import Entry
from core.audit.verify import Problem, invariant
from core.outbox.models import Message


@invariant("I10", group="invariants", says="每个需要告知的事实都有待送或已送的消息")
def facts_have_their_messages() -> Iterator[Problem]:
    """Every entry of a fact has a message for each consumer, from that consumer's first message on.

    A consumer that joined later owes nothing about what happened before it.
    """
    pairs = Message.objects.order_by().values_list("fact", "consumer")
    for fact, consumer, first in pairs.annotate(first=Min("entry_seq")):
        told = set(Message.objects.filter(fact=fact, consumer=consumer).values_list("entry_seq", flat=True))
        entries = (
            Entry.objects.filter(fact=fact, seq__gte=first).order_by("seq").values_list("seq", flat=True)
        )
        for seq in entries:
            if seq not in told:
                yield Problem(f"seq {seq}", f"第 {seq} 条的事实 {fact} 没有告知 {consumer}")
