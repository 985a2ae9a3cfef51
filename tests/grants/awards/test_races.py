"""Two people press at the same instant: the money of the round is held by one of them at a time."""

from __future__ import annotations

import threading
from collections.abc import Callable

import pytest
from django.db import connections

from core.audit import verify
from core.errors import Refused
from grants.awards import services
from grants.awards.models import Allotment, Award
from tests.grants.awards.conftest import AWARDED, ELDERLY, OVERDUE, Play

ROWS = [
    (ELDERLY, "92.00", 20_000),
    (ELDERLY, "88.00", 15_000),
    (ELDERLY, "71.00", 18_000),
    (ELDERLY, "70.00", 12_000),
]


def at_once(*presses: Callable[[], object]) -> list[str]:
    """Press all buttons at one instant, each in a thread of its own; return "done" or the refusal's code."""
    gate, answers = threading.Barrier(len(presses)), []

    def run(press: Callable[[], object]) -> None:
        connections["default"].ensure_connection()
        gate.wait()
        try:
            press()
            answers.append("done")
        except Refused as refusal:
            answers.append(refusal.code)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=(press,)) for press in presses]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sorted(answers)


def test_money_that_became_free_is_promised_once(own_database):
    play = Play()
    notice = play.publish(play.decide(*ROWS))
    play.objects(notice, 1)
    leaders = (play.office.leader, play.office.second_leader)

    def promote(by) -> Callable[[], object]:
        asked = {"round_id": play.round.pk, "category": ELDERLY, "by": by, "now": OVERDUE}
        return lambda: services.promote_waitlisted(**asked)

    assert at_once(*map(promote, leaders)) == ["does_not_reach", "done"]
    assert [one.amount_fen for one in Allotment.objects.filter(is_promoted=True)] == [18_000_00]
    assert verify.problems() == []


def test_what_is_cleared_is_awarded_once(own_database):
    play = Play()
    notice = play.publish(play.decide(*ROWS))
    play.end(notice)
    leaders = (play.office.leader, play.office.second_leader)

    def award(by) -> Callable[[], object]:
        return lambda: services.award_cleared(notice_id=notice.pk, by=by, now=AWARDED)

    assert at_once(*map(award, leaders)) == ["done", "nothing_to_award"]
    assert Award.objects.count() == 2
    assert verify.problems() == []


def test_one_of_two_lists_is_drafted(own_database):
    play = Play()
    play.scored(*ROWS)
    clerks = (play.office.clerk, play.office.second_clerk)

    def draft(by) -> Callable[[], object]:
        return lambda: services.draft_decision(round_id=play.round.pk, by=by, now=OVERDUE)

    assert at_once(*map(draft, clerks)) == ["done", "refused"]
    assert verify.problems() == []


@pytest.mark.django_db
def test_one_after_the_other_the_second_is_refused_too(play):
    notice = play.publish(play.decide(*ROWS))
    play.objects(notice, 1)
    play.promote()
    with pytest.raises(Refused) as refused:
        play.promote()
    assert refused.value.code == "does_not_reach"
