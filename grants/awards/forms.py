"""What is asked when a list is drawn, changed and decided, and what follows from it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from core.money import format_yuan
from core.ui.forms import DayField, ReasonForm, UploadField, YuanField
from grants.awards import rules
from grants.awards.models import CategoryMove, DecisionLine, Outcome
from grants.awards.selectors.sheet import DecisionSheet, Scene, may_need_consent
from grants.awards.services import Change
from grants.proposals.models import Proposal
from grants.rounds.models import Category, Round

MOST_MOVES = 2
SEPARATORS = re.compile(r"[\n、，,；;]+")


def plain_yuan(fen: int) -> str:
    """Return an amount as it is typed into a field."""
    return format_yuan(fen).replace(",", "").removesuffix(".00")


def _area(rows: int) -> forms.Textarea:
    return forms.Textarea(attrs={"rows": rows})


class MovesForm(forms.Form):
    """Money moved between categories, and who consented to a cut; made for a round by ``moves_of``."""

    asks: Sequence[Proposal] = ()

    def clean(self) -> dict[str, Any]:
        """Add ``moves`` (the rules say what is wrong with half of one) and ``consents`` by application."""
        data = super().clean() or {}
        return {**data, "moves": _given(data), "consents": self._letters(data)}

    def _letters(self, data: Mapping[str, Any]) -> dict[int, str]:
        letters = {one.pk: data.get(f"consent_{one.public_id}", "") for one in self.asks}
        return {pk: letter.strip() for pk, letter in letters.items() if letter.strip()}


def _given(data: Mapping[str, Any]) -> list[rules.Move]:
    found = []
    for n in range(1, MOST_MOVES + 1):
        given = [data.get(f"move{n}_{part}") for part in ("source", "target", "yuan", "reason")]
        if any(given):
            source, target, fen, reason = given
            found.append(rules.Move(source or "", target or "", fen or 0, reason or ""))
    return found


def moves_of(round_: Round, sheet: DecisionSheet | None = None) -> type[MovesForm]:
    """Return the form for a round; with a list, filled with the moves and consents it has."""
    categories = [("", _("不调剂")), *Category.objects.filter(round=round_).values_list("code", "name")]
    asks = may_need_consent(round_, sheet)
    letters = {line.proposal_id: line.cut_consent for line in sheet.lines} if sheet else {}
    moves = sheet.moves if sheet else ()
    fields: dict[str, Any] = {"asks": asks}
    for n in range(1, MOST_MOVES + 1):
        now = moves[n - 1] if n <= len(moves) else None
        fields |= _move_fields(n, categories, now)
    for one in asks:
        fields[f"consent_{one.public_id}"] = forms.CharField(
            label=_("“%(title)s”的核减同意函") % {"title": one.title},
            max_length=120,
            required=False,
            initial=letters.get(one.pk, ""),
            help_text=_("申请 %(amount)s 元；同意核减的，填写同意函的日期或文号。")
            % {"amount": format_yuan(one.requested_fen)},
        )
    return type("MovesOfRound", (MovesForm,), fields)


def _move_fields(n: int, categories: Sequence[tuple[str, Any]], now: CategoryMove | None) -> dict[str, Any]:
    number = {"n": n}
    return {
        f"move{n}_source": forms.ChoiceField(
            label=_("调剂 %(n)s：转出类别") % number,
            choices=categories,
            required=False,
            initial=now.source.code if now else "",
        ),
        f"move{n}_target": forms.ChoiceField(
            label=_("调剂 %(n)s：转入类别") % number,
            choices=categories,
            required=False,
            initial=now.target.code if now else "",
        ),
        f"move{n}_yuan": YuanField(
            label=_("调剂 %(n)s：金额（元）") % number,
            required=False,
            initial=plain_yuan(now.amount_fen) if now else "",
        ),
        f"move{n}_reason": forms.CharField(
            label=_("调剂 %(n)s：理由") % number,
            max_length=300,
            required=False,
            initial=now.reason if now else "",
        ),
    }


class LineForm(forms.Form):
    """What the meeting wants of one application; blank fields of a line nobody touched say nothing."""

    outcome = forms.ChoiceField(label=_("决定"), choices=Outcome.choices)
    amount = YuanField(label=_("金额（元）"), required=False)
    reason = forms.CharField(label=_("与推荐不同的理由"), max_length=300, required=False)
    consent = forms.CharField(label=_("核减同意函"), max_length=120, required=False)

    def __init__(self, data: Any = None, *, line: DecisionLine) -> None:
        self.line = line
        now = {
            "outcome": line.outcome,
            "amount": plain_yuan(line.amount_fen) if line.amount_fen else "",
            "reason": line.departure_reason,
            "consent": line.cut_consent,
        }
        super().__init__(data, prefix=line.proposal.public_id, initial=now)
        for name, field in self.fields.items():
            field.widget.attrs |= {
                "aria-label": f"{line.proposal.title}：{field.label}",
                "data-part": name,
                "placeholder": " ",
            }

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("outcome") == Outcome.PROPOSE and "amount" in data and not data["amount"]:
            self.add_error("amount", _("拟立项须填写金额。"))
        return data

    def change(self) -> Change | None:
        """Return what is different from the list; None when nothing is."""
        data, line = self.cleaned_data, self.line
        amount = (data["amount"] or 0) if data["outcome"] == Outcome.PROPOSE else 0
        wanted = (data["outcome"], amount, data["reason"], data["consent"] or line.cut_consent)
        if wanted == (line.outcome, line.amount_fen, line.departure_reason, line.cut_consent):
            return None
        return Change(line.proposal_id, data["outcome"], amount, data["reason"], data["consent"])


def lines_of(lines: Iterable[DecisionLine], data: Mapping[str, Any] | None = None) -> list[LineForm]:
    """Return a form for each line; one that was not sent keeps what the list says."""
    found = []
    for line in lines:
        sent = data if data is not None and f"{line.proposal.public_id}-outcome" in data else None
        found.append(LineForm(sent, line=line))
    return found


class MinutesForm(forms.Form):
    """The papers of the meeting."""

    minutes_no = forms.CharField(label=_("会议纪要文号"), max_length=60)
    met_on = DayField(label=_("会议日期"))
    attendees = forms.CharField(
        label=_("参会人员"), max_length=1000, widget=_area(3), help_text=_("每行一人，或用顿号隔开。")
    )
    money_reply_no = forms.CharField(label=_("资金批复文号"), max_length=60)
    scan = UploadField(
        label=_("签字纪要扫描件"), purpose="awards.minutes_scan", help_text=_("PDF 或图片，不超过 10 MB。")
    )

    def clean_attendees(self) -> list[str]:
        """Return one name each."""
        names = [name.strip() for name in SEPARATORS.split(self.cleaned_data["attendees"]) if name.strip()]
        if not names:
            raise forms.ValidationError(_("请填写参会人员。"))
        return names


class NoticeForm(forms.Form):
    """What is not known from the decision: where objections go, and words of one's own."""

    contact = forms.CharField(
        label=_("异议受理方式"),
        max_length=200,
        help_text=_("科室、地址和办公电话；不要写个人手机号。"),
    )
    title = forms.CharField(
        label=_("标题"), max_length=120, required=False, help_text=_("不填则按届次名称拟定。")
    )
    text = forms.CharField(label=_("正文"), max_length=5000, required=False, widget=_area(4))


def promotion_of(scene: Scene) -> type[forms.Form]:
    """Return the form that promotes somebody from the waiting list."""

    class PromotionForm(forms.Form):
        who = forms.ChoiceField(
            label=_("递补项目"),
            choices=[(line.proposal.public_id, _waits(line)) for line in scene.waiting],
            help_text=_("按名次递补；越过前面的备选须写明理由。"),
        )
        passing = forms.CharField(
            label=_("越过前面备选的理由"), max_length=300, required=False, widget=_area(2)
        )
        consent = forms.CharField(
            label=_("核减同意函"),
            max_length=120,
            required=False,
            help_text=_("余额不足申请额、单位同意核减时填写。"),
        )

    return PromotionForm


def _waits(line: DecisionLine) -> str:
    return str(
        _("%(category)s 第 %(rank)s 名 %(title)s（申请 %(asked)s 元）")
        % {
            "category": line.category.name,
            "rank": line.rank,
            "title": line.proposal.title,
            "asked": format_yuan(line.asked_fen),
        }
    )


class LapseForm(ReasonForm):
    """Why an award lapses."""

    renounced = forms.BooleanField(label=_("单位已书面放弃（签约期限未过也可失效）"), required=False)
