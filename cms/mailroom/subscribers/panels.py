"""Letters to those who judge: what waits and until when, never whose it is."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

from cms.mailroom.rules import Addressee, Audience, Letter, News, one_line
from cms.mailroom.selectors import addressees
from cms.mailroom.subscribers.about import day, desk_link, the
from core.words import N_
from evaluations.panels.events import PanelOpened, ReserveCalled
from evaluations.panels.models import Panel, PanelSeat
from orgs.people.models import User


def _of_persons(persons: Iterable[int]) -> list[Addressee]:
    return addressees(User.objects.filter(person_id__in=list(persons)).values_list("pk", flat=True))


def _panel(panel: Panel, on: date) -> Iterable[Addressee]:
    seated = panel.seats.filter(left_at__isnull=True).exclude(kind="reserve")
    return _of_persons(seated.values_list("person_id", flat=True))


def _seat(seat: PanelSeat, on: date) -> Iterable[Addressee]:
    return _of_persons([seat.person_id])


def _panel_words(panel: Panel, news: News) -> dict[str, Any]:
    return {
        "panel": one_line(panel.name),
        "meets": day(panel.meets_on),
        "due": day(panel.due_at),
        "link": desk_link(),
    }


def _seat_words(seat: PanelSeat, news: News) -> dict[str, Any]:
    return _panel_words(seat.panel, news)


LETTERS = (
    Letter(
        "panel_opened",
        N_("评审开始"),
        (PanelOpened,),
        the(Panel, "panel_id"),
        Audience(N_("在席评委、主席、秘书"), _panel),
        _panel_words,
    ),
    Letter(
        "reserve_called",
        N_("候补评委递补"),
        (ReserveCalled,),
        the(PanelSeat, "seat_id", "panel"),
        Audience(N_("递补的评委本人"), _seat),
        _seat_words,
    ),
)
