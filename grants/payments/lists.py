"""The lists of money: instalments, batches, recoveries, plans of projects, postings of the ledger."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db.models import Case, Exists, OuterRef, QuerySet, Value, When
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from core import clock
from core.ui.lists import Choice, Col, ListPage, Search, page_of, state_col
from core.words import sentence
from grants.payments.lifecycle import B, T, V
from grants.payments.models import AccountKind, Channel, EntryKind, Invoice, RecoveryCause
from grants.payments.selectors import overdue_recoveries
from grants.rounds.models import FundingSource, Round
from grants.rounds.rules.words import CONDITIONS

YES_NO = (("yes", _("已提交")), ("no", _("未提交")))
OWED = (("yes", _("尚未退清")), ("late", _("已逾期")), ("twice", _("两次催缴仍未退")))
CLOSED = (V.RECEIVED, V.WITHDRAWN)
ORDER = (T.DUE, T.HELD, T.ORDERED, T.PLANNED, T.PAID, T.CANCELLED)
URGENCY = Case(*(When(state=state, then=Value(place)) for place, state in enumerate(ORDER)))


def _rounds() -> list[tuple[str, str]]:
    return list(Round.objects.order_by("-pk").values_list("code", "name"))


def _sources() -> list[tuple[str, str]]:
    return list(FundingSource.objects.values_list("code", "name"))


def condition_words(tranche: Any) -> str:
    """What an instalment waits for, in words."""
    return str(sentence(CONDITIONS.get(tranche.condition, tranche.condition)))


class TrancheList(ListPage):
    """Instalments: what is due, held, planned, on its way, paid."""

    title = _("拨款")
    nothing = _("还没有拨款。项目签约后，各期拨款出现在这里。")
    default_sort = "urgency"
    columns = (
        Col("project__number", _("项目编号"), sort="project__number", link=page_of),
        Col("no", _("期次"), kind="int", sort="no"),
        Col("project__title", _("项目")),
        Col("project__payee__name", _("收款单位"), sort="project__payee__name"),
        Col("condition", _("拨付条件"), value=condition_words),
        Col("payable_fen", _("应拨（元）"), kind="yuan", sort="amount_fen"),
        Col("due_on", _("应拨付日"), kind="date", sort="due_on"),
        Col("has_paper", _("票据"), kind="bool"),
        state_col(),
    )
    filters = (
        Choice("state", _("状态"), T.choices),
        Choice("round", _("届次"), _rounds, "project__round__code"),
        Choice("source", _("资金来源"), _sources, "project__plan__source__code"),
        Choice("paper", _("票据"), YES_NO, by=lambda rows, value: rows.filter(has_paper=value == "yes")),
        Search("q", _("项目或单位"), fields=["project__number", "project__title", "project__payee__name"]),
    )

    def __init__(self, request: HttpRequest, rows: QuerySet[Any]) -> None:
        paper = Invoice.objects.filter(tranche=OuterRef("pk"), is_live=True)
        related = rows.select_related("project__payee", "project__round")
        super().__init__(request, related.annotate(has_paper=Exists(paper), urgency=URGENCY))


class BatchList(ListPage):
    """Batches of payment orders; one signature each."""

    title = _("付款批次")
    nothing = _("还没有付款批次。财务制单后出现在这里。")
    columns = (
        Col("number", _("批次号"), sort="number", link=page_of),
        Col("round__name", _("届次"), sort="round__code"),
        Col("source__name", _("资金来源"), sort="source__name"),
        Col("channel", _("支付方式"), value=lambda one: one.get_channel_display()),
        Col("order_count", _("笔数"), kind="int", sort="order_count"),
        Col("total_fen", _("合计（元）"), kind="yuan", sort="total_fen"),
        Col("created_at", _("制单时间"), kind="datetime", sort="created_at"),
        state_col(),
    )
    filters = (
        Choice("state", _("状态"), B.choices),
        Choice("round", _("届次"), _rounds, "round__code"),
        Choice("channel", _("支付方式"), Channel.choices),
        Search("q", _("批次号或凭证号"), fields=["number", "voucher_no"]),
    )


def _owed(rows: QuerySet[Any], value: str) -> QuerySet[Any]:
    today = clock.today()
    if value == "late":
        return rows.filter(pk__in=overdue_recoveries(today).order_by().values("pk"))
    rows = rows.exclude(state__in=CLOSED)
    return rows.filter(state=V.DEMANDED, reminders__gte=2, pay_by__lt=today) if value == "twice" else rows


class RecoveryList(ListPage):
    """Money asked back."""

    title = _("追回")
    nothing = _("没有需要追回的资金。")
    default_sort = "pay_by"
    columns = (
        Col("number", _("追款编号"), sort="number", link=page_of),
        Col("project__number", _("项目编号"), sort="project__number"),
        Col("project__payee__name", _("退款单位"), sort="project__payee__name"),
        Col("cause", _("原因"), value=lambda one: one.get_cause_display()),
        Col("amount_fen", _("应退（元）"), kind="yuan", sort="amount_fen"),
        Col("received_fen", _("已退（元）"), kind="yuan", sort="received_fen"),
        Col("pay_by", _("退款期限"), kind="date", sort="pay_by"),
        Col("reminders", _("催缴次数"), kind="int", sort="reminders"),
        state_col(),
    )
    filters = (
        Choice("state", _("状态"), V.choices),
        Choice("owed", _("退款"), OWED, by=_owed),
        Choice("cause", _("原因"), RecoveryCause.choices),
        Choice("round", _("届次"), _rounds, "project__round__code"),
        Search("q", _("编号、项目或单位"), fields=["number", "project__number", "project__payee__name"]),
    )


class PlanList(ListPage):
    """The money of each project of a round."""

    title = _("资金台账")
    nothing = _("本届还没有项目。")
    default_sort = "project__number"
    columns = (
        Col("project__number", _("项目编号"), sort="project__number"),
        Col("project__title", _("项目")),
        Col("project__payee__name", _("收款单位"), sort="project__payee__name"),
        Col("source__name", _("资金来源")),
        Col("award_fen", _("资助（元）"), kind="yuan", sort="award_fen"),
        Col("paid_fen", _("已拨（元）"), kind="yuan", sort="paid_fen"),
        Col("open_fen", _("未拨（元）"), kind="yuan"),
        Col("released_fen", _("不再拨付（元）"), kind="yuan", sort="released_fen"),
        Col("demanded_fen", _("要求退回（元）"), kind="yuan", sort="demanded_fen"),
        Col("returned_fen", _("已退回（元）"), kind="yuan", sort="returned_fen"),
    )

    def __init__(
        self,
        request: HttpRequest,
        rows: QuerySet[Any],
        rounds: Sequence[tuple[str, str]],
        sources: Sequence[tuple[str, str]],
    ) -> None:
        super().__init__(request, rows)
        self.filters = (
            Choice("round", _("届次"), rounds, "project__round__code"),
            Choice("source", _("资金来源"), sources, "source__code"),
            Search(
                "q", _("项目或单位"), fields=["project__number", "project__title", "project__payee__name"]
            ),
        )


class PostingList(ListPage):
    """Every posting of the ledger, newest first; nothing here is ever changed."""

    title = _("分录")
    nothing = _("台账还没有分录。届次发布时记入第一笔拨入。")
    per_page = 50
    columns = (
        Col("entry__at", _("记账时间"), kind="datetime", sort="entry__at"),
        Col("entry__pk", _("凭证"), kind="int", sort="entry__id"),
        Col("kind", _("类型"), value=lambda one: one.entry.get_kind_display()),
        Col("entry__reference", _("凭据"), sort="entry__reference"),
        Col("entry__round__code", _("届次")),
        Col("entry__source__name", _("资金来源")),
        Col(
            "project", _("项目编号"), value=lambda one: one.entry.project.number if one.entry.project else ""
        ),
        Col("account", _("科目"), value=lambda one: one.account.get_kind_display()),
        Col("amount_fen", _("金额（元）"), kind="yuan", sort="amount_fen"),
    )
    filters = (
        Choice("round", _("届次"), _rounds, "entry__round__code"),
        Choice("source", _("资金来源"), _sources, "entry__source__code"),
        Choice("kind", _("类型"), EntryKind.choices, "entry__kind"),
        Choice("account", _("科目"), AccountKind.choices, "account__kind"),
        Search("q", _("凭据或项目编号"), fields=["entry__reference", "entry__project__number"]),
    )
