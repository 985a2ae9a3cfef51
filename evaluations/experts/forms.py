"""What the pages of the pool ask for."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from core import clock
from core.policy import Role
from core.ui.forms import DayField, ReasonForm
from evaluations.experts.models import Draw, Expert
from evaluations.experts.selectors import available, field_names
from orgs.people.models import Body, BodyKind, Person
from orgs.people.selectors import users_with

NO_SUCH = {"invalid_choice": _("没有这一项，请从列表中选择。")}


class RegisterForm(forms.Form):
    """Take somebody into the pool."""

    person = forms.ModelChoiceField(
        label=_("人员"),
        queryset=Person.objects.none(),
        to_field_name="public_id",
        empty_label=_("请选择"),
        error_messages=NO_SUCH,
        help_text=_("已开通专家或评估人员岗位、尚未入库的人员。"),
    )
    fields_of = forms.MultipleChoiceField(
        label=_("专业领域"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("用于分配材料；不选表示不限领域。"),
        error_messages=NO_SUCH,
    )
    is_finance = forms.BooleanField(label=_("财务专家"), required=False)
    employer = forms.ModelChoiceField(
        label=_("工作单位（系统内）"),
        queryset=Body.objects.none(),
        to_field_name="public_id",
        required=False,
        empty_label=_("不在系统内"),
        error_messages=NO_SUCH,
        help_text=_("用于自动发现利害关系。"),
    )
    employer_name = forms.CharField(label=_("工作单位名称"), max_length=120, required=False)
    title = forms.CharField(label=_("职称或职务"), max_length=60, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        users = users_with(Role.EXPERT, Role.EVALUATOR, on=clock.today())
        free = Person.objects.filter(pk__in=users.values("person_id"), expert__isnull=True)
        self.fields["person"].queryset = free.order_by("name", "pk")  # type: ignore[attr-defined]
        self.fields["fields_of"].choices = sorted(field_names().items())  # type: ignore[attr-defined]
        self.fields["employer"].queryset = Body.objects.order_by("name", "pk")  # type: ignore[attr-defined]


class RetireForm(ReasonForm):
    """End a place in the pool."""

    until = DayField(label=_("在库至"), help_text=_("含当日；此后不再抽取。"))
    field_order = ("until", "reason")


class LeaveForm(ReasonForm):
    """Days on which somebody cannot serve."""

    first_day = DayField(label=_("开始日期"))
    last_day = DayField(label=_("结束日期"), help_text=_("含当日；这些日子的抽取不会抽到。"))
    field_order = ("first_day", "last_day", "reason")


def _count(label: Any, **more: Any) -> forms.IntegerField:
    return forms.IntegerField(label=label, min_value=0, max_value=200, **more)


class DrawForm(forms.Form):
    """Draw from the pool by role with a published seed."""

    round_code = forms.CharField(label=_("届次代码"), max_length=40)
    purpose = forms.CharField(label=_("用途"), max_length=120, help_text=_("例如：申报评审"))
    seed = forms.CharField(
        label=_("随机种子"),
        max_length=120,
        help_text=_("抽取前公布的一串字，例如约定日期的彩票号码；同一种子和名单总得到同一结果。"),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    on = DayField(
        label=_("评审日期"), required=False, help_text=_("这一天请假或已出库的专家不进入名单；不填为今天。")
    )
    seats_finance = _count(_("财务专家人数"), initial=1)
    seats_general = _count(_("业务专家人数"), initial=4)
    reserves_finance = _count(_("财务候补人数"), initial=1)
    reserves_general = _count(_("业务候补人数"), initial=1)
    per_employer_max = forms.IntegerField(
        label=_("同一单位最多人数"),
        min_value=1,
        max_value=50,
        required=False,
        initial=1,
        help_text=_("不填为不限。"),
    )
    barred = forms.ModelMultipleChoiceField(
        label=_("不参加抽取的专家"),
        queryset=Expert.objects.none(),
        to_field_name="public_id",
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("辅导过申报单位等已知须回避的人员；评估机构和会计师事务所的人员已预先勾选。"),
        error_messages={"invalid_choice": _("名单有变化，请重新选择。")},
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        there = available(on=clock.today()).select_related("person", "employer")
        self.fields["barred"].queryset = there  # type: ignore[attr-defined]
        self.fields["barred"].label_from_instance = lambda one: f"{one.code} {one.person.name}"  # type: ignore[attr-defined]
        if self.is_bound:
            return
        if not self.initial.get("round_code"):
            newest = Draw.objects.order_by("-pk").values_list("round_code", flat=True).first()
            self.initial["round_code"] = newest or ""
        # Who will evaluate or audit the same projects is left out, unless the officer says otherwise.
        later = there.filter(employer__kind__in=(BodyKind.EVALUATOR_FIRM, BodyKind.AUDIT_FIRM))
        self.initial.setdefault("barred", list(later.values_list("public_id", flat=True)))

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or {}
        if not self.errors and not data["seats_finance"] + data["seats_general"]:
            self.add_error("seats_general", _("至少抽取一名专家。"))
        return data
