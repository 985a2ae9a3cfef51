"""The lists of the pool and of the draws."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext as say
from django.utils.translation import gettext_lazy as _

from core.ui.lists import Choice, Col, ListPage, Search, page_of
from evaluations.experts.models import Draw, Expert
from evaluations.experts.selectors import field_names

THERE, AWAY, GONE = "there", "away", "gone"
STANDING = ((THERE, _("在库")), (AWAY, _("请假中")), (GONE, _("已出库")))
TONES = {THERE: "ok", AWAY: "warn", GONE: "neutral"}


def _role(rows: QuerySet[Any], value: str) -> QuerySet[Any]:
    return rows.filter(is_finance=value == "finance")


class ExpertList(ListPage):
    """The pool: who can be drawn, in what field, and who is away."""

    title = _("专家库")
    nothing = _("专家库还没有人员。先开通专家账号，再办理入库。")
    default_sort = "code"

    def __init__(self, request: HttpRequest, rows: QuerySet[Expert], *, today: date) -> None:
        super().__init__(request, rows)
        self.today, names = today, field_names()
        self.columns = [
            Col("code", _("编号"), sort="code", link=page_of),
            Col("person__name", _("姓名"), sort="person__name"),
            Col(
                "fields", _("专业领域"), value=lambda one: say("、").join(names.get(f, f) for f in one.fields)
            ),
            Col("is_finance", _("财务专家"), kind="bool", sort="is_finance"),
            Col("employer_key", _("工作单位")),
            Col("title", _("职称或职务")),
            Col("sat", _("参加评审组"), kind="int", sort="sat"),
            Col(
                "standing",
                _("状态"),
                kind="badge",
                value=lambda one: dict(STANDING)[self.standing(one)],
                tone=lambda one: TONES[self.standing(one)],
            ),
        ]
        self.filters = [
            Choice(
                "role", _("类别"), choices=(("finance", _("财务专家")), ("general", _("业务专家"))), by=_role
            ),
            Choice("standing", _("状态"), choices=STANDING, by=self._narrow),
            Search(
                "q", _("姓名、编号或单位"), fields=["person__name", "code", "employer_name", "employer__name"]
            ),
        ]

    def standing(self, one: Any) -> str:
        """Tell whether somebody is there, away or gone."""
        if one.until is not None and one.until < self.today:
            return GONE
        return AWAY if one.away else THERE

    def _narrow(self, rows: QuerySet[Any], value: str) -> QuerySet[Any]:
        gone = Q(until__lt=self.today)
        if value == GONE:
            return rows.filter(gone)
        return rows.exclude(gone).filter(away__gt=0) if value == AWAY else rows.exclude(gone).filter(away=0)


def _witness(rows: QuerySet[Any], value: str) -> QuerySet[Any]:
    return rows.filter(witness__isnull=value == "witness")


class DrawList(ListPage):
    """Every draw: seed, outcome, witness."""

    title = _("专家抽取")
    nothing = _("还没有抽取过专家。先公布随机种子，再抽取。")
    default_sort = "-created_at"
    columns = [
        Col("purpose", _("用途"), sort="purpose", link=page_of),
        Col("round_code", _("届次"), sort="round_code"),
        Col("seed", _("随机种子")),
        Col("candidates", _("候选"), kind="int", value=lambda one: len(one.candidates)),
        Col("seated", _("抽中"), kind="int", value=lambda one: len(one.seated)),
        Col("reserves", _("候补"), kind="int", value=lambda one: len(one.reserves)),
        Col("created_at", _("抽取时间"), kind="datetime", sort="created_at"),
        Col(
            "witnessed",
            _("见证"),
            kind="badge",
            value=lambda one: _("已见证") if is_witnessed(one) else _("待见证"),
            tone=lambda one: "ok" if is_witnessed(one) else "warn",
        ),
    ]
    filters = [
        Choice("waits", _("见证"), choices=(("witness", _("待见证")), ("done", _("已见证"))), by=_witness),
        Search("q", _("用途或届次"), fields=["purpose", "round_code"]),
    ]


def is_witnessed(draw: Draw) -> bool:
    """Tell whether a supervisor signed a draw."""
    return getattr(getattr(draw, "witness", None), "pk", None) is not None
