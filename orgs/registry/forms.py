"""What the buttons and pages of the register ask for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from core import clock
from core.policy import Role
from core.ui.forms import DayField, DocumentedReasonForm, YuanField
from orgs.areas.models import Community
from orgs.areas.selectors import communities
from orgs.people.models import Body
from orgs.registry import rules, selectors
from orgs.registry.models import (
    AssessmentGrade,
    CreditList,
    CreditListing,
    InspectionResult,
    OrgType,
    SocialOrganisation,
)
from orgs.registry.services.organisations import HOSTS

CODE_HINT = _("18位，只有数字0没有字母O，只有数字1没有字母I。")


class CommunityField(forms.ModelChoiceField):
    """A community of today, by its code."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(
            queryset=Community.objects.none(),
            to_field_name="code",
            empty_label=_("请选择"),
            error_messages={"invalid_choice": _("没有这个社区，请从列表中选择。")},
            **kwargs,
        )

    def __deepcopy__(self, memo: dict[int, Any]) -> Any:
        copied = super().__deepcopy__(memo)
        copied.queryset = communities(on=clock.today())
        return copied

    def label_from_instance(self, obj: Any) -> str:
        """Name the street as well: names of communities repeat."""
        return str(obj.place)


class HostField(forms.CharField):
    """The body behind a group, by its full name or its credit code; cleaned to the body."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("max_length", 120)
        kwargs.setdefault("help_text", _("填写单位全称或统一社会信用代码。"))
        super().__init__(**kwargs)

    def clean(self, value: Any) -> Any:
        text = super().clean(value)
        if entry := selectors.by_code(text):
            return entry.body
        found = list(Body.objects.filter(name=text.strip(), kind__in=HOSTS)[:2])
        if len(found) != 1:
            says = _("没有找到这个单位，请核对全称，或改填统一社会信用代码。")
            twice = _("有重名的单位，请改填统一社会信用代码。")
            raise forms.ValidationError(twice if found else says)
        return found[0]


class TagsField(forms.CharField):
    """Words separated by commas or spaces, cleaned to a list."""

    def prepare_value(self, value: Any) -> Any:
        return "、".join(value) if isinstance(value, list) else value

    def to_python(self, value: Any) -> Any:
        text = str(super().to_python(value) or "")
        for mark in "，,、；;":
            text = text.replace(mark, " ")
        return list(dict.fromkeys(text.split()))[:12]


def with_initial(form: type[forms.Form], values: Mapping[str, Any]) -> type[forms.Form]:
    """Return a form that shows what stands there now."""

    class Filled(form):  # type: ignore[valid-type,misc]
        def __init__(self, *args: Any, **kwargs: Any) -> None:
            super().__init__(*args, **{"initial": dict(values)} | kwargs)

    Filled.__name__ = form.__name__
    return Filled


def with_choices(form: type[forms.Form], **choices: Sequence[tuple[str, Any]]) -> type[forms.Form]:
    """Return a form whose choice fields offer these."""

    class Offering(form):  # type: ignore[valid-type,misc]
        def __init__(self, *args: Any, **kwargs: Any) -> None:
            super().__init__(*args, **kwargs)
            for name, offered in choices.items():
                self.fields[name].choices = offered

    Offering.__name__ = form.__name__
    return Offering


# Organisations


class DetailsForm(forms.Form):
    """What may be edited without a registered change."""

    founded_on = DayField(label=_("成立日期"), required=False)
    supervising_unit = forms.CharField(label=_("业务主管单位"), max_length=120, required=False)
    registered_capital_fen = YuanField(label=_("注册资金（元）"), required=False)
    domicile = forms.CharField(label=_("住所"), max_length=200, required=False)
    business_scope = forms.CharField(
        label=_("业务范围"), max_length=2000, required=False, widget=forms.Textarea(attrs={"rows": 3})
    )
    certificate_valid_to = DayField(label=_("证书有效期至"), required=False)
    has_party_organisation = forms.BooleanField(label=_("已建立党组织"), required=False)
    incubated_from = DayField(label=_("入驻孵化日期"), required=False)
    incubated_to = DayField(label=_("出壳日期"), required=False)
    charity_since = DayField(label=_("慈善组织认定日期"), required=False)
    contact_name = forms.CharField(label=_("联系人"), max_length=60, required=False)
    contact_phone = forms.CharField(
        label=_("联系电话"), max_length=40, required=False, help_text=_("不填则不变。")
    )
    website = forms.URLField(label=_("网站"), max_length=200, required=False, assume_scheme="https")
    staff_count = forms.IntegerField(label=_("专职人数"), min_value=0, max_value=100_000, required=False)
    social_worker_count = forms.IntegerField(
        label=_("持证社工人数"), min_value=0, max_value=100_000, required=False
    )
    volunteer_count = forms.IntegerField(
        label=_("志愿者人数"), min_value=0, max_value=1_000_000, required=False
    )
    tags = TagsField(label=_("服务领域"), max_length=200, required=False, help_text=_("用顿号或空格隔开。"))
    checked_on = DayField(label=_("最近核对日期"), required=False)
    reason = forms.CharField(label=_("修改理由"), max_length=200, required=False)


COUNTS = ("staff_count", "social_worker_count", "volunteer_count", "registered_capital_fen")


def details_of(data: Mapping[str, Any]) -> dict[str, Any]:
    """Return the cleaned details as the services take them: no empty count, no phone that was not typed."""
    details = {name: data[name] for name in DetailsForm.base_fields if name != "reason" and name in data}
    if not details.get("contact_phone"):
        details.pop("contact_phone", None)
    return details | {name: details[name] or 0 for name in COUNTS if name in details}


def edit_form(entry: SocialOrganisation) -> type[forms.Form]:
    """The details as they stand; the amount in yuan."""
    shown = [name for name in DetailsForm.base_fields if name not in ("reason", "contact_phone")]
    values = {name: getattr(entry, name) for name in shown}
    fen = entry.registered_capital_fen
    return with_initial(DetailsForm, values | {"registered_capital_fen": f"{fen // 100}.{fen % 100:02d}"})


class RegisterForm(forms.Form):
    """A new entry of the register."""

    name = forms.CharField(label=_("名称"), max_length=120)
    short_name = forms.CharField(label=_("简称"), max_length=40, required=False)
    uscc = forms.CharField(label=_("统一社会信用代码"), max_length=40, help_text=CODE_HINT)
    org_type = forms.ChoiceField(label=_("组织类型"), choices=[("", _("请选择")), *OrgType.choices])
    community = CommunityField(label=_("所在社区"), required=False)
    founded_on = DayField(label=_("成立日期"), required=False)
    supervising_unit = forms.CharField(label=_("业务主管单位"), max_length=120, required=False)
    domicile = forms.CharField(label=_("住所"), max_length=200, required=False)
    contact_name = forms.CharField(label=_("联系人"), max_length=60, required=False)
    contact_phone = forms.CharField(label=_("联系电话"), max_length=40, required=False)
    preparing = forms.BooleanField(label=_("尚在筹备，未准予登记"), required=False)
    override_reason = forms.CharField(
        label=_("校验位不符仍要登记的理由"),
        max_length=200,
        required=False,
        help_text=_("仅当证照原件上的代码确实如此时填写，理由写入日志。"),
    )

    def suggestion(self) -> str:
        """A code that would be sound if look-alike letters were read as digits; only to be shown."""
        return rules.suggestion(rules.normalise_code(self.data.get("uscc", "")))


class FoundForm(forms.Form):
    """The day on which an organisation in preparation was registered."""

    founded_on = DayField(label=_("成立日期"))
    document = forms.CharField(label=_("文号"), max_length=100, required=False)


class ChangeForm(forms.Form):
    """A registered change: from when, by which document."""

    effective_on = DayField(label=_("生效日期"))
    document = forms.CharField(label=_("文号"), max_length=100)


class RenameForm(ChangeForm):
    """A new name."""

    name = forms.CharField(label=_("新名称"), max_length=120)
    field_order = ("name", "effective_on", "document")


class RepresentativeForm(ChangeForm):
    """Who signs from now on."""

    name = forms.CharField(label=_("姓名"), max_length=60)
    id_number = forms.CharField(
        label=_("身份证号"),
        max_length=30,
        help_text=_("加密保存，只用于辨认同一人。"),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    field_order = ("name", "id_number", "effective_on", "document")


class InspectionForm(forms.Form):
    """The result of a year's inspection."""

    year = forms.IntegerField(label=_("年度"), min_value=1990, max_value=2100)
    result = forms.ChoiceField(label=_("结论"), choices=InspectionResult.choices)
    concluded_on = DayField(label=_("结论日期"), required=False)
    reason = forms.CharField(
        label=_("理由"), max_length=200, required=False, help_text=_("更正已有结论时必须填写。")
    )


class GradeForm(forms.Form):
    """An assessment grade; its validity follows from the day unless given."""

    grade = forms.ChoiceField(label=_("等级"), choices=AssessmentGrade.GRADES)
    announced_on = DayField(label=_("公告日期"))
    valid_from = DayField(label=_("有效期自"), required=False, help_text=_("不填则按评估办法推算。"))
    valid_to = DayField(label=_("有效期至"), required=False)

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        start, end = data.get("valid_from"), data.get("valid_to")
        if start and end and end < start:
            self.add_error("valid_to", _("有效期的结束日期早于开始日期。"))
        return data


class ListingForm(forms.Form):
    """Putting on a credit list."""

    kind = forms.ChoiceField(label=_("名单"), choices=CreditList.choices)
    from_date = DayField(label=_("列入日期"))
    why = forms.CharField(label=_("列入事由"), max_length=200)
    document = forms.CharField(label=_("文号"), max_length=100, required=False)
    to_date = DayField(label=_("移出日期"), required=False, help_text=_("补录已经移出的记录时填写。"))

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        start, end = data.get("from_date"), data.get("to_date")
        if start and end and end < start:
            self.add_error("to_date", _("移出日期早于列入日期。"))
        return data


class LiftForm(forms.Form):
    """Taking off a credit list."""

    listing = forms.ChoiceField(label=_("名单记录"))
    to_date = DayField(label=_("移出日期"))
    reason = forms.CharField(label=_("移出理由"), max_length=200)
    document = forms.CharField(label=_("文号"), max_length=100, required=False)


def open_listings(entry: SocialOrganisation) -> list[CreditListing]:
    """The listings of an organisation that last."""
    return [one for one in entry.listings.all() if one.to_date is None]


def lift_form(entry: SocialOrganisation) -> type[forms.Form]:
    """The listings of this organisation that last."""
    return with_choices(LiftForm, listing=[(one.public_id, str(one)) for one in open_listings(entry)])


# Groups


class GroupForm(forms.Form):
    """A new recorded group."""

    name = forms.CharField(label=_("名称"), max_length=120)
    filing_no = forms.CharField(label=_("备案编号"), max_length=40)
    community = CommunityField(label=_("备案社区"))
    host = HostField(label=_("代管单位"))
    category = forms.CharField(label=_("类别"), max_length=40, required=False)
    filed_on = DayField(label=_("备案日期"), required=False)
    member_count = forms.IntegerField(label=_("成员人数"), min_value=0, max_value=100_000, required=False)


class HostForm(ChangeForm):
    """Another body behind a group."""

    host = HostField(label=_("新代管单位"))
    field_order = ("host", "effective_on", "document")


class DissolveForm(DocumentedReasonForm):
    """The end of a group; a document where there is one."""

    document = forms.CharField(label=_("文号"), max_length=100, required=False)


# Bank accounts


class AccountForm(forms.Form):
    """Where a body receives money."""

    holder_name = forms.CharField(
        label=_("户名"), max_length=120, help_text=_("应与单位名称一致，资金不能拨付到其他户名。")
    )
    bank = forms.CharField(label=_("开户银行"), max_length=120, help_text=_("写到支行。"))
    number = forms.CharField(
        label=_("账号"),
        max_length=60,
        help_text=_("8至32位数字，加密保存；由财务人员另行核验后才能收款。"),
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
    )


class CorrectionForm(forms.Form):
    """Holder and bank of an account that waits; the number needs a new account."""

    holder_name = forms.CharField(label=_("户名"), max_length=120)
    bank = forms.CharField(label=_("开户银行"), max_length=120)


def account_form(entry: Any) -> type[forms.Form]:
    """The body's own name stands there already."""
    return with_initial(AccountForm, {"holder_name": entry.body.name})


def correction_form(account: Any) -> type[forms.Form]:
    """Holder and bank as they stand."""
    return with_initial(CorrectionForm, {"holder_name": account.holder_name, "bank": account.bank})


# People of a house


class InviteForm(forms.Form):
    """Somebody who shall work for the house."""

    role = forms.ChoiceField(label=_("岗位"))
    name = forms.CharField(label=_("姓名"), max_length=60)
    phone = forms.CharField(label=_("手机号"), max_length=30, required=False)
    email = forms.CharField(
        label=_("电子邮箱"), max_length=254, required=False, help_text=_("手机号和邮箱至少填一项。")
    )


def first_admin_form(entry: Any) -> type[forms.Form]:
    """The first person responsible for an applicant."""
    return with_choices(InviteForm, role=[(Role.APPLICANT_ADMIN, Role.APPLICANT_ADMIN.label)])


def colleague_form(entry: Any) -> type[forms.Form]:
    """Colleagues whom a house invites itself."""
    roles = (Role.APPLICANT_EDITOR, Role.APPLICANT_FINANCE, Role.APPLICANT_ADMIN)
    return with_choices(InviteForm, role=[(role, role.label) for role in roles])


# Import


class SheetForm(forms.Form):
    """A workbook to import."""

    sheet = forms.FileField(
        label=_("名册表格"),
        allow_empty_file=True,
        help_text=_("只接受 xlsx，最大 20 MB；先预览，确认后才写入名册。"),
        widget=forms.FileInput(attrs={"accept": ".xlsx"}),
        error_messages={"required": _("请选择要导入的表格。")},
    )
