"""What the merger of communities asks for."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from core import clock
from core.ui.forms import DayField, DocumentedReasonForm
from orgs.areas import selectors
from orgs.areas.models import Community


class MergeForm(DocumentedReasonForm):
    """Where it goes, and from when."""

    into = forms.ModelChoiceField(
        label=_("并入的社区"), queryset=Community.objects.none(), to_field_name="code",
        empty_label=_("请选择"), error_messages={"invalid_choice": _("请从列表中选择。")},
    )  # fmt: skip
    on = DayField(label=_("生效日期"))
    field_order = ("into", "on", "reason", "document")


def merge_form(place: Community) -> type[forms.Form]:
    """The other communities of today."""

    class Merge(MergeForm):
        def __init__(self, *args: Any, **kwargs: Any) -> None:
            super().__init__(*args, **kwargs)
            others: Any = self.fields["into"]
            others.queryset = selectors.communities(on=clock.today()).exclude(pk=place.pk)
            others.label_from_instance = lambda one: one.place

    return Merge
