"""Screening many applications at once: a preview with the count, then at once or as long work."""

from __future__ import annotations

import re
from uuid import uuid4

import pytest

from core.jobs.models import Job
from core.jobs.queue import drain
from grants.proposals import services
from tests.grants.applying import SCREENING, fresh
from tests.grants.tables import force
from tests.grants.visiting import browser_of, stop_clock, text_of
from tests.orgs.builders import browser

pytestmark = pytest.mark.django_db
QUEUE, BATCH = "/screening/", "/screening/batch/"


@pytest.fixture(autouse=True)
def moment(monkeypatch):
    stop_clock(monkeypatch, SCREENING)


@pytest.fixture
def made(call):
    return call.submitted()


def many(call, number):
    return [call.submitted(call.an_organisation(f"武昌区第{n}服务中心")) for n in range(number)]


class TestManyAtOnce:
    def preview(self, client, step="screen", query="", **data):
        return client.post(f"{BATCH}{query}", {"step": step, "scope": "picked", **data})

    def confirmed(self, client, preview):
        form = re.search(r'<form method="post" action="/screening/batch/">(.*?)</form>', preview, re.S)[1]
        picks = re.findall(r'name="pick" value="([^"]*)"', form)
        fields = dict(re.findall(r'name="(key|step|scope|confirmed)" value="([^"]*)"', form))
        return client.post(BATCH, {**fields, "pick": picks})

    def test_a_few_are_checked_at_once_after_a_preview(self, call, made):
        second, gone = many(call, 2)
        force(gone, state="returned")
        client = browser(call.operator)
        page = text_of(client, QUEUE)
        assert f'form="batch" name="pick" value="{made.public_id}"' in page
        picks = [one.public_id for one in (made, second, gone)]
        shown = self.preview(client, pick=picks).content.decode()
        assert "将办理 2 件" in shown and "不办理 1 件" in shown and not made.checks.exists()
        answer = self.confirmed(client, shown)
        assert answer["Location"] == QUEUE and "办理 2 件。" in text_of(client, QUEUE)
        assert made.checks.count() == second.checks.count() == 18 and not gone.checks.exists()

    def queued(self, client, call, number=7):
        rows = many(call, number)
        shown = self.preview(client, scope="all", query="?wait=unchecked").content.decode()
        assert f"将办理 {number} 件" in shown and "后台办理" in shown
        return rows, self.confirmed(client, shown)

    def test_many_become_long_work_that_can_be_left(self, call):
        client = browser(call.operator)
        rows, answer = self.queued(client, call)
        job = Job.objects.get(kind="proposals.screening")
        assert answer["Location"] == f"/jobs/{job.public_id}" and not rows[0].checks.exists()
        drain(now=lambda: SCREENING)
        job.refresh_from_db()
        assert (job.stage, job.result["done"], job.done_count) == ("done", 7, 7)
        assert all(one.checks.count() == 18 for one in rows)
        assert "办理 7 件。" in text_of(client, f"/jobs/{job.public_id}")

    def test_stopped_work_leaves_nothing_behind(self, call):
        client = browser(call.operator)
        rows, answer = self.queued(client, call)
        client.post(f"{answer['Location']}/cancel")
        drain(now=lambda: SCREENING)
        assert Job.objects.get(kind="proposals.screening").stage == "cancelled"
        assert not any(one.checks.exists() for one in rows)

    def test_what_changed_meanwhile_is_left_alone(self, call):
        client = browser(call.operator)
        rows, _answer = self.queued(client, call)
        services.return_proposal(
            proposal_id=rows[0].pk, remarks={"goals": "x"}, by=call.operator, now=SCREENING
        )
        drain(now=lambda: SCREENING)
        result = Job.objects.get(kind="proposals.screening").result
        assert (result["done"], result["left"]) == (6, 1) and not rows[0].checks.exists()

    def test_the_same_confirmation_twice_is_one_job(self, call):
        client = browser(call.operator)
        rows = many(call, 6)
        data = {"step": "screen", "scope": "picked", "confirmed": "yes", "key": str(uuid4())}
        for _n in range(2):
            client.post(BATCH, {**data, "pick": [one.public_id for one in rows]})
        assert Job.objects.filter(kind="proposals.screening").count() == 1

    def test_only_those_that_passed_everything_are_found_eligible(self, call, made):
        ready = many(call, 1)[0]
        call.confirm(ready)
        for one in (made, ready):
            call.screen(one)
        clerk = browser(call.office.clerk)
        shown = self.preview(clerk, "eligible", scope="all").content.decode()
        assert "将办理 1 件" in shown and "不办理 1 件" in shown
        self.confirmed(clerk, shown)
        assert (fresh(ready).state, fresh(made).state) == ("eligible", "submitted")

    def test_nothing_ticked_and_steps_of_others(self, call, made):
        operator = browser(call.operator)
        answer = self.preview(operator)
        assert answer.status_code == 422 and "没有勾选" in answer.content.decode()
        assert self.preview(operator, "eligible", scope="all").status_code == 404
        assert self.preview(operator, "nothing").status_code == 404
        leader = browser(call.office.leader)
        assert "批量" not in text_of(leader, QUEUE) and self.preview(leader).status_code == 404
        assert browser(call.applicant).post(BATCH, {"step": "screen"}).status_code == 403
        assert operator.get(BATCH)["Location"] == QUEUE

    def test_what_one_does_not_see_is_not_touched(self, call, made):
        other = browser_of("operator", round_code="WCCT-2027")
        answer = self.preview(other, pick=[made.public_id], confirmed="yes", key=str(uuid4()))
        assert answer.status_code == 422 and not made.checks.exists()
