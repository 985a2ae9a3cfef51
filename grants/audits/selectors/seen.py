"""What the pages of an audit show: each part asked for once."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from functools import cached_property

from django.db.models import Count, QuerySet, Sum

from core.files.models import FileRef
from core.files.selectors import files_of_many
from core.money import at_least, share_text
from grants.audits.lifecycle import F
from grants.audits.models import AuditPage, Engagement, Finding, Settlement
from grants.projects.models import Expense

OPEN = (F.RAISED, F.REPLIED)


@dataclass(frozen=True)
class Coverage:
    """How much of the money was drawn, and whether that is enough."""

    sampled_fen: int
    claimed_fen: int
    percent: int

    @property
    def text(self) -> str:
        """Return the share to two places."""
        return share_text(self.sampled_fen, self.claimed_fen)

    @property
    def bar(self) -> int:
        """Return the share for the bar, in whole percent."""
        return self.sampled_fen * 100 // self.claimed_fen if self.claimed_fen else 0

    @property
    def is_enough(self) -> bool:
        """Tell whether the share reaches what was agreed."""
        return at_least(self.sampled_fen, self.claimed_fen, self.percent)


@dataclass(frozen=True)
class VoucherSeen:
    """A voucher with its scans, whether it was drawn, and what was found."""

    expense: Expense
    scans: list[FileRef]
    is_drawn: bool
    findings: list[Finding]


class PageSeen:
    """The parts of an audit page."""

    def __init__(self, page: AuditPage) -> None:
        self.page = page

    @cached_property
    def findings(self) -> list[Finding]:
        """Every finding with its voucher, oldest first."""
        found = list(self.page.findings.select_related("expense").order_by("id"))
        for one in found:
            one.page = self.page
        return found

    @cached_property
    def vouchers(self) -> list[VoucherSeen]:
        """Every voucher of the project that counts; those that were drawn come first."""
        expenses = list(self.page.project.expenses.filter(state="recorded").order_by("spent_on", "id"))
        scans = files_of_many(Expense, [one.pk for one in expenses])
        drawn = set(self.page.sample.values_list("expense_id", flat=True))
        found: dict[int, list[Finding]] = defaultdict(list)
        for one in self.findings:
            found[one.expense_id].append(one)
        rows = [
            VoucherSeen(one, scans.get(one.pk, []), one.pk in drawn, found.get(one.pk, []))
            for one in expenses
        ]
        return sorted(rows, key=lambda row: not row.is_drawn)

    @cached_property
    def settlement(self) -> Settlement | None:
        """The settlement, once there is one."""
        return Settlement.objects.filter(page=self.page).first()

    @property
    def coverage(self) -> Coverage:
        """How much of this project's money was drawn."""
        return Coverage(self.page.sampled_fen, self.page.claimed_fen, self.page.engagement.sample_percent)


def seen(page: AuditPage) -> PageSeen:
    """Return the parts of an audit page, the same for everybody who asks about this instance."""
    if "_seen" not in page.__dict__:
        page.__dict__["_seen"] = PageSeen(page)
    return page.__dict__["_seen"]  # type: ignore[no-any-return]


def in_full(page: AuditPage) -> AuditPage:
    """Return the page with everything it names, in one query."""
    found: AuditPage = AuditPage.objects.select_related(
        "engagement__round", "engagement__firm", "project__applicant", "project__payee", "project__round"
    ).get(pk=page.pk)
    return found


def engagement_in_full(engagement: Engagement) -> Engagement:
    """Return the engagement with its round and firm."""
    found: Engagement = Engagement.objects.select_related("round", "firm").get(pk=engagement.pk)
    return found


def pages_of(engagement: Engagement) -> list[AuditPage]:
    """Return the pages of an engagement with the number of their findings, in one query."""
    rows = engagement.pages.select_related("project__applicant").annotate(found=Count("findings"))
    pages: list[AuditPage] = list(rows.order_by("project__number"))
    for page in pages:
        page.engagement = engagement
    return pages


def coverage_of(engagement: Engagement, pages: list[AuditPage]) -> Coverage:
    """Return how much of the round's money was drawn."""
    return Coverage(
        sum(page.sampled_fen for page in pages),
        sum(page.claimed_fen for page in pages),
        engagement.sample_percent,
    )


def with_sums(rows: QuerySet[Engagement]) -> QuerySet[Engagement]:
    """Add how many pages an engagement has, and what was claimed, drawn and disallowed."""
    return rows.select_related("round", "firm").annotate(
        pages_count=Count("pages"),
        claimed=Sum("pages__claimed_fen"),
        sampled=Sum("pages__sampled_fen"),
        disallowed=Sum("pages__disallowed_fen"),
    )
