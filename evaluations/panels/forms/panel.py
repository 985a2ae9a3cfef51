"""What the buttons of a panel ask for; each form offers only what this very panel has."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from core import clock
from core.policy import Role
from core.ui.forms import DayField, ReasonForm
from evaluations.experts.models import Draw, Expert
from evaluations.experts.selectors import available
from evaluations.panels.lifecycle import S
from evaluations.panels.models import Panel, PanelSeat, Recusal, SeatKind, Sheet
from evaluations.panels.selectors import ranking
from evaluations.panels.selectors.above import stage_rules
from evaluations.panels.selectors.desk import asked_to_reopen
from evaluations.panels.selectors.watching import loose_dossiers
from orgs.people.models import Person
from orgs.people.selectors import users_with

GONE = {"invalid_choice": _("这一项已不可选，请刷新后重新选择。")}
CHAIR_OR_SECRETARY = ((SeatKind.SECRETARY, SeatKind.SECRETARY.label), (SeatKind.CHAIR, SeatKind.CHAIR.label))


class PickField(forms.ModelChoiceField):
    """One of some records, named by a function of ours; the form carries public ids only."""

    def __init__(self, rows: QuerySet[Any], named: Callable[[Any], str], **kwargs: Any) -> None:
        self.named = named
        kwargs.setdefault("error_messages", GONE)
        super().__init__(queryset=rows, to_field_name="public_id", empty_label=_("请选择"), **kwargs)

    def label_from_instance(self, obj: Any) -> str:
        """Name a record."""
        return self.named(obj)


class PickManyField(forms.ModelMultipleChoiceField):
    """Some of some records, as boxes to tick."""

    def __init__(self, rows: QuerySet[Any], named: Callable[[Any], str], **kwargs: Any) -> None:
        self.named = named
        kwargs.setdefault("error_messages", GONE)
        kwargs.setdefault("widget", forms.CheckboxSelectMultiple)
        super().__init__(queryset=rows, to_field_name="public_id", **kwargs)

    def label_from_instance(self, obj: Any) -> str:
        """Name a record."""
        return self.named(obj)


def _form(name: str, fields: dict[str, forms.Field], base: type[forms.Form] = forms.Form) -> type[forms.Form]:
    order = {"field_order": tuple(fields)}
    return type(name, (base,), {"__doc__": base.__doc__, **order, **fields})


def _kinds(*kinds: str) -> Iterable[tuple[str, Any]]:
    return [(kind, SeatKind(kind).label) for kind in kinds]


def _named_expert(expert: Expert) -> str:
    parts = [
        expert.code,
        expert.person.name,
        expert.employer_key,
        str(_("财务")) if expert.is_finance else "",
    ]
    return " ".join(part for part in parts if part)


def seat_expert_form(panel: Panel) -> type[forms.Form]:
    """Seat somebody from the pool who is there on the day."""
    seated = panel.seats.filter(kind__in=[SeatKind.REVIEWER, SeatKind.RESERVE]).values("expert")
    pool = available(on=panel.meets_on or clock.today()).select_related("person", "employer")
    kinds = [SeatKind.REVIEWER, SeatKind.RESERVE] if panel.state == "forming" else [SeatKind.RESERVE]
    return _form(
        "SeatExpertForm",
        {
            "expert": PickField(
                pool.exclude(pk__in=seated.exclude(expert=None)), _named_expert, label=_("专家")
            ),
            "kind": forms.ChoiceField(label=_("席位"), choices=_kinds(*kinds)),
        },
    )


def seat_chair_form(panel: Panel) -> type[forms.Form]:
    """Make an expert of the pool, perhaps a reviewer of this panel, its chair."""
    pool = available(on=panel.meets_on or clock.today()).select_related("person", "employer")
    return _form("SeatChairForm", {"expert": PickField(pool, _named_expert, label=_("专家"))})


def seat_officer_form(panel: Panel) -> type[forms.Form]:
    """Seat an officer as secretary or chair."""
    users = users_with(Role.CLERK, Role.SECTION_CHIEF, on=clock.today())
    people = Person.objects.filter(pk__in=users.values("person_id")).order_by("name", "pk")
    return _form(
        "SeatOfficerForm",
        {
            "person": PickField(people, str, label=_("人员")),
            "kind": forms.ChoiceField(label=_("席位"), choices=CHAIR_OR_SECRETARY),
        },
    )


def seat_drawn_form(panel: Panel) -> type[forms.Form]:
    """Seat the outcome of a witnessed draw of this round."""
    draws = Draw.objects.filter(witness__isnull=False, round_code=panel.round_code).order_by("-pk")

    def named(draw: Draw) -> str:
        numbers = f"{len(draw.seated)}+{len(draw.reserves)}"
        return f"{draw.purpose}（{clock.local(draw.created_at):%Y-%m-%d}，{numbers}）"

    return _form("SeatDrawnForm", {"draw": PickField(draws, named, label=_("已见证的抽取"))})


def add_dossiers_form(panel: Panel) -> type[forms.Form]:
    """Put what waits before the panel."""
    named = PickManyField(
        loose_dossiers(panel), lambda one: f"{one.code} {one.title}", label=_("待编入的材料")
    )
    return _form("AddDossiersForm", {"dossiers": named})


class AssignForm(forms.Form):
    """Give every dossier its reviewers."""

    seed = forms.CharField(
        label=_("随机种子"),
        max_length=120,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        help_text=_("分配前公布；同样的名单、材料和种子总得到同一分配。"),
    )
    accept_gaps = forms.CharField(
        label=_("缺份说明"),
        max_length=200,
        required=False,
        help_text=_("回避后评委不足时才填：说明为何接受缺份。"),
    )


class LockForm(forms.Form):
    """End scoring."""

    accept_gaps = forms.CharField(
        label=_("缺份说明"),
        max_length=200,
        required=False,
        help_text=_("有材料的评分份数少于规定时才填：说明为何接受。"),
    )


def _named_seat(seat: PanelSeat) -> str:
    return f"{seat.judge.code} {seat.person.name}"


def replace_form(panel: Panel) -> type[forms.Form]:
    """Let an absent reviewer leave; a reserve takes over."""
    here = (
        panel.seats.filter(left_at__isnull=True).select_related("person", "expert").order_by("position", "pk")
    )
    reserve = PickField(
        here.filter(kind=SeatKind.RESERVE),
        _named_seat,
        label=_("递补人"),
        required=False,
        help_text=_("不选则按抽取顺序递补同类候补。"),
    )
    seat = PickField(here.filter(kind=SeatKind.REVIEWER), _named_seat, label=_("离席评委"))
    return _form("ReplaceForm", {"seat": seat, "reserve": reserve}, ReasonForm)


def _named_sheet(sheet: Sheet) -> str:
    return f"{sheet.dossier.code} {sheet.reviewer.name}（{sheet.get_state_display()}）"  # type: ignore[attr-defined]


def _sheets(panel: Panel, *states: str) -> QuerySet[Sheet]:
    found = panel.sheets.filter(state__in=states).select_related("dossier", "reviewer")
    return found.order_by("dossier__code", "pk")


def recuse_form(panel: Panel) -> type[forms.Form]:
    """Take a reviewer off one dossier."""
    kinds = [(one, Recusal(one).label) for one in (Recusal.DETECTED, Recusal.ABSENT)]
    sheet = PickField(_sheets(panel, S.ASSIGNED, S.OPEN, S.LOCKED), _named_sheet, label=_("评分表"))
    kind = forms.ChoiceField(label=_("回避类型"), choices=kinds)
    return _form("RecuseForm", {"sheet": sheet, "kind": kind}, ReasonForm)


def ask_reopen_form(panel: Panel) -> type[forms.Form]:
    """Ask that a locked sheet be opened again."""
    rows = _sheets(panel, S.LOCKED).filter(reopen_asked_at__isnull=True)
    return _form("AskReopenForm", {"sheet": PickField(rows, _named_sheet, label=_("评分表"))}, ReasonForm)


def reopen_form(panel: Panel) -> type[forms.Form]:
    """Open one of the sheets the chair asked for."""
    rows = asked_to_reopen().filter(panel=panel).select_related("dossier", "reviewer")
    return _form("ReopenForm", {"sheet": PickField(rows, _named_sheet, label=_("评分表"))}, ReasonForm)


def tied_rows(panel: Panel) -> list[Any]:
    """Return what no score tells apart, and what was voted on already; worked out once for a page."""
    known = panel.__dict__.get("_tied_rows")
    if known is None:
        known = [row for row in ranking(panel) if row.tied or row.votes]
        panel.__dict__["_tied_rows"] = known
    return list(known)


def votes_form(panel: Panel) -> type[forms.Form]:
    """Write down how many votes each of the tied dossiers got."""
    return _form(
        "VotesForm",
        {
            row.public_id: forms.IntegerField(
                label=f"{row.code} {row.title}", min_value=0, max_value=999, initial=row.votes
            )
            for row in tied_rows(panel)
        },
    )


class PanelForm(forms.Form):
    """Found a panel under the rule of a stage."""

    stage = forms.ChoiceField(label=_("届次和环节"), help_text=_("评审规则按该届条款中本环节的规定。"))
    name = forms.CharField(label=_("名称"), max_length=120, help_text=_("例如：2026年申报评审一组"))
    meets_on = DayField(label=_("评审日期"), required=False)
    due_at = forms.DateTimeField(
        label=_("评分截止"),
        required=False,
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
        error_messages={"invalid": _("请按 2026-06-04T17:00 的样子填写。")},
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.known = {f"{one.round_code}/{one.stage}": one for one in stage_rules()}
        names = [(key, f"{one.round_name} {one.stage_name}") for key, one in self.known.items()]
        self.fields["stage"].choices = names  # type: ignore[attr-defined]
        self.fields["stage"].error_messages |= GONE

    def clean_stage(self) -> Any:
        return self.known[self.cleaned_data["stage"]]
