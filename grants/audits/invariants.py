"""What must be true of audits, settlements and archives at any time."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator

from django.db.models import F as Column
from django.db.models import Q

from core.audit.verify import Problem, invariant
from core.money import at_least
from grants.audits import rules
from grants.audits.lifecycle import E, F
from grants.audits.models import AuditPage, Engagement, ProjectArchive, Settlement
from grants.audits.selectors import sampled_share
from grants.audits.services.archiving import catalogue_csv
from grants.payments import rules as money
from grants.payments.selectors import plan_of


@invariant("S1", group="ledger", says="抽查金额不低于约定比例，抽中的凭证属于该项目")
def samples_are_large_enough() -> Iterator[Problem]:
    """Add up the sample of every engagement that has one."""
    for engagement in Engagement.objects.exclude(state=E.ENGAGED):
        sampled, claimed = sampled_share(engagement)
        if not at_least(sampled, claimed, engagement.sample_percent):
            yield Problem(
                f"engagement {engagement.pk}",
                f"抽查 {sampled} 分，申报 {claimed} 分，不足 {engagement.sample_percent}%",
            )
    for page in AuditPage.objects.filter(
        ~Q(sample__expense__project_id=Column("project_id")), sample__isnull=False
    ):
        yield Problem(f"page {page.pk}", "抽中的凭证不属于该项目")


@invariant("S2", group="ledger", says="核定支出等于申报减去认定的不予认可金额")
def pages_add_up() -> Iterator[Problem]:
    """Recompute every concluded page from its findings."""
    for page in AuditPage.objects.filter(engagement__state=E.CONCLUDED).select_related("project"):
        upheld = [one.final_fen or 0 for one in page.findings.filter(state=F.UPHELD)]
        if page.eligible_fen != rules.eligible(page.claimed_fen, upheld):
            yield Problem(page.project.number, f"核定支出记 {page.eligible_fen} 分，按审计发现重算不等")


@invariant("S3", group="ledger", says="结算的应拨、释放、应退按核定支出重算相等，并已落到账簿")
def settlements_are_right() -> Iterator[Problem]:
    """Recompute every settlement and compare it with the plan of its project."""
    for one in Settlement.objects.select_related("project", "page"):
        right = money.settlement(
            planned_fen=one.planned_fen, eligible_fen=one.eligible_fen, paid_fen=one.paid_fen
        )
        if (one.pay_fen, one.release_fen, one.recover_fen) != (
            right.pay_fen,
            right.release_fen,
            right.recover_fen,
        ):
            yield Problem(one.number, f"结算 {one.number} 与重算结果不等：{right}")
        if one.eligible_fen != one.page.eligible_fen:
            yield Problem(one.number, f"结算 {one.number} 的核定支出与审计页不等")
        plan = plan_of(one.project)
        if plan.paid_fen > one.paid_fen + one.pay_fen:
            yield Problem(one.number, f"结算 {one.number} 之后多拨了款")


@invariant("S4", group="files", says="档案目录与件一致，档案包与记录的摘要一致")
def archives_are_whole() -> Iterator[Problem]:
    """Write every catalogue again and compare hashes."""
    for archive in ProjectArchive.objects.select_related("pack__blob").prefetch_related("items"):
        items = [
            rules.Item(item.group, item.title, item.filename, item.sha256, item.size, item.source)
            for item in archive.items.all()
        ]
        csv = catalogue_csv(rules.catalogue_rows(items))
        if hashlib.sha256(csv).hexdigest() != archive.catalogue_sha256 or len(items) != archive.items_count:
            yield Problem(archive.number, f"档案 {archive.number} 的目录被改动")
        if archive.pack is None or archive.pack.blob.sha256 != archive.pack_sha256:
            yield Problem(archive.number, f"档案 {archive.number} 的档案包缺失或被替换")
