"""Fields that many buttons ask for; the sentence of a fault says what to write instead."""

from __future__ import annotations

from typing import Any, NamedTuple

from django import forms
from django.utils.translation import gettext_lazy as _

from core import money
from core.files.kinds import KINDS, PAPERS
from core.files.purposes import purpose_named
from core.files.refusals import FileRefused, size_text

LONGEST_REASON = 1000


class YuanField(forms.CharField):
    """An amount typed in yuan, cleaned to integer fen; strict, since 3e4 and 3万 are not amounts."""

    def __init__(self, *, least: int = 0, **kwargs: Any) -> None:
        self.least = least
        kwargs.setdefault("max_length", 20)
        kwargs.setdefault("widget", forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"}))
        super().__init__(**kwargs)

    def clean(self, value: Any) -> Any:
        text = super().clean(value)
        if not text:
            return None
        try:
            fen = money.yuan(text)
        except ValueError as wrong:
            raise forms.ValidationError(str(wrong)) from wrong
        if fen < self.least:
            raise forms.ValidationError(
                _("金额不能少于 %(least)s 元。") % {"least": money.format_yuan(self.least)}
            )
        return fen


class DayField(forms.DateField):
    """A day, typed or picked; the fault names an example."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("widget", forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))
        kwargs.setdefault("error_messages", {"invalid": _("没有这一天，请按 2027-03-31 的样子填写。")})
        super().__init__(**kwargs)


class Upload(NamedTuple):
    """A file that was sent: its bytes, and the name it was given."""

    data: bytes
    filename: str


class UploadField(forms.FileField):
    """A file for a purpose; one far too large is refused before it is read, the store judges the rest."""

    def __init__(self, *, purpose: str, accepts: tuple[str, ...] = PAPERS, **kwargs: Any) -> None:
        self.purpose = purpose
        kwargs.setdefault("allow_empty_file", True)  # the store says what is wrong with an empty file
        kwargs.setdefault("widget", forms.FileInput(attrs={"accept": endings(accepts)}))
        super().__init__(**kwargs)

    def clean(self, data: Any, initial: Any = None) -> Any:
        sent = super().clean(data, initial)
        if not sent:
            return None
        most = purpose_named(self.purpose).max_bytes
        if sent.size > most:
            refused = FileRefused("too_big", name=sent.name, size=size_text(sent.size), limit=size_text(most))
            raise forms.ValidationError(str(refused))
        return Upload(sent.read(), sent.name)


class Several(forms.FileInput):
    """A file input that takes several."""

    allow_multiple_selected = True


class UploadsField(UploadField):
    """Some files for a purpose, cleaned to a tuple."""

    def __init__(self, *, accepts: tuple[str, ...] = PAPERS, most: int = 10, **kwargs: Any) -> None:
        self.most = most
        kwargs.setdefault("widget", Several(attrs={"accept": endings(accepts), "multiple": True}))
        super().__init__(accepts=accepts, **kwargs)

    def clean(self, data: Any, initial: Any = None) -> Any:
        sent = data if isinstance(data, list | tuple) else [data] if data else []
        if len(sent) > self.most:
            raise forms.ValidationError(_("一次最多 %(most)s 个文件。") % {"most": self.most})
        return tuple(UploadField.clean(self, one, initial) for one in sent)


def endings(kinds: tuple[str, ...]) -> str:
    """What a file input offers for some kinds of files."""
    return ",".join(ending for kind in kinds for ending in KINDS[kind].extensions)


class ReasonForm(forms.Form):
    """Why: kept in the log and shown to those concerned."""

    reason = forms.CharField(
        label=_("理由"),
        max_length=LONGEST_REASON,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("写入办理记录，相关单位会看到。"),
    )


class DocumentedReasonForm(ReasonForm):
    """Why, and by which document."""

    document = forms.CharField(label=_("文号"), max_length=100)
