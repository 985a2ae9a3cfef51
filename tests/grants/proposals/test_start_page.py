"""Before the draft: for whom somebody applies, and what the register says of them."""

from __future__ import annotations

import pytest
from django.test import Client

from grants.proposals.models import Proposal
from orgs.registry import services as registry
from tests.grants.applying import COMMUNITY, DEADLINE, OPEN, OPENS, SECOND, at
from tests.grants.proposals.browsing import moment
from tests.orgs.builders import browser

pytestmark = pytest.mark.django_db


def test_the_start_shows_what_the_register_knows_and_opens_a_draft(call):
    client = browser(call.house.admin_user)
    with moment():
        page = client.get(f"/apply/{call.round.code}/")
        html = page.content.decode()
        assert call.house.entry.uscc in html
        assert "汉口银行武昌支行" in html
        assert f"62170000{call.house.body.pk:08d}" not in html
        assert "登记簿中的各项条件都满足" in html
        body = {"body": call.house.body.public_id, "key": "11111111-1111-4111-8111-111111111111"}
        answers = [client.post(f"/apply/{call.round.code}/", body) for _ in range(2)]
    made = Proposal.objects.get()
    assert {answer.headers["Location"] for answer in answers} == {f"/proposals/{made.public_id}/edit/"}
    assert (made.applicant, made.host, made.state) == (call.house.body, None, "draft")


def test_a_body_with_a_live_application_is_led_to_it(call, draft):
    client, address = browser(call.house.admin_user), f"/apply/{call.round.code}/"
    with moment():
        assert "继续填写" in client.get(address).content.decode()
        answer = client.post(address, {"body": call.house.body.public_id})
    assert answer.headers["Location"] == f"{draft.get_absolute_url()}edit/"
    assert Proposal.objects.count() == 1


@pytest.mark.parametrize(("when", "says", "offers"), [
    (at("2026-04-05 10:00"), "现在可以先写草稿", True),
    (OPEN, "距申报截止", True),
    (DEADLINE + SECOND, "本届申报已经截止", False),
])  # fmt: skip
def test_before_in_and_after_the_weeks_of_application(call, when, says, offers):
    with moment(when):
        html = browser(call.house.admin_user).get(f"/apply/{call.round.code}/").content.decode()
    assert says in html
    assert ("开始填写申报书" in html) is offers


def test_starting_too_late_is_refused_with_a_sentence(call):
    with moment(DEADLINE + SECOND):
        answer = browser(call.house.admin_user).post(
            f"/apply/{call.round.code}/", {"body": call.house.body.public_id}
        )
    assert answer.status_code == 422
    assert "已经截止" in answer.content.decode()
    assert not Proposal.objects.exists()


def test_somebody_without_a_body_is_told_what_to_do(call):
    with moment():
        client = browser(call.office.users["clerk"])
        html = client.get(f"/apply/{call.round.code}/").content.decode()
        assert "您还没有可以申报的单位" in html
        assert (
            client.post(f"/apply/{call.round.code}/", {"body": call.house.body.public_id}).status_code == 404
        )
        assert client.get("/apply/NO-SUCH-ROUND/").status_code == 404
    assert Client().get(f"/apply/{call.round.code}/").status_code == 302


def test_a_host_applies_for_the_group_behind_which_it_stands(call):
    group = registry.register_group(
        name="水岸社区银发合唱队", filing_no="WCBA-2026-0001", host_id=call.house.body.pk,
        community_code=COMMUNITY,
        by=call.office.clerk, now=OPENS,
    )  # fmt: skip
    client, address = browser(call.house.admin_user), f"/apply/{call.round.code}/"
    with moment():
        html = client.get(address, {"body": group.body.public_id}).content.decode()
        assert f"代管单位 {call.house.body.name}" in html
        client.post(address, {"body": group.body.public_id})
    made = Proposal.objects.get()
    assert (made.applicant, made.host, made.track) == (group.body, call.house.body, "micro")


def test_a_code_leads_to_the_body_or_says_why_not(call):
    rival = call.an_organisation("武昌区青苗青少年服务中心")
    client, address = browser(call.house.admin_user), f"/apply/{call.round.code}/"
    own = call.house.entry.uscc
    with moment():
        assert "登记簿中的信息" in client.get(address, {"code": f" {own[:8]} {own[8:]} "}).content.decode()
        theirs = client.get(address, {"code": rival.entry.uscc}).content.decode()
        assert "您还不是它的成员" in theirs
        assert "登记簿中的信息" not in theirs
        letters = client.get(address, {"code": own.replace("0", "O")}).content.decode()
        assert f"是不是 {own}" in letters
        assert client.get(address, {"code": "'\" OR 1=1 --\x00"}).status_code == 200


def test_what_the_register_says_against_it_is_said_beforehand(call):
    registry.list_credit(
        organisation_id=call.house.entry.pk, kind="serious", from_date=at("2026-03-01 09:00").date(),
        why="未按规定公示", by=call.office.clerk, now=OPENS,
    )  # fmt: skip
    with moment():
        html = browser(call.house.admin_user).get(f"/apply/{call.round.code}/").content.decode()
    assert "被列入严重违法失信名单" in html
    assert "征集公告 申报资格（五）" in html
