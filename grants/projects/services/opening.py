"""From award to project: approved budget, agreement as frozen values."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from core.audit.digest import canonical, sha256
from core.lifecycle import button, creating
from core.money import capital, tranche_amounts
from core.policy import Actor
from grants.awards.models import Award
from grants.projects import rules
from grants.projects.events import AgreementPrepared, ProjectOpened
from grants.projects.models import Agreement, BudgetVersion, BudgetVersionLine, Project


@button
def open_project(*, award_id: int, by: Actor, now: datetime, key: UUID | None = None) -> Project:
    """Open the project of an award: its budget cut to what was awarded, its agreement ready to be signed."""
    award = Award.objects.select_related("proposal__applicant", "proposal__host", "round", "source").get(
        pk=award_id
    )
    proposal, terms = award.proposal, award.round.parsed_terms()
    project = Project(
        award=award,
        round=award.round,
        applicant=proposal.applicant,
        payee=proposal.host or proposal.applicant,
        number=award.project_no,
        title=proposal.title,
        track=proposal.track,
        award_fen=award.amount_fen,
        has_midterm=terms.tracks[proposal.track].midterm,
        sign_by=award.sign_by,
        starts_on=terms.day("project_start"),
        ends_on=terms.day("project_end"),
    )
    creating(
        project,
        by=by,
        now=now,
        key=key,
        permission="projects.open",
        verb="open",
        fact=ProjectOpened,
        award_fen=award.amount_fen,
    )
    asked = [
        rules.Line(line.no, line.code, line.item, line.grant_fen, line.linked_activity)
        for line in proposal.budget.order_by("no")
    ]
    budget = write_budget(
        project, rules.cut(asked, award.amount_fen), "立项核定预算", is_approved=True, now=now
    )
    _prepare_agreement(project, budget, by=by, now=now)
    return project


def write_budget(
    project: Project, lines: Sequence[rules.Line], reason: str, *, is_approved: bool, now: datetime
) -> BudgetVersion:
    """Append a budget version; versions are never rewritten."""
    digest = sha256(canonical([[line.no, line.code, line.item, line.amount_fen] for line in lines]))
    version = BudgetVersion.objects.create(
        project=project,
        no=project.budgets.count() + 1,
        is_approved=is_approved,
        reason=reason[:200],
        digest=digest,
        made_at=now,
    )
    BudgetVersionLine.objects.bulk_create(
        BudgetVersionLine(
            version=version,
            no=line.no,
            code=line.code,
            item=line.item,
            amount_fen=line.amount_fen,
            linked_activity=line.linked_activity,
        )
        for line in lines
    )
    return version


def _prepare_agreement(project: Project, budget: BudgetVersion, *, by: Actor, now: datetime) -> Agreement:
    content = agreement_content(project, budget)
    agreement = Agreement(project=project, content=content, digest=sha256(canonical(content)))
    return creating(
        agreement,
        by=by,
        now=now,
        permission="projects.prepare_agreement",
        verb="prepare",
        fact=AgreementPrepared,
        content_sha256=agreement.digest,
    )


def agreement_content(project: Project, budget: BudgetVersion) -> dict[str, Any]:
    """Return everything the agreement says, as plain values; its hash is what both sides agree on."""
    award, round_ = project.award, project.round
    track = round_.parsed_terms().tracks[project.track]
    amounts = tranche_amounts(project.award_fen, [tranche.percent for tranche in track.tranches])
    return {
        "number": project.number,
        "title": project.title,
        "round": round_.name,
        "instrument": round_.instrument,
        "terms_sha256": round_.terms_digest,
        "proposal_version": award.proposal.version_no,
        "host": round_.signatory or round_.host.name,
        "payee": project.payee.name,
        "applicant": project.applicant.name,
        "source": award.source.name,
        "amount_fen": project.award_fen,
        "amount_capital": capital(project.award_fen),
        "starts_on": project.starts_on.isoformat(),
        "ends_on": project.ends_on.isoformat(),
        "sign_by": project.sign_by.isoformat(),
        "tranches": [
            {"no": no, "percent": term.percent, "condition": term.condition, "amount_fen": amount}
            for no, (term, amount) in enumerate(zip(track.tranches, amounts, strict=True), start=1)
        ],
        "budget": [
            {"no": line.no, "code": line.code, "item": line.item, "amount_fen": line.amount_fen}
            for line in budget.lines.order_by("no")
        ],
    }
