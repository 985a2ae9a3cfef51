"""What is asked when eligible applications are laid before a panel."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from evaluations.panels.models import Panel
from grants.proposals.selectors.laying import Waiting


class LayForm(forms.Form):
    """Which of one's panels, and the seed that shuffles the codes."""

    panel = forms.ModelChoiceField(
        label=_("评审组"),
        queryset=Panel.objects.none(),
        to_field_name="public_id",
        empty_label=None,
        error_messages={"invalid_choice": _("这个评审组现在不能编入材料，请从列表中选择。")},
    )
    seed = forms.CharField(
        label=_("随机种子"),
        max_length=120,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        help_text=_("编入前公布；材料代码按种子打乱，看不出提交先后。"),
    )

    def __init__(self, *args: Any, waiting: Waiting, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["panel"]
        field.queryset = waiting.panels
        field.label_from_instance = waiting.named
