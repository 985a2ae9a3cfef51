"""The agreement: signed by the grantee with a sealed page, counter-signed by the bureau, or lapsed."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.utils.translation import gettext as _

from core import clock
from core.errors import Late, NotNow, Refused
from core.files.services import store
from core.lifecycle import Receipt, button, changing
from core.policy import Actor, require
from grants.awards.services import lapse_award
from grants.projects.lifecycle import A, J
from grants.projects.models import Agreement, Project
from grants.projects.selectors import agreement_pdf_sha256, unsettled_before
from grants.projects.services.holding import hold_project, needs


@button
def accept_agreement(
    *,
    project_id: int,
    pdf_sha256: str,
    seal_page: bytes,
    filename: str,
    by: Actor,
    now: datetime,
    key: UUID | None = None,
    version: int | None = None,
) -> Receipt:
    """Sign for the grantee: name the PDF that was read and hand in the sealed page.

    Raises Late after the last day for signing, Refused while an earlier project is not settled, or when
    another text than the present one was read.
    """
    project = hold_project(project_id)
    if clock.day_of(now) > project.sign_by:
        raise Late(_("签约期限是 %(day)s，现已超过。") % {"day": f"{project.sign_by:%Y-%m-%d}"})
    _must_have_settled(project)
    with changing(Agreement, project.agreement.pk, by=by, now=now, key=key, version=version) as agreement:
        agreement.accept(by=by)
        _must_be_the_text(agreement, pdf_sha256)
        page = store(
            seal_page,
            filename=filename,
            owner=agreement.project,
            purpose="projects.seal_page",
            by=by,
            now=now,
        )
        agreement.pdf_sha256, agreement.seal_sha256 = pdf_sha256, page.blob.sha256
        agreement.accepted_by_id, agreement.accepted_at = by.user_id, now
        agreement.note(pdf_sha256=pdf_sha256, seal_sha256=page.blob.sha256, content_sha256=agreement.digest)
    return agreement.receipt


def _must_have_settled(project: Project) -> None:
    if project.round.parsed_terms().eligibility.may_sign_after != "settled":
        return
    if open_titles := unsettled_before(project):
        raise Refused(
            _("往届项目“%(title)s”尚未结算，结算后才能签约。") % {"title": open_titles[0]}, code="unsettled"
        )


def _must_be_the_text(agreement: Agreement, pdf_sha256: str) -> None:
    present = agreement_pdf_sha256(agreement)
    if not present:
        raise NotNow(_("协议文本正在生成，请稍后再签。"), code="no_pdf")
    if pdf_sha256 != present:
        raise Refused(_("您看到的协议文本与现行文本不一致，请重新打开后再签。"), code="other_text")


@button
def sign_project(
    *,
    project_id: int,
    pdf_sha256: str,
    by: Actor,
    now: datetime,
    key: UUID | None = None,
    version: int | None = None,
) -> Receipt:
    """Counter-sign for the bureau: the project runs from today, or from the start date if that is later."""
    with changing(Project, project_id, by=by, now=now, key=key, version=version) as project:
        with changing(Agreement, project.agreement.pk, by=by, now=now) as agreement:
            agreement.countersign(by=by)
            if pdf_sha256 != agreement.pdf_sha256:
                raise Refused(_("您看到的协议文本与对方签署的不一致，请重新打开后再签。"), code="other_text")
            agreement.countersigned_by_id, agreement.countersigned_at = by.user_id, now
            agreement.note(pdf_sha256=pdf_sha256, seal_sha256=agreement.seal_sha256)
        project.agreement = agreement
        project.signed_on = clock.day_of(now)
        project.sign(by=by)
        project.note(pdf_sha256=pdf_sha256, signed_on=project.signed_on.isoformat())
    return project.receipt


@button
def lapse_project(
    *,
    project_id: int,
    reason: str,
    by: Actor,
    now: datetime,
    renounced: bool = False,
    key: UUID | None = None,
    version: int | None = None,
) -> Project:
    """Take an unsigned award back after its last day, or at once when the grantee renounced it in writing.

    Its money is free; the waiting list moves up by ``awards.services.promote_waitlisted``.
    """
    project = Project.objects.get(pk=project_id)
    require(by, "projects.lapse", project)
    if project.state != J.AWAITING_AGREEMENT or project.agreement.state != A.PREPARED:
        raise NotNow(_("协议已由申报单位签署，不能按逾期处理。"))
    lapse_award(award_id=project.award_id, reason=needs(reason), renounced=renounced, by=by, now=now)
    return Project.objects.get(pk=project_id)


@button
def mark_lapsed(*, award_id: int, by: Actor, now: datetime, key: UUID | None = None) -> Receipt:
    """Follow a lapsed award; refused, and with it the lapse, when the project was signed meanwhile."""
    project = Project.objects.get(award_id=award_id)
    with changing(Project, project.pk, by=by, now=now, key=key) as held:
        held.lapse(by=by)
    return held.receipt
