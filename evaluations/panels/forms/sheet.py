"""The score sheet as a form: one field for each item that may be filled now, ticks, and the comment."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from core.ui.forms import ReasonForm
from evaluations.panels.lifecycle import P, S
from evaluations.panels.models import Recusal, Sheet
from evaluations.rubrics.rules import Item, SheetSpec, own_items, plain, read_points

MARKS = (("bonus", _("加分项")), ("deductions", _("扣分项")), ("red_lines", _("红线")))
LONGEST_COMMENT = 4000
EDIT, FIXED, WAITING, OTHERS = "edit", "fixed", "waiting", "others"


def is_open(sheet: Sheet) -> bool:
    """Tell whether points may be written now."""
    return sheet.state == S.OPEN and sheet.panel.state in (P.SCORING, P.LOCKED)


def editable(sheet: Sheet) -> tuple[Item, ...]:
    """Return the items of the part that is open: blind first, then the rest; a reopened sheet as a whole."""
    if not is_open(sheet):
        return ()
    spec = spec_of(sheet)
    mine = own_items(spec, is_finance=sheet.expert.is_finance, machine=sheet.dossier.machine_points)
    if sheet.edition > 1 or not spec.has_open_part:
        return mine
    return tuple(item for item in mine if item.blind is (sheet.blind_locked_at is None))


def spec_of(sheet: Sheet) -> SheetSpec:
    """Return the sheet's rubric as the rules read it."""
    return sheet.dossier.rubric_version.parsed()


class PointsField(forms.CharField):
    """Points as they were typed; what they must be is said by the rules of the sheet."""

    def __init__(self, item: Item, **kwargs: Any) -> None:
        attrs = {
            "inputmode": "decimal",
            "autocomplete": "off",
            "size": "5",
            "data-points": "",
            "data-max": plain(item.maximum),
            "aria-describedby": f"max-{item.path}",
        }
        widget = forms.TextInput(attrs=attrs)
        super().__init__(label=item.name, max_length=12, required=False, widget=widget, **kwargs)

    def clean(self, value: Any) -> str:
        return str(super().clean(value)).replace("．", ".").replace("。", ".").strip()


class SheetForm(forms.Form):
    """What of a sheet can be filled now."""

    prefix = "s"
    items: tuple[Item, ...] = ()

    def scores(self) -> dict[str, str]:
        """Return the points that came, by item path."""
        return {
            item.path: self.cleaned_data.get(item.path, "") for item in self.items if self._came(item.path)
        }

    def _came(self, name: str) -> bool:
        return self.add_prefix(name) in self.data

    def comment(self) -> str | None:
        """Return the comment, or None when none was sent."""
        return self.cleaned_data.get("comment") if self._came("comment") else None

    def marks(self) -> dict[str, list[str]]:
        """Return what is ticked, by kind."""
        return {kind: list(self.cleaned_data[kind]) for kind, _label in MARKS if kind in self.cleaned_data}


def sheet_form(sheet: Sheet) -> type[SheetForm]:
    """Make the form of a sheet as it stands."""
    items, spec = editable(sheet), spec_of(sheet)
    fields: dict[str, Any] = {
        item.path: PointsField(item, initial=sheet.scores.get(item.path, "")) for item in items
    }
    for kind, label in MARKS:
        if marks := getattr(spec, kind):
            fields[kind] = forms.MultipleChoiceField(
                label=label,
                required=False,
                initial=sheet.marks.get(kind, []),
                choices=[(mark.code, mark.name) for mark in marks],
                widget=forms.CheckboxSelectMultiple,
            )
    fields["comment"] = forms.CharField(
        label=_("评审意见"),
        required=False,
        max_length=LONGEST_COMMENT,
        initial=sheet.comment,
        widget=forms.Textarea(attrs={"rows": 5, "autocomplete": "off"}),
    )
    return type("OneSheetForm", (SheetForm,), {"items": items, **fields})


@dataclass(frozen=True)
class Line:
    """An item on the page: to be filled, fixed, still closed, or left to others."""

    item: Item
    status: str
    value: str
    field: Any = None
    fault: Any = ""


@dataclass(frozen=True)
class Group:
    """A criterion with its lines and their sum."""

    code: str
    name: str
    maximum: Any
    lines: list[Line]
    points: Any

    @property
    def is_single(self) -> bool:
        """Tell whether the criterion is its only line, which then says it all."""
        return [line.item.name for line in self.lines] == [self.name]


def groups(sheet: Sheet, form: SheetForm, faults: Mapping[str, Any], *, shows_machine: bool) -> list[Group]:
    """Lay the sheet out: what may be filled as fields, everything else as it stands."""
    spec, writable = spec_of(sheet), {item.path for item in form.items}
    mine = own_items(spec, is_finance=sheet.expert.is_finance, machine=sheet.dossier.machine_points)
    own = {item.path for item in mine}
    machine = sheet.dossier.machine_points if shows_machine else {}
    made = []
    for criterion in spec.criteria:
        lines = [_line(item, sheet, form, writable, own, machine, faults) for item in criterion.items]
        known = [read_points(line.value) for line in lines]
        points = sum((value for value in known if value is not None), start=type(criterion.maximum)(0))
        made.append(Group(criterion.code, criterion.name, criterion.maximum, lines, points))
    return made


def _line(
    item: Item,
    sheet: Sheet,
    form: SheetForm,
    writable: set[str],
    own: set[str],
    machine: Mapping[str, str],
    faults: Mapping[str, Any],
) -> Line:
    if item.path in writable:
        bound = form[item.path]
        return Line(item, EDIT, str(bound.value() or ""), bound, faults.get(item.path, ""))
    if item.path not in own:
        return Line(item, OTHERS, str(machine.get(item.path, "")))
    status = WAITING if is_open(sheet) and not item.blind and sheet.blind_locked_at is None else FIXED
    return Line(item, status, str(sheet.scores.get(item.path, "")))


class OwnRecusalForm(ReasonForm):
    """Stand back oneself."""

    kind = forms.ChoiceField(
        label=_("回避类型"),
        choices=[(one, Recusal(one).label) for one in (Recusal.DECLARED, Recusal.ABSENT)],
    )
    reason = forms.CharField(
        label=_("理由"),
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("例如：亲属、任职、曾辅导该项目、近三年有合作。评审组秘书和监督人会看到。"),
    )
    field_order = ("kind", "reason")
