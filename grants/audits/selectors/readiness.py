"""What stands between many projects and their archive, in a number of queries that they do not raise."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from django.db import models
from django.db.models import Q, QuerySet

from core.files.models import FileRef
from core.policy import Actor
from core.rulebook import Violation, violations
from grants.audits import rules
from grants.audits.models import Settlement
from grants.audits.selectors.completeness import posting_of, wanted_titles
from grants.payments.lifecycle import O
from grants.payments.models import Invoice, PaymentOrder
from grants.projects.lifecycle import J
from grants.projects.models import Project

FILED = (J.CLOSED, J.ARCHIVED)
ADVICE, REQUEST = "拨款通知（第{no}期）", "请款单（第{no}期）"
Owner = tuple[str, int]
Named = tuple[int, dict[str, str]]


def projects_to_file(actor: Actor) -> QuerySet[Project]:
    """Return the projects that ended, with what the archive names of them."""
    found = Project.objects.filter(state__in=FILED).select_related(
        "round", "applicant", "agreement", "sealed_file__pack__blob", "award__notice", "award__proposal",
        "award__allotment__line__decision",
    )  # fmt: skip
    if not actor.interests:
        return found
    return found.exclude(Q(applicant_id__in=actor.interests) | Q(payee_id__in=actor.interests))


def shortfalls(projects: Iterable[Project]) -> dict[int, list[Violation]]:
    """Return what each project lacks; the packing itself checks once more, heading by heading."""
    found = list(projects)
    pks = [one.pk for one in found]
    orders = _numbered(PaymentOrder.objects.filter(project_id__in=pks, state=O.SETTLED))
    invoices = _numbered(Invoice.objects.filter(project_id__in=pks, is_live=True))
    owners: dict[Owner, Named] = {
        _owner(part): (one.pk, {"projects.seal_page": "签章页"})
        for one in found
        for part in (one, one.award, one.agreement)
    }
    owners |= _owners(PaymentOrder, orders, "document.payments.advice", ADVICE)
    owners |= _owners(Invoice, invoices, "document.payments.request", REQUEST)
    for project, pk in Settlement.objects.filter(project_id__in=pks).values_list("project_id", "pk"):
        owners[Settlement._meta.label_lower, pk] = (project, {"document.audits.settlement": "结算单"})
    titles = _titles(owners)
    paid: dict[int, list[int]] = defaultdict(list)
    for project, _pk, no in orders:
        paid[project].append(no)
    return {one.pk: _broken(one, titles[one.pk], paid[one.pk]) for one in found}


def _owner(obj: models.Model) -> Owner:
    return obj._meta.label_lower, obj.pk


def _numbered(rows: QuerySet[Any]) -> list[tuple[int, int, int]]:
    return list(rows.order_by("tranche__no").values_list("project_id", "pk", "tranche__no"))


def _owners(
    model: type[models.Model], rows: list[tuple[int, int, int]], purpose: str, title: str
) -> dict[Owner, Named]:
    label = model._meta.label_lower
    return {(label, pk): (project, {purpose: title.format(no=no)}) for project, pk, no in rows}


def _titles(owners: dict[Owner, Named]) -> dict[int, set[str]]:
    """Return the titles of the papers of each project, in one query over all their owners."""
    by_type: dict[str, list[int]] = defaultdict(list)
    for label, pk in owners:
        by_type[label].append(pk)
    wanted = Q(pk__in=[])
    for label, pks in by_type.items():
        wanted |= Q(owner_type=label, owner_id__in=pks)
    columns = ("owner_type", "owner_id", "purpose", "filename")
    found: dict[int, set[str]] = defaultdict(set)
    for label, pk, purpose, filename in FileRef.objects.filter(wanted).values_list(*columns):
        project, named = owners[label, pk]
        found[project].add(named.get(purpose) or filename.rpartition(".")[0])
    return found


def _broken(project: Project, titles: set[str], paid: list[int]) -> list[Violation]:
    if project.award.allotment.line.decision.scan_id:
        titles.add("会议纪要扫描件")
    if project.award.notice.gov_screenshot_id:
        titles.add("政府网站公示截图")
    items = [rules.Item(0, title, "", "", 0, "") for title in titles]
    broken = violations([rules.named_papers_are_there], wanted_titles(project, paid), items)
    return broken + violations([rules.notice_stands_on_the_government_site], posting_of(project))
