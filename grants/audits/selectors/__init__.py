"""Questions about audits, settlements and archives."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet, Sum
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from core.policy import APPLICANT_ROLES, BUREAU_ROLES, Actor, Role, check
from core.todo import Pending
from grants.audits.lifecycle import E, F
from grants.audits.models import AuditPage, Engagement, Finding, ProjectArchive
from grants.projects.lifecycle import J
from grants.projects.models import Project
from grants.projects.selectors.seen import Link
from grants.rounds.models import Round

OFFICES = (*BUREAU_ROLES, Role.SUPERVISOR, Role.FINANCE_CLERK, Role.FINANCE_APPROVER, Role.CASHIER)

__all__ = [
    "archives_of",
    "audit_links",
    "disallowed_before_the_audit_ends",
    "pages_to_settle",
    "rounds_to_audit",
    "sampled_share",
    "todo_for",
    "visible_engagements",
    "visible_findings",
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
        if grant.role in OFFICES:
            seen |= Q(pk__isnull=False)  # an empty Q joined by | would drop out
        elif grant.role == Role.AUDITOR:
            seen |= Q(engagement__firm_id=grant.body_id)
        elif grant.role in {*APPLICANT_ROLES, Role.COMMUNITY_WORKER}:
            own = Q(project__applicant_id=grant.body_id) | Q(project__payee_id=grant.body_id)
            seen |= own & ~Q(engagement__state__in=[E.ENGAGED, E.FIELDWORK])
    mine = Q(project__applicant_id__in=actor.interests) | Q(project__payee_id__in=actor.interests)
    found = AuditPage.objects.filter(seen)
    return found.exclude(mine) if actor.interests else found


def visible_engagements(actor: Actor) -> QuerySet[Engagement]:
    """Return the engagements a person may open; the same rows as ``audits.view``."""
    firms = actor.bodies(Role.AUDITOR)
    found = Engagement.objects.all() if actor.has(*OFFICES) else Engagement.objects.filter(firm_id__in=firms)
    return found.exclude(firm_id__in=actor.interests) if actor.interests else found


def visible_findings(actor: Actor) -> QuerySet[Finding]:
    """Return the findings on the pages a person may open."""
    return Finding.objects.filter(page__in=visible_pages(actor))


def rounds_to_audit() -> QuerySet[Round]:
    """Return the rounds with projects that wait for an auditor and have none engaged."""
    waiting = Project.objects.filter(state=J.AUDITING).values("round_id")
    return Round.objects.filter(pk__in=waiting, engagement__isnull=True)


def audit_links(project: Project, actor: Actor) -> list[Link]:
    """Return the ways from a project's page to its audit and its archive."""
    links: list[Link] = []
    page = AuditPage.objects.filter(project=project).select_related("engagement").first()
    if page is not None:
        page.project = project
        if check(actor, "audits.view", page):
            links.append(Link(_("审计与结算"), page.get_absolute_url()))
    if project.state in (J.CLOSED, J.ARCHIVED) and check(actor, "audits.read_archive", project):
        links.append(Link(_("归档"), reverse("archive_file", args=[project.public_id])))
    return links


def todo_for(actor: Actor, now: datetime) -> list[Pending]:
    """Return what waits for this person about audits and archives."""
    return [*_todo_of_auditor(actor), *_todo_of_grantee(actor), *_todo_of_bureau(actor)]


PAGE: dict[str, Any] = {
    "page": "audit_page",
    "titled": "project__title",
    "keys": ("engagement__public_id", "public_id"),
}


def _todo_of_auditor(actor: Actor) -> list[Pending]:
    firms = actor.bodies(Role.AUDITOR)
    if not firms:
        return []
    mine = Engagement.objects.filter(firm_id__in=firms)
    pages = AuditPage.objects.filter(engagement__in=mine)
    unchecked = pages.filter(checked_at__isnull=True, engagement__state=E.FIELDWORK)
    still = Exists(AuditPage.objects.filter(engagement=OuterRef("pk"), checked_at__isnull=True))
    open_ = Exists(Finding.objects.filter(page__engagement=OuterRef("pk"), state__in=[F.RAISED, F.REPLIED]))
    undecided = Finding.objects.filter(
        page__engagement__in=mine.filter(state=E.REPLIED), state__in=[F.RAISED, F.REPLIED]
    )
    return [
        _step(_("待开始的审计"), mine, E.ENGAGED),
        Pending(_("待核对的项目"), unchecked, url_name="audit_pages", query="stage=unchecked", **PAGE),
        _step(_("待发出的审计发现"), mine.filter(~still), E.FIELDWORK),
        _step(_("待收齐的答复"), mine, E.FINDINGS_ISSUED, "reply_by"),
        Pending(_("待作结论的审计发现"), undecided, url_name="findings", query="stage=undecided"),
        _step(_("待出具结论的审计"), mine.filter(~open_), E.REPLIED),
    ]


def _step(label: Any, rows: QuerySet[Engagement], state: str, due: str = "") -> Pending:
    return Pending(
        label,
        rows.filter(state=state),
        due,
        url_name="engagements",
        query=f"state={state}",
        page="engagement",
    )


def _todo_of_grantee(actor: Actor) -> list[Pending]:
    bodies = actor.bodies(Role.APPLICANT_ADMIN, Role.APPLICANT_FINANCE, Role.COMMUNITY_WORKER)
    if not bodies:
        return []
    raised = Finding.objects.filter(
        state=F.RAISED, page__engagement__state=E.FINDINGS_ISSUED, page__project__payee_id__in=bodies
    )
    label = _("待答复的审计发现")
    return [
        Pending(label, raised, "page__engagement__reply_by", url_name="findings", query="stage=unanswered")
    ]


def _todo_of_bureau(actor: Actor) -> list[Pending]:
    todos: list[Pending] = []
    if actor.has(Role.SECTION_CHIEF):
        waiting = AuditPage.objects.filter(engagement__state=E.CONCLUDED, settlement__isnull=True)
        todos.append(Pending(_("待委托审计的届次"), rounds_to_audit(), url_name="engage"))
        todos.append(
            Pending(
                _("待结算的项目"), waiting.filter(project__state=J.AUDITING), url_name="audit_pages",
                query="stage=unsettled", **PAGE,
            )
        )  # fmt: skip
    if actor.has(Role.CLERK):
        closed = Project.objects.filter(state=J.CLOSED)
        todos.append(
            Pending(
                _("待归档的项目"),
                closed,
                url_name="archive",
                query="state=closed",
                page="archive_file",
                titled="title",
            )
        )
    return todos
