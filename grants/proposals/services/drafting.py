"""Writing an application: sections and budget, saved as often as the applicant likes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from core.audit.digest import canonical, sha256
from core.errors import NotNow, Refused, Stale
from core.lifecycle import Receipt, button, changing, creating
from core.policy import Actor
from grants.proposals.lifecycle import P
from grants.proposals.models import BudgetLine, Proposal, SectionAnswers
from grants.proposals.rules.answers import section_keys
from grants.proposals.selectors import default_track
from grants.proposals.selectors.writing import budget_mark
from grants.rounds.lifecycle import R
from grants.rounds.models import Round
from grants.rounds.selectors import application_window
from orgs.areas.models import Community
from orgs.people.models import Body
from orgs.registry.models import CommunityGroup


@button
def start_draft(
    *, round_id: int, applicant: Body, by: Actor, now: datetime, key: UUID | None = None
) -> Proposal:
    """Open a draft; host and track follow from what the applicant is.

    Drafts may be written from the publication of the call on; they are handed in only while the window is
    open. Raises Refused when the round takes no applications any more.
    """
    round_ = Round.objects.get(pk=round_id)
    if round_.state != R.PUBLISHED or application_window(round_).is_over(now):
        raise Refused(_("本届申报已经截止或尚未发布，不能新建申报。"))
    group = CommunityGroup.objects.filter(body=applicant).select_related("host").first()
    proposal = Proposal(
        round=round_,
        applicant=applicant,
        host=group.host if group else None,
        track=default_track(round_.parsed_terms(), is_group=group is not None),
    )
    return creating(proposal, by=by, now=now, key=key, permission="proposals.draft", verb="start_draft")


def writable(proposal: Proposal) -> None:
    """Raise NotNow unless the applicant may still write."""
    if not proposal.is_editable:
        raise NotNow(_("这份申报已经提交，现在不能修改。"), verb="edit", state=proposal.state)


@button
def save_section(
    *,
    proposal_id: int,
    section: str,
    data: Mapping[str, Any],
    by: Actor,
    now: datetime,
    key: UUID | None = None,
    section_version: int | None = None,
) -> Receipt:
    """Save one section as it stands, complete or not; two tabs never overwrite each other.

    ``section_version`` is the version of the section that the page showed (0: nothing saved yet; None: do not
    ask). Raises Stale when another tab saved in between, Refused for a section the form does not have.
    """
    with changing(
        Proposal, proposal_id, by=by, now=now, key=key, verb="save_section", permission="proposals.edit"
    ) as proposal:
        writable(proposal)
        form = proposal.round.form
        if form is None or section not in section_keys(form.schema):
            raise Refused(_("申报表没有这一章节。"), field="section")
        kept = proposal.sections.filter(section=section).first()
        if kept and section_version is not None and kept.row_version != section_version:
            raise Stale()
        row = kept or SectionAnswers(proposal=proposal, section=section, row_version=0)
        row.data, row.saved_at, row.saved_by_id = dict(data), now, by.user_id
        row.row_version += 1
        row.save()
        if proposal.state == P.DRAFT:
            lift(proposal, data)
        proposal.note(section=section, sha256=sha256(canonical(data)))
    return proposal.receipt


def lift(proposal: Proposal, data: Mapping[str, Any]) -> None:
    """Copy what lists sort and filter by from the answers to columns.

    Officers read the columns: once handed in, they stay as handed in until the next version is.
    """
    if "title" in data:
        proposal.title = str(data["title"] or "")[:80]
    if "category" in data:
        proposal.category = proposal.round.categories.filter(code=data["category"]).first()
    if "community" in data:
        proposal.community = Community.objects.filter(code=data["community"]).first()
        known = proposal.community is not None or not data["community"]
        proposal.outside_place = "" if known else str(data["community"])[:80]


def lift_request(proposal: Proposal, rows: Iterable[BudgetLine]) -> None:
    """Copy the sum that is asked for from the budget to its column."""
    proposal.requested_fen = max(0, sum(row.grant_fen for row in rows))


@button
def set_budget(
    *,
    proposal_id: int,
    lines: Sequence[Mapping[str, Any]],
    by: Actor,
    now: datetime,
    key: UUID | None = None,
    version: int | None = None,
    seen: str | None = None,
) -> Receipt:
    """Replace the budget; a line is a mapping with the columns of BudgetLine, amounts in fen.

    Sums that do not add up are kept as written and reported at submission, so that nothing is lost.
    ``seen`` is the mark of the budget that the page showed; Stale when another tab saved a different one.
    """
    with changing(
        Proposal,
        proposal_id,
        by=by,
        now=now,
        key=key,
        version=version,
        verb="set_budget",
        permission="proposals.edit",
    ) as proposal:
        writable(proposal)
        if seen is not None and seen != budget_mark(proposal.budget.all()):
            raise Stale()
        rows = [BudgetLine(proposal=proposal, no=no, **line) for no, line in enumerate(lines, start=1)]
        proposal.budget.all().delete()
        BudgetLine.objects.bulk_create(rows)
        if proposal.state == P.DRAFT:
            lift_request(proposal, rows)
        proposal.note(lines=len(rows), sha256=sha256(canonical([dict(line) for line in lines])))
    return proposal.receipt
