"""A coach sees an application while it is being improved; the street sees which answers are missing."""

from __future__ import annotations

import pytest

from core.policy import Actor, Grant
from core.todo import counted
from grants.proposals import services
from grants.proposals.selectors import todo_for, visible_to
from tests.grants.applying import OPEN, RECHECK, SCREENING, answers
from tests.orgs.builders import a_user, actor, browser, seat

pytestmark = pytest.mark.django_db


def coach(call, round_code="WCCT-2026"):
    user = a_user(f"辅导老师{round_code}")
    seat(user, call.office.committee, "coach", round_code=round_code)
    return actor(user)


def waiting(who, now=SCREENING):
    return {str(todo.label): todo for todo in counted(todo_for(who, now)) if todo.count}


class TestTheCoach:
    def test_the_application_comes_and_goes_with_its_improvement(self, call):
        made, who = call.eligible(), coach(call)
        page = browser(who)
        assert page.get(made.get_absolute_url()).status_code == 404
        assert waiting(who) == {}
        services.send_to_optimise(proposal_id=made.pk, advice="量化产出", by=call.operator, now=RECHECK)
        assert page.get(made.get_absolute_url()).status_code == 200
        todo = waiting(who)["正在优化、待辅导的申报"]
        assert todo.count == 1
        assert made.title in page.get(f"/proposals/?{todo.query}").content.decode()
        better = {**answers()["design"], "outputs": "受益" * 40}
        services.save_section(
            proposal_id=made.pk, section="design", data=better, by=call.applicant, now=RECHECK
        )
        services.finish_optimise(proposal_id=made.pk, by=call.applicant, now=RECHECK)
        assert page.get(made.get_absolute_url()).status_code == 404
        assert waiting(who) == {} and made.title not in page.get("/proposals/").content.decode()

    def test_not_of_another_round_and_never_to_press_anything(self, call):
        made = call.eligible()
        services.send_to_optimise(proposal_id=made.pk, advice="量化产出", by=call.operator, now=RECHECK)
        assert list(visible_to(coach(call))) == [made]
        assert list(visible_to(coach(call, "WCCT-2027"))) == []
        page = browser(coach(call))
        for code in ("return", "withdraw", "optimise", "submit"):
            assert page.post(f"{made.get_absolute_url()}do/{code}/").status_code in (403, 404)


def test_the_street_is_told_which_communities_have_not_answered(call):
    made = call.submitted()
    street = Actor(1, 1, (Grant("street_officer", area_code=made.community.code[:9]),))
    other = Actor(2, 2, (Grant("street_officer", area_code="420106002"),))
    assert waiting(street, OPEN)["辖区社区尚未答复的落地意见"].count == 1
    assert waiting(other, OPEN) == {}
    call.confirm(made)
    assert waiting(street, OPEN) == {}
