"""Questions about audits, settlements and archives."""

from __future__ import annotations

from datetime import datetime

from django.db.models import Q, QuerySet, Sum
from django.utils.translation import gettext_lazy as _

from core.policy import APPLICANT_ROLES, BUREAU_ROLES, Actor, Role
from core.todo import Pending
from grants.audits.lifecycle import E, F
from grants.audits.models import AuditPage, Engagement, Finding, ProjectArchive
from grants.projects.lifecycle import J
from grants.projects.models import Project
from grants.rounds.models import Round

__all__ = [
    "archives_of",
    "disallowed_before_the_audit_ends",
    "pages_to_settle",
    "sampled_share",
    "todo_for",
    "visible_pages",
]


def sampled_share(engagement: Engagement) -> tuple[int, int]:
    """Return the money looked at and all the money claimed, in fen."""
    sums = engagement.pages.aggregate(sampled=Sum("sampled_fen"), claimed=Sum("claimed_fen"))
    return int(sums["sampled"] or 0), int(sums["claimed"] or 0)


def disallowed_before_the_audit_ends(page: AuditPage) -> int:
    """Return what findings put in doubt so far, decided or not."""
    open_or_upheld = page.findings.exclude(state=F.LIFTED)
    return sum(one.disallowed_fen if one.final_fen is None else one.final_fen for one in open_or_upheld)


def pages_to_settle(round_: Round) -> QuerySet[AuditPage]:
    """Return the pages of a concluded audit whose project is not settled yet."""
    concluded = AuditPage.objects.filter(engagement__round=round_, engagement__state=E.CONCLUDED)
    return (
        concluded.filter(settlement__isnull=True, project__state=J.AUDITING)
        .select_related("project")
        .order_by("project__number")
    )


def archives_of(round_: Round) -> QuerySet[ProjectArchive]:
    """Return the sealed files of a round."""
    return (
        ProjectArchive.objects.filter(project__round=round_)
        .select_related("project", "pack")
        .order_by("number")
    )


def visible_pages(actor: Actor) -> QuerySet[AuditPage]:
    """Return the audit pages a person may open; the same rows as ``audits.view``."""
    seen = Q(pk__in=[])
    for grant in actor.grants:
        if grant.role in {
            *BUREAU_ROLES,
            Role.SUPERVISOR,
            Role.FINANCE_CLERK,
            Role.FINANCE_APPROVER,
            Role.CASHIER,
        }:
            seen |= Q(pk__isnull=False)  # an empty Q joined by | would drop out
        elif grant.role == Role.AUDITOR:
            seen |= Q(engagement__firm_id=grant.body_id)
        elif grant.role in {*APPLICANT_ROLES, Role.COMMUNITY_WORKER}:
            own = Q(project__applicant_id=grant.body_id) | Q(project__payee_id=grant.body_id)
            seen |= own & ~Q(engagement__state__in=[E.ENGAGED, E.FIELDWORK])
    mine = Q(project__applicant_id__in=actor.interests) | Q(project__payee_id__in=actor.interests)
    found = AuditPage.objects.filter(seen)
    return found.exclude(mine) if actor.interests else found


def todo_for(actor: Actor, now: datetime) -> list[Pending]:
    """Return what waits for this person about audits and archives."""
    todos: list[Pending] = []
    if firms := actor.bodies(Role.AUDITOR):
        mine = Engagement.objects.filter(firm_id__in=firms)
        unchecked = AuditPage.objects.filter(engagement__in=mine, checked_at__isnull=True)
        undecided = Finding.objects.filter(
            page__engagement__in=mine.filter(state=E.REPLIED), state__in=[F.RAISED, F.REPLIED]
        )
        todos.append(Pending(_("待开始的审计"), mine.filter(state=E.ENGAGED)))
        todos.append(Pending(_("待核对的项目"), unchecked.filter(engagement__state=E.FIELDWORK)))
        todos.append(Pending(_("待作结论的审计发现"), undecided))
    if bodies := actor.bodies(Role.APPLICANT_ADMIN, Role.APPLICANT_FINANCE, Role.COMMUNITY_WORKER):
        raised = Finding.objects.filter(
            state=F.RAISED, page__engagement__state=E.FINDINGS_ISSUED, page__project__payee_id__in=bodies
        )
        todos.append(Pending(_("待答复的审计发现"), raised, "page__engagement__reply_by"))
    if actor.has(Role.SECTION_CHIEF):
        waiting = AuditPage.objects.filter(engagement__state=E.CONCLUDED, settlement__isnull=True)
        todos.append(Pending(_("待结算的项目"), waiting.filter(project__state=J.AUDITING)))
    if actor.has(Role.CLERK):
        todos.append(Pending(_("待归档的项目"), Project.objects.filter(state=J.CLOSED)))
    return todos
