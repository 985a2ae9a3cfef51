"""The consent of the place: asked once, answered with one tap by the bearer of a link or by a worker."""

from __future__ import annotations

import pytest
from django.core import signing
from django.test import Client
from django.urls import reverse

from core.audit.selectors import entries_of
from core.errors import Forbidden, NotNow, Refused
from core.policy import Actor, Grant
from grants.proposals import services
from grants.proposals.models import PlaceConsent
from grants.proposals.selectors import (
    CONSENT_SALT,
    consent_by_token,
    consent_state,
    consent_token,
    link_bearer,
)
from tests.grants.applying import COMMUNITY, NEXT_DOOR, OPEN, SCREENING, STREET, answers, fresh

pytestmark = pytest.mark.django_db


def ask(call, proposal, *, by=None):
    return services.ask_consent(proposal_id=proposal.pk, by=by or call.applicant, now=OPEN)


def refuse(consent, by, reason="场地正在改造"):
    services.refuse_consent(consent_id=consent.pk, reason=reason, by=by, now=OPEN)


def test_a_place_is_asked_when_the_application_is_handed_in_and_only_once(call):
    made = call.submitted()
    consent = made.consents.get()
    assert (consent.state, consent.community.code, consent.version_no) == ("asked", COMMUNITY, 1)
    assert ask(call, made).pk == consent.pk
    call.confirm(made)
    assert ask(call, made).pk == consent.pk
    assert made.consents.count() == 1


def test_without_a_place_nobody_is_asked(call):
    assert ask(call, call.draft(community="汉阳区某社区")) is None
    assert not PlaceConsent.objects.exists()


def test_the_bearer_of_the_link_agrees_without_an_account(call):
    made = call.submitted()
    consent = consent_by_token(consent_token(made.consents.get()))
    services.confirm_consent(consent_id=consent.pk, by=link_bearer(consent), now=OPEN)
    consent = made.consents.get()
    assert (consent.state, consent.answered_at) == ("confirmed", OPEN)
    entry = entries_of(consent).get(verb="confirm")
    assert (entry.actor_kind, entry.actor_id, entry.role) == ("link", None, "community_worker")
    assert consent_state(made) == "confirmed"


def test_a_refusal_needs_a_reason_that_the_applicant_reads(call):
    consent = call.submitted().consents.get()
    with pytest.raises(Refused) as refused:
        refuse(consent, link_bearer(consent), reason="  ")
    assert refused.value.field == "reason"
    refuse(consent, link_bearer(consent), reason=" 场地正在改造 ")
    consent.refresh_from_db(fields=["refusal", "answered_at"])
    assert (consent.refusal, consent.answered_at) == ("场地正在改造", OPEN)


def test_an_answer_is_given_once(call):
    made = call.submitted()
    consent = call.confirm(made)
    with pytest.raises(NotNow):
        refuse(consent, link_bearer(consent))
    with pytest.raises(NotNow):
        services.confirm_consent(consent_id=consent.pk, by=link_bearer(consent), now=OPEN)


def test_after_a_refusal_the_place_may_be_asked_anew(call):
    made = call.submitted()
    consent = made.consents.get()
    refuse(consent, link_bearer(consent))
    again = ask(call, made)
    assert again.pk != consent.pk and again.state == "asked"
    assert consent_state(made) == "asked"


def test_a_new_place_after_a_return_is_asked_and_the_old_answer_does_not_count(call):
    made = call.submitted()
    call.confirm(made)
    services.return_proposal(
        proposal_id=made.pk, remarks={"community": "地点有误"}, by=call.operator, now=SCREENING
    )
    moved = answers(community=NEXT_DOOR)["basics"]
    services.save_section(proposal_id=made.pk, section="basics", data=moved, by=call.applicant, now=SCREENING)
    services.resubmit_proposal(proposal_id=made.pk, by=call.applicant, now=SCREENING)
    made = fresh(made)
    assert consent_state(made) == "asked"
    places = made.consents.values_list("community__code", "state", "version_no")
    assert list(places) == [(COMMUNITY, "confirmed", 1), (NEXT_DOOR, "asked", 2)]


def test_only_the_place_itself_answers(call):
    consent = call.submitted().consents.get()
    elsewhere = Actor(kind="link", grants=(Grant("community_worker", area_code=NEXT_DOOR),))
    street = Actor(7001, 7001, (Grant("street_officer", area_code=STREET),))
    whole = Actor(7002, 7002, (Grant("community_worker", area_code=STREET),))
    others = (elsewhere, street, whole, call.worker(NEXT_DOOR), call.applicant, call.office.stranger)
    for by in (*others, call.office.clerk, call.office.leader, call.operator):
        with pytest.raises(Forbidden):
            services.confirm_consent(consent_id=consent.pk, by=by, now=OPEN)
        with pytest.raises(Forbidden):
            refuse(consent, by)
    services.confirm_consent(consent_id=consent.pk, by=call.worker(COMMUNITY), now=OPEN)


def test_only_the_applicant_asks(call):
    made = call.draft()
    rival = call.an_organisation("武昌区向阳青少年服务社").admin
    for by in (rival, call.member(call.house, "applicant_editor"), call.operator, call.office.stranger):
        with pytest.raises(Forbidden):
            ask(call, made, by=by)


def test_a_link_of_one_place_does_not_answer_for_another(call):
    rival = call.an_organisation("武昌区向阳青少年服务社")
    mine = call.submitted().consents.get()
    theirs = call.submitted(rival, community=NEXT_DOOR).consents.get()
    with pytest.raises(Forbidden):
        services.confirm_consent(consent_id=theirs.pk, by=link_bearer(mine), now=OPEN)


def test_a_forged_foreign_or_old_token_leads_nowhere(call):
    consent = call.submitted().consents.get()
    token = consent_token(consent)
    assert consent_by_token(token).pk == consent.pk
    assert consent_by_token(token[:-1] + ("A" if token[-1] != "A" else "B")) is None
    assert consent_by_token(signing.dumps({"consent": consent.public_id}, salt="other")) is None
    assert consent_by_token(signing.dumps({"consent": "nobody"}, salt=CONSENT_SALT)) is None
    assert consent_by_token(token, max_age_days=-1) is None
    assert consent_by_token("") is None


class TestThePage:
    def url(self, proposal):
        return reverse("answer_consent", args=[consent_token(proposal.consents.get())])

    def test_one_tap_without_an_account(self, call):
        made = call.submitted()
        client, url = Client(), self.url(made)
        shown = client.get(url)
        assert shown.status_code == 200 and made.title in shown.content.decode()
        assert client.post(url, {"answer": "confirm"}).status_code == 200
        assert made.consents.get().state == "confirmed"
        assert client.post(url, {"answer": "refuse", "reason": "改口"}).status_code == 409
        assert made.consents.get().state == "confirmed"

    def test_a_refusal_without_a_reason_is_shown_again(self, call):
        made = call.submitted()
        assert Client().post(self.url(made), {"answer": "refuse"}).status_code == 422
        assert made.consents.get().state == "asked"

    def test_a_forged_link_is_not_found(self, call):
        call.submitted()
        assert Client().get(reverse("answer_consent", args=["forged"])).status_code == 404
