"""The agreement: two sides, one text, in time, and only after the last project was settled."""

from __future__ import annotations

import pytest
from django.db import IntegrityError, transaction

from core.errors import Forbidden, Late, NotNow, Refused
from core.policy import Actor, Grant
from grants.awards.services import promote_waitlisted
from grants.payments.selectors import standings
from grants.projects import services
from grants.projects.models import Agreement
from grants.proposals.services import record_prior_funding
from tests.grants.funding import AWARDED, SIGNED, Fund, at, png, sha256
from tests.grants.tables import force

pytestmark = pytest.mark.django_db
LAST_MOMENT, TOO_LATE = at("2026-06-30", 23), at("2026-07-01", 0)


def accept(fund, digest, now=SIGNED, by=None):
    return services.accept_agreement(
        project_id=fund.grantee.pk, pdf_sha256=digest, seal_page=png(), filename="签章页.png",
        by=by or fund.grantee.admin, now=now,
    )  # fmt: skip


def test_both_records_carry_the_hash_of_the_text_and_of_the_sealed_page(fund):
    fund.sign()
    agreement = Agreement.objects.get()
    assert agreement.pdf_sha256 and agreement.seal_sha256 == sha256(png())
    assert agreement.accepted_by_id == fund.grantee.admin.user_id
    assert agreement.countersigned_by_id == fund.office.section_chief.user_id


def test_signed_in_the_last_minute_counts_and_a_minute_later_does_not(fund):
    digest = fund.print_agreement(fund.grantee)
    with pytest.raises(Late):
        accept(fund, digest, TOO_LATE)
    accept(fund, digest, LAST_MOMENT)
    services.sign_project(project_id=fund.grantee.pk, pdf_sha256=digest, by=fund.office.leader, now=TOO_LATE)
    assert fund.grantee.project.signed_on == TOO_LATE.date()  # the bureau's own delay hurts nobody


def test_nothing_is_signed_before_the_text_is_rendered_nor_another_text(fund):
    with pytest.raises(NotNow) as refused:
        accept(fund, "0" * 64)
    assert refused.value.code == "no_pdf"
    digest = fund.print_agreement(fund.grantee)
    with pytest.raises(Refused) as refused:
        accept(fund, "0" * 64)
    assert refused.value.code == "other_text"
    accept(fund, digest)
    with pytest.raises(Refused) as refused:
        services.sign_project(
            project_id=fund.grantee.pk, pdf_sha256="0" * 64, by=fund.office.leader, now=SIGNED
        )
    assert refused.value.code == "other_text"


def test_one_person_does_not_sign_for_both_sides(fund):
    digest = fund.accept()
    admin = fund.grantee.admin
    both = Actor(admin.user_id, admin.person_id, (*admin.grants, Grant("section_chief")))
    with pytest.raises(Forbidden):
        services.sign_project(project_id=fund.grantee.pk, pdf_sha256=digest, by=both, now=SIGNED)
    with pytest.raises(IntegrityError), transaction.atomic():
        force(Agreement.objects.get(), state="signed", countersigned_by_id=admin.user_id)


def test_the_rival_does_not_sign(fund):
    rival = Fund.__new__(Fund)  # a second applicant of the same round needs no second round
    rival.office, rival.round = fund.office, fund.round
    from tests.grants.funding import Grantee

    other = Grantee(rival, "武昌区对岸社工服务中心", 99)
    digest = fund.print_agreement(fund.grantee)
    with pytest.raises(Forbidden):
        accept(fund, digest, by=other.admin)
    with pytest.raises(Forbidden):
        accept(fund, digest, by=fund.grantee.finance)


def test_a_grantee_of_last_year_signs_only_after_settlement(fund):
    old = record_prior_funding(
        applicant=fund.grantee.body,
        title="去年的项目",
        year=2025,
        funder="区民政委",
        is_ours=True,
        report_filed=True,
        settled=False,
        by=fund.office.clerk,
        now=AWARDED,
    )
    digest = fund.print_agreement(fund.grantee)
    with pytest.raises(Refused) as refused:
        accept(fund, digest)
    assert refused.value.code == "unsettled" and "去年的项目" in str(refused.value)
    force(old, settled=True)
    accept(fund, digest)


def test_the_host_signs_and_is_paid_for_its_group(fund):
    from tests.orgs.builders import a_body, someone

    host = a_body("residents_committee", "首义路街道某社区居民委员会")
    force(fund.grantee.project, payee_id=host.pk)
    digest = fund.print_agreement(fund.grantee)
    with pytest.raises(Forbidden):
        accept(fund, digest)
    accept(fund, digest, by=someone("袁主任", host, "community_worker"))


def test_an_award_nobody_signs_lapses_and_its_money_is_free(fund):
    lapse = {"project_id": fund.grantee.pk, "reason": "逾期未签约", "by": fund.office.section_chief}
    with pytest.raises(Refused):
        services.lapse_project(now=LAST_MOMENT, **lapse)
    services.lapse_project(now=TOO_LATE, **lapse)
    project = fund.grantee.project
    assert (project.state, project.award.state, project.award.proposal.state) == (
        "lapsed",
        "lapsed",
        "lapsed",
    )
    assert [t.state for t in project.tranches.all()] == ["cancelled"] * 3
    for source in standings(fund.round).values():
        assert (source.available_fen, source.committed_fen) == (source.appropriation_fen, 0)


def test_a_grantee_may_renounce_in_writing_before_the_day(fund):
    services.lapse_project(
        project_id=fund.grantee.pk,
        reason="书面放弃",
        renounced=True,
        by=fund.office.section_chief,
        now=SIGNED,
    )
    assert fund.grantee.project.state == "lapsed"


def test_what_the_grantee_signed_does_not_lapse(fund):
    fund.accept()
    with pytest.raises(NotNow):
        services.lapse_project(
            project_id=fund.grantee.pk, reason="逾期", by=fund.office.section_chief, now=TOO_LATE
        )


def test_nobody_waits_when_everybody_was_funded(fund):
    with pytest.raises(Refused):
        promote_waitlisted(
            round_id=fund.round.pk, category="elderly_disability", by=fund.office.leader, now=TOO_LATE
        )
