"""Handing in: to the second, with every fault named, one application per applicant, one version per press."""

from __future__ import annotations

from uuid import uuid4

import pytest
from django.db import DatabaseError, connection, transaction
from django.test.utils import CaptureQueriesContext

from core.audit.digest import canonical, sha256
from core.audit.selectors import entries_of
from core.audit.verify import problems
from core.errors import Forbidden, KeyReused, Late, NotNow, Refused, RulesBroken, Stale
from grants.proposals import services
from grants.proposals.models import ProposalVersion, SectionAnswers
from grants.rounds import services as rounds
from tests.grants.applying import (
    COMMUNITY,
    DEADLINE,
    OPEN,
    OPENS,
    SCREENING,
    SECOND,
    at,
    fresh,
    line,
)

pytestmark = pytest.mark.django_db


def extend(call, until):
    rounds.extend_deadline(
        round_id=call.round.pk, deadline="applications_close", until=until, reason="网络故障",
        by=call.office.section_chief, now=OPEN,
    )  # fmt: skip


@pytest.mark.parametrize("now", [OPENS, DEADLINE])
def test_the_first_and_the_last_second_count(call, now):
    made = call.draft()
    call.submit(made, now=now)
    made = fresh(made)
    assert (made.state, made.submitted_at, made.version_no) == ("submitted", now, 1)
    assert made.number == "SQ-WCCT-2026-0001"


def test_one_second_late_is_late_and_the_draft_is_kept(call):
    made = call.draft()
    with pytest.raises(Late) as late:
        call.submit(made, now=DEADLINE + SECOND)
    assert "2026-04-28 17:30:00" in str(late.value) and "2026-04-28 17:30:01" in str(late.value)
    kept = fresh(made)
    assert (kept.state, kept.number, kept.answers()) == ("draft", None, made.answers())


def test_one_second_early_is_refused(call):
    with pytest.raises(Refused) as refused:
        call.submit(call.draft(), now=OPENS - SECOND)
    assert refused.value.code == "not_open"


def test_an_extension_moves_the_last_second_for_everybody(call):
    made, until = call.draft(), at("2026-04-30 17:30")
    extend(call, until)
    with pytest.raises(Late):
        call.submit(made, now=until + SECOND)
    call.submit(made, now=until)
    assert fresh(made).state == "submitted"


def test_after_selection_has_begun_it_is_late_and_not_too_early(call):
    made = call.draft()
    rounds.start_selection(round_id=call.round.pk, by=call.office.section_chief, now=SCREENING)
    with pytest.raises(Late):
        call.submit(made, now=SCREENING)


def test_an_incomplete_form_is_refused_with_every_violation_and_kept(call):
    bad = [line(subtotal_fen=1, linked_activity="外出考察")]
    made = call.draft(title="短", survey_size=4, pledge="", lines=bad)
    with pytest.raises(RulesBroken) as broken:
        call.submit(made)
    found = [(violation.code, violation.subject) for violation in broken.value.violations]
    assert found == [
        ("C1", "pledge"), ("C2", "title"), ("C3", "survey_size"),
        ("B1", "budget-1"), ("B2", "budget-1"), ("B8", "budget-1"),
    ]  # fmt: skip
    kept = fresh(made)
    assert (kept.state, kept.number, kept.slot, kept.versions.count()) == ("draft", None, None, 0)
    assert kept.answers() == made.answers() and kept.budget.get().subtotal_fen == 1
    assert not kept.consents.exists()


def test_an_empty_draft_names_each_required_answer(call):
    made = services.start_draft(
        round_id=call.round.pk, applicant=call.house.body, by=call.applicant, now=OPEN
    )
    with pytest.raises(RulesBroken) as broken:
        call.submit(made)
    codes = [violation.code for violation in broken.value.violations]
    assert codes.count("C1") == 18 and codes[18:] == ["B11", "B3"]


@pytest.mark.parametrize(("yuan", "goes"), [(20_000, True), (20_001, False)])
def test_the_cap_may_be_asked_for_and_not_a_yuan_more(call, yuan, goes):
    made = call.draft(lines=[line(yuan=yuan)])
    if goes:
        call.submit(made)
        assert fresh(made).state == "submitted"
        return
    with pytest.raises(RulesBroken) as broken:
        call.submit(made)
    assert [str(v) for v in broken.value.violations] == ["申请资金 20,001.00 元，超过本类上限 20,000.00 元"]
    assert fresh(made).requested_fen == 2_000_100


def test_the_chart_of_accounts_of_the_district_decides_what_counts_towards_a_cap(call):
    staff = [line(yuan=5_900), line(code="101", item="专职补贴", yuan=4_100)]
    with pytest.raises(RulesBroken) as broken:
        call.submit(call.draft(lines=staff))
    assert [violation.code for violation in broken.value.violations] == ["B4"]


def test_an_applicant_has_one_application_and_a_free_place_after_withdrawing(call):
    first, second = call.draft(), call.draft(title="第二个项目：邻里食堂")
    call.submit(first)
    with pytest.raises(Refused) as refused:
        call.submit(second)
    assert refused.value.code == "one_proposal_per_applicant" and fresh(second).state == "draft"
    services.withdraw_proposal(proposal_id=first.pk, by=call.applicant, now=OPEN)
    call.submit(second)
    assert fresh(first).state == "withdrawn"
    assert (fresh(second).state, fresh(second).number) == ("submitted", "SQ-WCCT-2026-0002")


def test_another_applicant_is_not_in_the_way(call):
    call.submitted()
    assert call.submitted(call.an_organisation("武昌区向阳青少年服务社")).slot == 1


def test_the_same_key_gets_the_same_receipt_and_one_version(call):
    made, key = call.draft(), uuid4()
    receipt = call.submit(made, key=key)
    again = call.submit(made, key=key, now=DEADLINE + SECOND)
    assert again == receipt and receipt.number.startswith("HZ20260420-")
    assert made.versions.count() == 1 and made.consents.count() == 1
    with pytest.raises(NotNow):
        call.submit(made, key=uuid4())
    with pytest.raises(KeyReused):
        call.submit(call.draft(), key=key)


def test_the_receipt_names_the_entry_of_the_log(call):
    made = call.draft()
    receipt = call.submit(made)
    entry = entries_of(made).get(verb="submit")
    assert (receipt.entry_seq, receipt.entry_hash) == (entry.seq, entry.hash)
    assert entry.payload["sha256"] == made.versions.get().digest


def test_a_page_from_before_another_save_is_stale(call):
    made = call.draft()
    services.set_budget(proposal_id=made.pk, lines=[line()], by=call.applicant, now=OPEN)
    with pytest.raises(Stale):
        call.submit(made, version=made.row_version)


def test_only_the_person_in_charge_hands_in_and_takes_back(call):
    empty = services.start_draft(
        round_id=call.round.pk, applicant=call.house.body, by=call.applicant, now=OPEN
    )
    others = [call.member(call.house, role) for role in ("applicant_editor", "applicant_finance")]
    rival = call.an_organisation("武昌区向阳青少年服务社").admin
    for by in (*others, rival, call.office.clerk, call.office.leader, call.operator, call.office.stranger):
        with pytest.raises(Forbidden):  # and is told nothing of what the draft lacks
            call.submit(empty, by=by)
        with pytest.raises(Forbidden):
            services.withdraw_proposal(proposal_id=empty.pk, by=by, now=OPEN)


def test_a_version_freezes_what_was_handed_in(call):
    made = call.submitted()
    frozen = made.versions.get()
    assert frozen.digest == sha256(canonical(frozen.snapshot))
    assert frozen.snapshot["answers"] == made.answers()
    assert frozen.snapshot["requested_fen"] == 1_000_000 and frozen.snapshot["community"] == COMMUNITY
    assert frozen.snapshot["terms_sha256"] == call.round.terms_digest
    SectionAnswers.objects.filter(proposal=made).update(data={})
    assert made.versions.get().snapshot == frozen.snapshot
    assert problems("I3", "I3v") == []


@pytest.mark.parametrize("how", ["update", "delete"])
def test_the_database_refuses_to_rewrite_a_version(call, how):
    rows = ProposalVersion.objects.filter(pk=call.submitted().versions.get().pk)
    with pytest.raises(DatabaseError), transaction.atomic():
        if how == "update":
            rows.update(snapshot={})
        else:
            rows._raw_delete(rows.db)
    assert rows.get().snapshot != {}


def test_verify_names_a_version_whose_content_is_not_its_hash(call):
    made = call.submitted()
    forged = ProposalVersion.objects.create(
        proposal=made, no=2, snapshot={"title": "伪造"}, digest=made.versions.get().digest, submitted_at=OPEN
    )
    assert [p.where for p in problems("I3")] == [f"proposals.proposalversion:{forged.pk}"]
    assert [p.where for p in problems("I3v")] == [f"proposals.proposal:{made.pk}"]


def queries_of(call, house, **changes):
    made, by = call.draft(house, **changes), house.admin
    with CaptureQueriesContext(connection) as seen:
        call.submit(made, by=by)
    brackets = ("SAVEPOINT", "RELEASE")
    return sum(not query["sql"].startswith(brackets) for query in seen.captured_queries)


def test_handing_in_asks_the_database_as_little_for_many_as_for_one(call):
    first = queries_of(call, call.house)  # opens the counter of the round
    second = queries_of(call, call.an_organisation("武昌区第一服务中心"))
    lines = [line(yuan=1_000, item=f"物资{n}") for n in range(8)]
    busy = queries_of(call, call.an_organisation("武昌区第二服务中心"), lines=lines)
    assert busy == second <= first <= 25


def test_an_application_is_taken_back_at_any_time_before_the_award(call):
    made = call.eligible()
    services.withdraw_proposal(
        proposal_id=made.pk, reason="人员变动", by=call.applicant, now=at("2026-05-20 10:00")
    )
    assert fresh(made).state == "withdrawn"
    with pytest.raises(NotNow):
        services.withdraw_proposal(proposal_id=made.pk, by=call.applicant, now=at("2026-05-20 11:00"))
