"""What the buttons of a round ask for."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

import yaml
from django import forms
from django.utils.translation import gettext_lazy as _

from core.ui.forms import ReasonForm
from evaluations.rubrics.models import RubricVersion
from grants.rounds.models import FormVersion, Round, Stage
from orgs.people.models import Body

MOST_BYTES = 200_000
ENDINGS = ("yaml", "yml", "json")


class _PlainLoader(yaml.SafeLoader):
    """YAML without references, so that a small file stays small."""

    def compose_node(self, parent: Any, index: Any) -> Any:
        if self.check_event(yaml.AliasEvent):  # type: ignore[no-untyped-call]
            raise yaml.YAMLError("aliases are not read")
        return super().compose_node(parent, index)  # type: ignore[no-untyped-call]


def _plain(value: Any) -> str:
    if isinstance(value, date):
        return value.isoformat()
    raise ValueError("not a plain value")


class TermsField(forms.FileField):
    """The terms of a round as a file: YAML or JSON, plain values only."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("widget", forms.FileInput(attrs={"accept": ".yaml,.yml,.json"}))
        kwargs.setdefault("allow_empty_file", True)
        super().__init__(**kwargs)

    def clean(self, data: Any, initial: Any = None) -> Any:
        sent = super().clean(data, initial)
        if sent.name.lower().rpartition(".")[2] not in ENDINGS:
            raise forms.ValidationError(_("请上传 YAML 或 JSON 格式的条款文件。"))
        if sent.size > MOST_BYTES:
            raise forms.ValidationError(_("条款文件不应超过 200 KB，请检查是否选错了文件。"))
        try:
            read = yaml.load(sent.read().decode("utf-8-sig"), _PlainLoader)  # noqa: S506 - a safe loader
            terms = json.loads(json.dumps(read, default=_plain, allow_nan=False))
        except (yaml.YAMLError, ValueError, TypeError, RecursionError) as wrong:
            raise forms.ValidationError(_("条款文件读不出来，请检查格式；没有任何内容被改变。")) from wrong
        if not isinstance(terms, dict):
            raise forms.ValidationError(_("条款文件读不出来，请检查格式；没有任何内容被改变。"))
        return terms


class PrepareForm(forms.Form):
    """A new round: its terms, and who holds and carries it out."""

    terms = TermsField(
        label=_("条款文件"),
        help_text=_("可在往届届次页下载条款，改好代码、日期和金额后上传；YAML 或 JSON，不超过 200 KB。"),
    )
    host = forms.ModelChoiceField(
        label=_("主办单位"), queryset=Body.objects.filter(kind__in=["committee", "department"])
    )
    operator = forms.ModelChoiceField(
        label=_("承办单位"), queryset=Body.objects.filter(kind="operator"), required=False
    )


class _SheetField(forms.ModelChoiceField):
    """A frozen sheet, told by its name, number and seal."""

    def label_from_instance(self, obj: Any) -> str:
        return f"{obj.rubric.name} v{obj.no}（{obj.digest[:8]}）"


class _FormField(forms.ModelChoiceField):
    """A form version, told by its title, number and seal."""

    def label_from_instance(self, obj: Any) -> str:
        return f"{obj.title} v{obj.no}（{obj.digest[:8]}）"


def equip_form(round_: Round) -> type[forms.Form]:
    """Make the form that chooses the application form and the sheet of each stage."""
    fields: dict[str, Any] = {
        "form": _FormField(
            label=_("申报表"), queryset=FormVersion.objects.order_by("-pk"), initial=round_.form_id
        )
    }
    chosen = {one.stage: one.rubric_version_id for one in round_.rubrics.all()}
    for stage in Stage:
        sheets = RubricVersion.objects.filter(stage=stage).select_related("rubric").order_by("-pk")
        fields[stage.value] = _SheetField(
            label=_("%(stage)s评分表") % {"stage": stage.label}, queryset=sheets, initial=chosen.get(stage)
        )
    return type("EquipForm", (forms.Form,), fields)


class ExtendForm(ReasonForm):
    """Until when applications are taken, and why."""

    until = forms.DateTimeField(
        label=_("延至"),
        input_formats=["%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M"],
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
        help_text=_("武汉时间，含这一分钟。"),
        error_messages={"invalid": _("没有这一时刻，请按 2027-04-28 17:30 的样子填写。")},
    )
    field_order = ["until", "reason"]
