"""The lists of audits: engagements, pages, findings; and the archive."""

from __future__ import annotations

from functools import cached_property
from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from core.ui.lists import MOST_EXPORTED, Choice, Col, ListPage, Search, page_of, state_col
from grants.audits.lifecycle import E, F
from grants.audits.models import AuditPage, Finding
from grants.audits.selectors.readiness import shortfalls
from grants.projects.lifecycle import J
from grants.projects.models import Project
from grants.rounds.models import Round


def _rounds() -> list[tuple[str, str]]:
    return list(Round.objects.order_by("-year").values_list("code", "name"))


class EngagementList(ListPage):
    """The audits somebody may see."""

    default_sort = "-created_at"
    title = _("审计委托")
    nothing = _("还没有委托审计。末期评估合格的项目等待审计时，由科长委托。")
    filters = [
        Search("q", _("届次、事务所或合同号"), fields=["round__name", "firm__name", "contract_no"]),
        Choice("state", _("状态"), choices=E.choices),
    ]
    columns = [
        Col("round__name", _("届次"), link=page_of, sort="round__name", width=32),
        Col("firm__name", _("会计师事务所"), sort="firm__name", width=28),
        Col("contract_no", _("委托合同号"), width=20),
        state_col(),
        Col("pages_count", _("项目数"), "int", sort="pages_count"),
        Col("claimed", _("申报支出"), "yuan", sort="claimed"),
        Col("sampled", _("抽查金额"), "yuan", sort="sampled"),
        Col("disallowed", _("不予认可"), "yuan", sort="disallowed"),
        Col("reply_by", _("答复期限"), "date", sort="reply_by"),
        Col("report_no", _("审计报告号"), width=20),
    ]  # fmt: skip


def _page_stage(rows: QuerySet[AuditPage], value: str) -> QuerySet[AuditPage]:
    if value == "unchecked":
        return rows.filter(engagement__state=E.FIELDWORK, checked_at__isnull=True)
    if value == "unsettled":
        return rows.filter(engagement__state=E.CONCLUDED, settlement__isnull=True, project__state=J.AUDITING)
    return rows.filter(settlement__isnull=False)


class PageList(ListPage):
    """The pages of projects in all audits somebody may see."""

    default_sort = "project__number"
    title = _("审计页")
    nothing = _("还没有审计页。现场审计开始后，每个项目一页。")

    def __init__(self, request: HttpRequest, rows: QuerySet[AuditPage]) -> None:
        super().__init__(request, rows)
        names = ["project__number", "project__title", "project__applicant__name"]
        stages = [
            ("unchecked", _("待核对")),
            ("unsettled", _("待结算")),
            ("settled", _("已结算")),
        ]
        self.filters = [
            Search("q", _("编号、名称或单位"), fields=names),
            Choice("round", _("届次"), _rounds(), "engagement__round__code"),
            Choice("stage", _("进度"), stages, by=_page_stage),
        ]

    columns = [
        Col("project__number", _("项目编号"), sort="project__number", link=page_of),
        Col("project__title", _("项目名称"), sort="project__title", width=30),
        Col("project__applicant__name", _("实施单位"), sort="project__applicant__name", width=30),
        Col("claimed_fen", _("申报支出"), "yuan", sort="claimed_fen"),
        Col("sampled_fen", _("抽查金额"), "yuan", sort="sampled_fen"),
        Col("disallowed_fen", _("不予认可"), "yuan", sort="disallowed_fen"),
        Col("eligible_fen", _("核定支出"), "yuan", sort="eligible_fen"),
        Col("checked_at", _("核对时间"), "datetime", sort="checked_at"),
        Col("settlement__number", _("结算编号"), value=lambda one: getattr(_settled(one), "number", "")),
    ]


def _settled(page: AuditPage) -> Any:
    return getattr(page, "settlement", None)


def _finding_stage(rows: QuerySet[Finding], value: str) -> QuerySet[Finding]:
    if value == "unanswered":
        return rows.filter(state=F.RAISED, page__engagement__state=E.FINDINGS_ISSUED)
    return rows.filter(state__in=[F.RAISED, F.REPLIED], page__engagement__state=E.REPLIED)


class FindingList(ListPage):
    """The findings somebody may see."""

    default_sort = "-created_at"
    title = _("审计发现")
    nothing = _("还没有审计发现。")

    def __init__(self, request: HttpRequest, rows: QuerySet[Finding]) -> None:
        super().__init__(request, rows)
        names = ["page__project__number", "page__project__title", "expense__voucher_no", "reason"]
        stages = [("unanswered", _("待答复")), ("undecided", _("待作结论"))]
        self.filters = [
            Search("q", _("项目、凭证号或理由"), fields=names),
            Choice("round", _("届次"), _rounds(), "page__engagement__round__code"),
            Choice("state", _("状态"), F.choices),
            Choice("stage", _("待办"), stages, by=_finding_stage),
        ]

    columns = [
        Col(
            "page__project__number", _("项目编号"), sort="page__project__number",
            link=page_of,
        ),
        Col("page__project__title", _("项目名称"), width=28),
        Col("expense__voucher_no", _("凭证号"), sort="expense__voucher_no"),
        Col("expense__item", _("摘要"), width=24),
        Col("disallowed_fen", _("提出金额"), "yuan", sort="disallowed_fen"),
        Col("reason", _("理由"), width=36),
        state_col(),
        Col("answer", _("答复"), width=36, on_page=False),
        Col("final_fen", _("最终不予认可"), "yuan", sort="final_fen"),
        Col("ruling", _("结论说明"), width=36, on_page=False),
        Col("reply_by", _("答复期限"), "date", value=lambda one: one.page.engagement.reply_by),
    ]  # fmt: skip


def _sealed(name: str) -> Any:
    """Read something of the sealed file of a project, if it has one."""
    return lambda project: getattr(getattr(project, "sealed_file", None), name, None)


class ArchiveList(ListPage):
    """Projects that ended: ready, not ready with what is missing, or sealed."""

    default_sort = "number"
    title = _("归档")
    nothing = _("还没有结项的项目。项目结项后在这里打包归档。")
    states = [(J.CLOSED.value, _("待归档")), (J.ARCHIVED.value, _("已归档"))]

    def __init__(self, request: HttpRequest, rows: QuerySet[Project]) -> None:
        super().__init__(request, rows)
        self.filters = [
            Search("q", _("编号、名称或单位"), fields=["number", "title", "applicant__name"]),
            Choice("round", _("届次"), _rounds(), "round__code"),
            Choice("state", _("状态"), self.states),
        ]
        self.columns = [
            Col("number", _("项目编号"), sort="number", link=self._link, width=22),
            Col("title", _("项目名称"), sort="title", width=28),
            Col("applicant__name", _("实施单位"), sort="applicant__name", width=30),
            Col("ready", _("材料"), "badge", value=self._ready, tone=self._tone),
            Col("missing", _("还缺什么"), value=self._missing, width=50),
            Col("sealed_at", _("归档时间"), "datetime", value=_sealed("sealed_at")),
            Col("file_no", _("档号"), value=_sealed("number"), width=24),
            Col("items", _("件数"), "int", value=_sealed("items_count")),
            Col("sha256", _("档案包摘要"), value=_sealed("pack_sha256"), on_page=False, width=66),
        ]  # fmt: skip

    @cached_property
    def lacking(self) -> dict[int, list[Any]]:
        """What the projects on the page, or all that are exported, lack."""
        rows = self.rows[:MOST_EXPORTED] if self.wants_export else self.page.object_list
        return shortfalls(one for one in rows if one.state == J.CLOSED)  # type: ignore[return-value]

    def _link(self, project: Project) -> str:
        return reverse("archive_file", args=[project.public_id])

    def _ready(self, project: Project) -> Any:
        if project.state == J.ARCHIVED:
            return _("已归档")
        return _("不齐") if self.lacking.get(project.pk) else _("已齐")

    def _tone(self, project: Project) -> str:
        if project.state == J.ARCHIVED:
            return "neutral"
        return "warn" if self.lacking.get(project.pk) else "ok"

    def _missing(self, project: Project) -> str:
        return "；".join(str(one) for one in self.lacking.get(project.pk, []))
