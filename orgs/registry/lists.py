"""The lists of the register: entries for officers, entries for everybody, bank accounts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from core import clock
from core.ui.lists import LONGEST_SEARCH, Choice, Col, Filter, ListPage, Search, state_col
from orgs.areas.selectors import streets
from orgs.people.models import Body
from orgs.registry import selectors
from orgs.registry.lifecycle import A, G, S
from orgs.registry.models import AssessmentGrade, BankAccount, CreditList, OrgType

GROUP, NONE = "group", "none"
KINDS = [*OrgType.choices, (GROUP, _("社区社会组织（备案）"))]
STATUSES = [*S.choices, (G.DISSOLVED, G.DISSOLVED.label)]
GRADES = [*AssessmentGrade.GRADES, (NONE, _("无有效等级"))]
LISTS = [*CreditList.choices, (NONE, _("不在名单上"))]


@dataclass(frozen=True)
class NameOrCode(Filter):
    """Words of the name (also a former one), of the credit code or of the filing number."""

    kind = "search"

    def narrow(self, rows: QuerySet[Any], value: str) -> QuerySet[Any]:
        return selectors.matching(rows, value.replace("\x00", "")[:LONGEST_SEARCH])


def entry_of(body: Body) -> Any:
    """The register entry behind a body: an organisation or a recorded group."""
    return getattr(body, "organisation", None) or getattr(body, "group", None)


def code_of(body: Body) -> str:
    """The credit code, or the filing number of a group."""
    entry = entry_of(body)
    return str(getattr(entry, "uscc", "") or entry.filing_no)


def kind_of(body: Body) -> Any:
    """What is registered."""
    organisation = getattr(body, "organisation", None)
    return organisation.get_org_type_display() if organisation else _("社区社会组织（备案）")


def status_of(body: Body) -> Any:
    """The state of the entry."""
    return entry_of(body).get_state_display()


def status_tone(body: Body) -> str:
    """Normal is quiet, ended is not."""
    return {S.ACTIVE: "ok", S.PREPARING: "info"}.get(entry_of(body).state, "bad")


def listed_of(body: Any) -> Any:
    """The credit lists a body stands on today."""
    if body.is_serious:
        return CreditList.SERIOUS.label
    return CreditList.ABNORMAL.label if body.is_abnormal else _("无")


def listed_tone(body: Any) -> str:
    """Being listed is bad, the softer list a warning."""
    return "bad" if body.is_serious else "warn" if body.is_abnormal else "neutral"


def place_of(body: Body) -> str:
    """The street, and the community where it is known."""
    if body.community is not None:
        return str(body.community.place)
    return body.street.display_name if body.street else ""


def since_of(body: Body) -> Any:
    """When it was founded or recorded."""
    entry = entry_of(body)
    return getattr(entry, "founded_on", None) or getattr(entry, "filed_on", None)


def _by_kind(rows: QuerySet[Any], value: str) -> QuerySet[Any]:
    return rows.filter(group__isnull=False) if value == GROUP else rows.filter(organisation__org_type=value)


def _by_status(rows: QuerySet[Any], value: str) -> QuerySet[Any]:
    return rows.filter(Q(organisation__state=value) | Q(group__state=value))


def _by_street(rows: QuerySet[Any], value: str) -> QuerySet[Any]:
    return rows.filter(Q(street__code=value) | Q(group__community__street__code=value))


def _by_grade(rows: QuerySet[Any], value: str) -> QuerySet[Any]:
    return rows.filter(grade__isnull=True) if value == NONE else rows.filter(grade=value)


def _by_list(rows: QuerySet[Any], value: str) -> QuerySet[Any]:
    if value == NONE:
        return rows.filter(is_abnormal=False, is_serious=False)
    return rows.filter(is_serious=True) if value == CreditList.SERIOUS else rows.filter(is_abnormal=True)


def filters_of_entries() -> tuple[Filter, ...]:
    """The filters of both lists of entries; the streets are asked for once."""
    places = [(one.code, one.display_name) for one in streets(on=clock.today())]
    return (
        NameOrCode("q", _("名称或代码")),
        Choice("kind", _("类型"), choices=KINDS, by=_by_kind),
        Choice("street", _("街道"), choices=places, by=_by_street),
        Choice("status", _("登记状态"), choices=STATUSES, by=_by_status),
        Choice("grade", _("评估等级"), choices=GRADES, by=_by_grade),
        Choice("listed", _("信用名单"), choices=LISTS, by=_by_list),
    )


COLUMNS = (
    Col("name", _("名称"), sort="name", link=lambda body: entry_of(body).get_absolute_url(), width=40),
    Col("code", _("代码"), value=code_of, sort="organisation__uscc", width=22),
    Col("kind", _("类型"), value=kind_of, width=24),
    Col("place", _("所在地"), value=place_of, sort="street__code", width=24),
    Col("status", _("登记状态"), kind="badge", value=status_of, tone=status_tone),
    Col("grade", _("等级"), sort="grade"),
    Col("listed", _("信用名单"), kind="badge", value=listed_of, tone=listed_tone),
    Col("since", _("成立日期"), kind="date", value=since_of, sort="organisation__founded_on"),
)


class RegistryList(ListPage):
    """Organisations and recorded groups, as officers work with them."""

    title = _("社会组织名册")
    columns: Sequence[Col] = (
        *COLUMNS,
        Col("host", _("代管单位"), on_page=False, width=40,
            value=lambda body: body.group.host.name if hasattr(body, "group") else ""),
    )  # fmt: skip
    default_sort = "name"
    per_page = 30
    nothing = _("名册还是空的，可以逐个登记或用表格导入。")

    def __init__(self, request: HttpRequest, rows: QuerySet[Any]) -> None:
        super().__init__(request, selectors.with_papers(rows, on=clock.today()))
        self.filters = filters_of_entries()


def _public_page(body: Body) -> str:
    return reverse("public_registry_entry", args=[body.public_id])


class PublicList(RegistryList):
    """What everybody may look up of the register."""

    title = _("社会组织名册查询")
    columns: Sequence[Col] = (
        Col("name", _("名称"), sort="name", link=_public_page, width=40),
        *COLUMNS[1:],
    )
    nothing = _("名册尚未公开。")


class AccountList(ListPage):
    """Bank accounts, those that wait first; numbers are masked here and in the export."""

    title = _("银行账户核验")
    columns = (
        Col("body", _("单位"), value=lambda one: one.body.name, sort="body__name",
            link=lambda one: one.get_absolute_url(), width=40),
        Col("bank", _("开户银行"), width=30),
        Col("masked_number", _("账号")),
        state_col(tone=lambda one: {A.ADDED: "warn", A.VERIFIED: "ok"}.get(one.state, "neutral")),
        Col("added_by", _("填报人"), value=lambda one: one.added_by.get_full_name() if one.added_by else ""),
        Col("created_at", _("填报时间"), kind="datetime", sort="created_at"),
        Col("verified_at", _("核验时间"), kind="datetime", sort="verified_at"),
    )  # fmt: skip
    filters = (
        Search("q", _("单位或开户行"), fields=["body__name", "bank"]),
        Choice("state", _("状态"), choices=A.choices),
    )
    default_sort = "-created_at"
    nothing = _("还没有填报银行账户。")

    def __init__(self, request: HttpRequest, rows: QuerySet[BankAccount]) -> None:
        super().__init__(request, rows)
