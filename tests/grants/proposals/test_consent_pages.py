"""The pages of consents: asked of a place, answered by its worker, read by those who wait for it."""

from __future__ import annotations

import pytest
from django.test import Client

from core import policy
from core.todo import counted
from grants.proposals.models import PlaceConsent
from grants.proposals.permissions import PERMISSIONS
from grants.proposals.selectors import consent_token, queue, todo_for
from orgs.people import services as people
from tests.grants.applying import COMMUNITY, NEXT_DOOR, OPEN, STREET
from tests.grants.visiting import browser_of, exported, pressed, queries_of, stop_clock, text_of
from tests.orgs.builders import browser

pytestmark = pytest.mark.django_db
LIST = "/consents/"


@pytest.fixture(autouse=True)
def moment(monkeypatch):
    stop_clock(monkeypatch, OPEN)


@pytest.fixture
def consent(call):
    return call.submitted().consents.get()


def fresh(consent):
    return PlaceConsent.objects.get(pk=consent.pk)


def areas(role):
    return {"community_worker": {"area_code": COMMUNITY}, "street_officer": {"area_code": STREET}}.get(
        role, {}
    )


class TestWhoSees:
    def test_those_of_the_place_and_those_who_screen(self, consent):
        roles = PERMISSIONS["proposals.view_consent"].roles()
        assert roles == PERMISSIONS["proposals.list_consents"].roles()
        for role in roles:
            client = browser_of(role, **areas(role))
            assert consent.proposal.number in text_of(client, LIST), role
            assert "助浴到家" in text_of(client, consent.get_absolute_url()), role

    def test_nobody_else(self, call, consent):
        for client in (
            browser_of("community_worker", area_code=NEXT_DOOR),
            browser_of("street_officer", area_code="420106002"),
            browser_of("operator", round_code="WCCT-2027"),
        ):
            assert consent.proposal.number not in text_of(client, LIST)
            assert client.get(consent.get_absolute_url()).status_code == 404
        for role in ("applicant_admin", "finance_clerk", "expert", "coach"):
            client = browser_of(role)
            assert client.get(LIST).status_code == 403
            assert client.get(consent.get_absolute_url()).status_code == 404
        assert Client().get(consent.get_absolute_url()).status_code == 302

    def test_an_interest_closes_it(self, call, consent):
        clerk = call.office.second_clerk
        people.declare_interest(
            person_id=clerk.person_id, body_id=call.house.body.pk, kind="kin", by=clerk, now=OPEN
        )
        client = browser(clerk)
        assert client.get(consent.get_absolute_url()).status_code == 404
        assert consent.proposal.number not in text_of(client, LIST)

    def test_the_list_and_the_row_admit_the_same(self, call, consent):
        call.submitted(call.an_organisation("武昌区邻居服务中心"), community=NEXT_DOOR)
        for role in PERMISSIONS["proposals.view_consent"].roles():
            for area in ("", COMMUNITY, NEXT_DOOR, STREET, "420106002"):
                for code in ("", "WCCT-2026", "WCCT-2027"):
                    actor = policy.Actor(1, 1, (policy.Grant(role, area_code=area, round_code=code),))
                    rows = PlaceConsent.objects.all()
                    admitted = {one for one in rows if policy.check(actor, "proposals.view_consent", one)}
                    assert set(queue.consents_visible_to(actor)) == admitted, (role, area, code)


class TestAnswering:
    def test_a_worker_who_is_signed_in_agrees(self, call, consent):
        worker = call.worker(COMMUNITY)
        (todo,) = (one for one in counted(todo_for(worker, OPEN)) if one.count)
        client = browser(worker)
        assert f"共 {todo.count} 条" in text_of(client, f"{LIST}?{todo.query}")
        assert pressed(client, consent, "confirm").status_code == 302
        assert fresh(consent).state == "confirmed" and fresh(consent).answered_at == OPEN
        page = text_of(client, consent.get_absolute_url())
        assert "社区已同意" in page and "/do/confirm/" not in page

    def test_a_refusal_needs_a_reason_and_keeps_it(self, call, consent):
        client = browser(call.worker(COMMUNITY))
        assert pressed(client, consent, "refuse", reason="").status_code == 422
        assert pressed(client, consent, "refuse", reason="场地正在改造").status_code == 302
        assert (fresh(consent).state, fresh(consent).refusal) == ("refused", "场地正在改造")
        assert "场地正在改造" in text_of(browser(call.office.clerk), consent.get_absolute_url())

    def test_the_others_only_read(self, call, consent):
        address = f"{consent.get_absolute_url()}do/confirm/"
        for client in (
            browser_of("street_officer", area_code=STREET),
            browser_of("community_worker", area_code=STREET),
            browser(call.office.clerk),
        ):
            assert client.post(address).status_code == 403
        assert browser_of("community_worker", area_code=NEXT_DOOR).post(address).status_code == 404
        assert fresh(consent).state == "asked"

    def test_answered_by_link_meanwhile_it_is_not_answered_again(self, call, consent):
        client = browser(call.worker(COMMUNITY))
        call.confirm(consent.proposal)
        answer = client.post(f"{consent.get_absolute_url()}do/refuse/", {"reason": "晚了"})
        assert answer.status_code == 409 and fresh(consent).state == "confirmed"


class TestTheList:
    def test_it_costs_the_same_for_one_and_for_three(self, call, consent):
        client = browser(call.office.clerk)
        one = queries_of(client, LIST)
        for name in ("甲", "乙"):
            call.submitted(call.an_organisation(f"武昌区{name}服务中心"))
        assert queries_of(client, LIST) == one <= 12
        assert queries_of(client, consent.get_absolute_url()) <= 20

    def test_it_is_narrowed_and_goes_home(self, call, consent):
        client = browser(call.office.clerk)
        assert "共 1 条" in text_of(client, f"{LIST}?state=asked&street={STREET}&q=夕阳红")
        assert consent.proposal.number not in text_of(client, f"{LIST}?state=refused")
        rows = exported(client, LIST)
        assert rows[1][0] == consent.proposal.number and rows[1][4] == "待社区确认"


def test_the_page_of_the_link_says_who_asks_and_what_happens(call, consent):
    page = text_of(Client(), f"/consent/{consent_token(consent)}/")
    for says in ("武昌区民政事务管理委员会", "夕阳红", "申报单位会收到通知", "同意在本社区实施"):
        assert says in page, says
