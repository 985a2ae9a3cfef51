"""Writing an application: sections, two tabs, budget, and who may write when."""

from __future__ import annotations

from uuid import uuid4

import pytest

from core.audit.selectors import entries_of
from core.errors import Forbidden, NotNow, Refused, Stale
from grants.proposals import services
from grants.proposals.lifecycle import EDITABLE, P
from grants.proposals.models import Proposal
from orgs.registry import services as registry
from tests.grants.applying import COMMUNITY, DEADLINE, NEXT_DOOR, OPEN, SECOND, at, fresh, line
from tests.grants.builders import a_round
from tests.grants.tables import force
from tests.orgs.builders import a_body, someone

pytestmark = pytest.mark.django_db


def save(call, proposal, section="basics", *, by=None, **more):
    data = more.pop("data", {"title": "助浴到家：第二稿"})
    return services.save_section(
        proposal_id=proposal.pk, section=section, data=data, by=by or call.applicant, now=OPEN, **more
    )


def start(call, *, now=OPEN, by=None, body=None, round_=None, **more):
    return services.start_draft(
        round_id=(round_ or call.round).pk, applicant=body or call.house.body, by=by or call.applicant,
        now=now, **more,
    )  # fmt: skip


def test_a_draft_may_be_started_from_the_publication_of_the_call_to_its_last_second(call):
    assert start(call, now=at("2026-04-02 09:00")).state == "draft"
    assert start(call, now=DEADLINE).state == "draft"
    with pytest.raises(Refused):
        start(call, now=DEADLINE + SECOND)


def test_no_draft_is_started_in_a_round_that_is_not_out(call):
    other = a_round(call.office, code="WCCT-2027")
    with pytest.raises(Refused):
        start(call, round_=other)


def test_nobody_starts_a_draft_for_somebody_else(call):
    rival = call.an_organisation("武昌区向阳青少年服务社")
    for by in (rival.admin, call.office.clerk, call.operator, call.office.stranger):
        with pytest.raises(Forbidden):
            start(call, by=by)
    assert not Proposal.objects.exists()


def test_the_same_key_starts_one_draft(call):
    key = uuid4()
    assert start(call, key=key).pk == start(call, key=key).pk
    assert Proposal.objects.count() == 1


def test_track_and_host_follow_from_what_the_applicant_is(call):
    host = a_body("residents_committee", "尚隆苑社区居委会")
    group = registry.register_group(
        name="尚隆苑夕阳互助队", filing_no="WCBA-2026-001", host_id=host.pk, community_code=COMMUNITY,
        by=call.office.clerk, now=OPEN,
    )  # fmt: skip
    head = someone("队长", group.body, "applicant_admin")
    made = start(call, by=head, body=group.body)
    assert (made.track, made.host_id) == ("micro", host.pk)
    own = start(call)
    assert (own.track, own.host_id) == ("light", None)


def test_title_category_and_place_are_lifted_to_columns(call):
    made = start(call)
    save(call, made, data={"title": "银龄守望", "category": "youth_support", "community": NEXT_DOOR})
    made = fresh(made)
    assert (made.title, made.category.code, made.community.code) == ("银龄守望", "youth_support", NEXT_DOOR)
    save(call, made, data={"title": None, "category": None, "community": "汉阳区某社区"})
    made = fresh(made)
    assert (made.title, made.category, made.community) == ("", None, None)
    assert made.outside_place == "汉阳区某社区"
    save(call, made, data={"community": ""})
    assert fresh(made).outside_place == ""


def test_a_section_the_form_does_not_have_is_refused(call):
    with pytest.raises(Refused) as refused:
        save(call, start(call), section="secret")
    assert refused.value.field == "section"


def test_two_tabs_on_one_section_do_not_overwrite_each_other(call):
    made = start(call)
    save(call, made, section_version=0)
    with pytest.raises(Stale):
        save(call, made, data={"title": "另一标签页"}, section_version=0)
    save(call, made, data={"title": "第二次保存"}, section_version=1)
    with pytest.raises(Stale):
        save(call, made, data={"title": "另一标签页"}, section_version=1)
    kept = made.sections.get(section="basics")
    assert (kept.data, kept.row_version) == ({"title": "第二次保存"}, 2)


def test_two_tabs_on_two_sections_do_not_disturb_each_other(call):
    made = start(call)
    save(call, made, section_version=0)
    save(call, made, "need", data={"survey_size": 46}, section_version=0)
    assert made.answers() == {"title": "助浴到家：第二稿", "survey_size": 46}


def test_sections_and_budget_are_written_only_while_the_application_is_editable(call):
    made = call.submitted()
    for state in P.values:
        force(made, state=state)
        if state in EDITABLE:
            save(call, made)
            services.set_budget(proposal_id=made.pk, lines=[line()], by=call.applicant, now=OPEN)
            continue
        with pytest.raises(NotNow):
            save(call, made)
        with pytest.raises(NotNow):
            services.set_budget(proposal_id=made.pk, lines=[], by=call.applicant, now=OPEN)
    assert {*EDITABLE} == {"draft", "returned", "optimising"}
    assert made.budget.count() == 1


def test_the_whole_house_writes_and_nobody_else(call):
    made = call.draft()
    for role in ("applicant_editor", "applicant_finance"):
        save(call, made, by=call.member(call.house, role))
    rival = call.an_organisation("武昌区向阳青少年服务社")
    for by in (rival.admin, call.office.clerk, call.operator, call.office.stranger):
        with pytest.raises(Forbidden):
            save(call, made, by=by)
        with pytest.raises(Forbidden):
            services.set_budget(proposal_id=made.pk, lines=[], by=by, now=OPEN)


def test_a_budget_is_replaced_as_a_whole_and_kept_even_when_its_sums_are_wrong(call):
    made = call.draft(lines=[line(), line(yuan=3_000)])
    assert made.requested_fen == 1_300_000
    services.set_budget(
        proposal_id=made.pk, lines=[line(yuan=500, subtotal_fen=1)], by=call.applicant, now=OPEN
    )
    assert fresh(made).requested_fen == 50_000
    assert [row.subtotal_fen for row in made.budget.all()] == [1]


def test_a_budget_over_a_newer_one_is_stale(call):
    made = call.draft()
    services.set_budget(proposal_id=made.pk, lines=[line(yuan=1)], by=call.applicant, now=OPEN)
    with pytest.raises(Stale) as stale:
        services.set_budget(
            proposal_id=made.pk, lines=[], by=call.applicant, now=OPEN, version=made.row_version
        )
    assert [entry.verb for entry in stale.value.changed] == ["set_budget"]
    assert made.budget.get().grant_fen == 100


def test_the_log_holds_hashes_of_what_was_written_and_not_the_words(call):
    made = start(call)
    save(call, made, data={"title": "王小明的助浴计划"})
    entry = entries_of(made).get(verb="save_section")
    assert entry.payload["section"] == "basics" and len(entry.payload["sha256"]) == 64
    assert "王小明" not in str(entry.payload)
