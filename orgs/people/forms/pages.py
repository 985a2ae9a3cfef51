"""What the pages of accounts, bodies, roles and one's own account ask for."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from core import clock
from core.policy import STAFF_ROLES, Role
from core.ui.forms import DayField, ReasonForm
from orgs.areas.models import Community, Street
from orgs.areas.selectors import communities, streets
from orgs.people import rules, selectors
from orgs.people.lifecycle import D, M
from orgs.people.models import Body, BodyKind, Delegation, InterestKind, Membership, User

REGISTERED_KINDS = {BodyKind.SOCIAL_ORGANISATION, BodyKind.COMMUNITY_GROUP}
Ask = Callable[[], Any]


def shaped(
    form: type[forms.Form],
    *,
    initial: Mapping[str, Any] | None = None,
    **choices: Sequence[tuple[str, Any]],
) -> type[forms.Form]:
    """Return a form that shows what stands there now and offers these choices."""

    class Shaped(form):  # type: ignore[valid-type,misc]
        def __init__(self, *args: Any, **kwargs: Any) -> None:
            super().__init__(*args, **{"initial": dict(initial or {})} | kwargs)
            for name, offered in choices.items():
                self.fields[name].choices = offered

    Shaped.__name__ = form.__name__
    return Shaped


class FreshChoiceField(forms.ModelChoiceField):
    """One of the rows that ``rows()`` gives when the page is drawn, by a key that is no primary key."""

    def __init__(self, rows: Ask, *, key: str, named: Callable[[Any], str] = str, **kwargs: Any) -> None:
        self.rows, self.named = rows, named
        super().__init__(queryset=User.objects.none(), to_field_name=key, empty_label=_("请选择"), **kwargs)
        self.error_messages["invalid_choice"] = _("请从列表中选择。")

    def __deepcopy__(self, memo: dict[int, Any]) -> Any:
        copied = super().__deepcopy__(memo)
        copied.queryset = self.rows()
        return copied

    def label_from_instance(self, obj: Any) -> str:
        """Return what the list says."""
        return self.named(obj)


class BodyField(forms.CharField):
    """A body by its full name or short name; cleaned to the body."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("max_length", 120)
        kwargs.setdefault("help_text", _("填写单位全称或简称。"))
        super().__init__(**kwargs)

    def clean(self, value: Any) -> Any:
        text = super().clean(value)
        if not text:
            return None
        found = list(Body.objects.filter(name=text)[:2]) or list(Body.objects.filter(short_name=text)[:2])
        if len(found) != 1:
            twice, none = _("有重名的单位，请填写全称。"), _("没有找到这个单位，请核对全称。")
            raise forms.ValidationError(twice if found else none)
        return found[0]


class LoginField(forms.CharField):
    """Somebody with an account, by mobile or e-mail; cleaned to the user."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("max_length", 254)
        kwargs.setdefault("help_text", _("对方登录用的手机号或电子邮箱。"))
        kwargs.setdefault("widget", forms.TextInput(attrs={"autocomplete": "off"}))
        super().__init__(**kwargs)

    def clean(self, value: Any) -> Any:
        user = selectors.user_by_login(super().clean(value))
        if user is None or not user.is_active:
            raise forms.ValidationError(_("没有这个账号或账号已停用，请核对后重填。"))
        return user


def _streets() -> Any:
    return streets(on=clock.today())


def _communities() -> Any:
    return communities(on=clock.today())


def staff_bodies() -> Any:
    """The bodies in which officers, firms and committees hold roles."""
    return Body.objects.exclude(kind__in=REGISTERED_KINDS).order_by("kind", "name", "pk")


# One's own account


class ContactForm(forms.Form):
    """Mobile and e-mail, with which one also signs in."""

    phone = forms.CharField(label=_("手机号"), max_length=30, required=False)
    email = forms.CharField(label=_("电子邮箱"), max_length=254, required=False)


def contact_form(person: Any) -> type[forms.Form]:
    """The address stands there; the number does not, and stays when nothing is typed."""
    return shaped(ContactForm, initial={"email": person.email})


class SpanForm(forms.Form):
    """Something that holds from a day (today where none is said) to a later one, or for good."""

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        start, end = data.get("valid_from") or clock.today(), data.get("valid_to")
        if end and end < start:
            self.add_error("valid_to", _("结束日期早于开始日期。"))
        return data


class InterestForm(SpanForm):
    """A tie that calls for recusal."""

    body = BodyField(label=_("相关单位"))
    kind = forms.ChoiceField(label=_("关系"), choices=InterestKind.choices)
    note = forms.CharField(label=_("说明"), max_length=200, required=False)
    valid_from = DayField(label=_("开始日期"), required=False, help_text=_("不填则自今日起。"))
    valid_to = DayField(label=_("结束日期"), required=False)


class EndInterestForm(forms.Form):
    """The end of a declared tie."""

    interest = forms.ChoiceField(label=_("利害关系"))
    on = DayField(label=_("结束日期"))
    reason = forms.CharField(label=_("理由"), max_length=200)


def end_interest_form(person: Any) -> type[forms.Form]:
    """The interests of this person that last."""
    found = person.interests.filter(valid_to__isnull=True).select_related("body").order_by("pk")
    offered = [(one.public_id, f"{one.body.label}（{one.get_kind_display()}）") for one in found]
    return shaped(EndInterestForm, interest=offered)


class DelegateForm(forms.Form):
    """One's own role lent to a colleague for a period."""

    role = forms.ChoiceField(label=_("岗位"))
    delegate = forms.ChoiceField(label=_("代理人"))
    valid_from = DayField(label=_("开始日期"))
    valid_to = DayField(label=_("结束日期"))
    document = forms.CharField(label=_("授权文书"), max_length=120, help_text=_("文书名称或文号。"))


def lendable(person: Any) -> list[Membership]:
    """The roles of a person that may be lent; asked for once in drawing a page."""
    if "_lendable" not in person.__dict__:
        held = selectors.memberships(on=clock.today()).filter(user__person=person)
        person.__dict__["_lendable"] = [one for one in held if one.role in LENDABLE]
    found: list[Membership] = person.__dict__["_lendable"]
    return found


LENDABLE = set(Role) - rules.APPLICANT - rules.ADMINISTRATORS - {"community_worker", "expert", "coach"}


def delegate_form(person: Any) -> type[forms.Form]:
    """The roles of this person, and the colleagues to whom they may go."""
    near = selectors.colleagues_of(person.user.pk, on=clock.today())
    return shaped(
        DelegateForm,
        role=[(one.public_id, str(one)) for one in lendable(person)],
        delegate=[("", _("请选择")), *((one.public_id, one.person.name) for one in near)],
    )


class RevokeDelegationForm(forms.Form):
    """A lent role taken back."""

    delegation = forms.ChoiceField(label=_("授权"))
    reason = forms.CharField(label=_("理由"), max_length=200, required=False)


def given_delegations(person: Any) -> list[Delegation]:
    """What this person lent and has not taken back, as far as it has not ended; asked for once too."""
    if "_given" not in person.__dict__:
        mine = {"membership__user__person": person, "state": D.GIVEN, "valid_to__gte": clock.today()}
        lent = Delegation.objects.filter(**mine).select_related("membership__body", "delegate__person")
        person.__dict__["_given"] = list(lent.order_by("valid_to", "pk"))
    found: list[Delegation] = person.__dict__["_given"]
    return found


def revoke_form(person: Any) -> type[forms.Form]:
    """The delegations of this person that last."""
    offered = [
        (one.public_id, f"{one.membership.get_role_display()} → {one.delegate.person.name}（{one.valid_to}）")
        for one in given_delegations(person)
    ]
    return shaped(RevokeDelegationForm, delegation=offered)


# Accounts and roles


class PersonForm(forms.Form):
    """A human being, for whom an account may be opened later."""

    name = forms.CharField(label=_("姓名"), max_length=60)
    phone = forms.CharField(label=_("手机号"), max_length=30, required=False)
    email = forms.CharField(label=_("电子邮箱"), max_length=254, required=False)
    id_number = forms.CharField(
        label=_("身份证号"),
        max_length=30,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )


class RoleForm(SpanForm):
    """A role asked for."""

    body = FreshChoiceField(staff_bodies, key="public_id", named=lambda one: one.name, label=_("单位"))
    role = forms.ChoiceField(label=_("岗位"), choices=[("", _("请选择")), *Role.choices])
    area_code = forms.CharField(
        label=_("辖区代码"), max_length=12, required=False, help_text=_("不填则按单位所在街道或社区。")
    )
    round_code = forms.CharField(label=_("届次代码"), max_length=40, required=False)
    valid_from = DayField(label=_("开始日期"), required=False)
    valid_to = DayField(label=_("结束日期"), required=False)
    reason = forms.CharField(label=_("理由"), max_length=200)


class BodyRoleForm(RoleForm):
    """A role in this body for somebody with an account."""

    body = None  # type: ignore[assignment]
    login = LoginField(label=_("账号"))
    field_order = ("login", "role")


def roles_at_home(body: Body) -> list[tuple[str, Any]]:
    """The roles that can be held in a body."""
    return [(code, label) for code, label in Role.choices if rules.is_at_home(code, body.kind)]


def body_role_form(body: Body) -> type[forms.Form]:
    """The roles that this body knows."""
    return shaped(BodyRoleForm, role=[("", _("请选择")), *roles_at_home(body)])


class EndRoleForm(ReasonForm):
    """The end of a role."""

    last_day = DayField(label=_("最后一日"), required=False, help_text=_("不填则即日终止。"))


class InvitationForm(forms.Form):
    """Somebody who shall hold a role in this body."""

    role = forms.ChoiceField(label=_("岗位"))
    name = forms.CharField(label=_("姓名"), max_length=60)
    phone = forms.CharField(label=_("手机号"), max_length=30, required=False)
    email = forms.CharField(
        label=_("电子邮箱"), max_length=254, required=False, help_text=_("手机号和邮箱至少填一项。")
    )
    round_code = forms.CharField(label=_("届次代码"), max_length=40, required=False)
    reason = forms.CharField(label=_("理由"), max_length=200, required=False)


def invitation_form(body: Body) -> type[forms.Form]:
    """The roles that this body knows."""
    return shaped(InvitationForm, role=roles_at_home(body))


# Hand-over


def staff_users() -> Any:
    """Active users who hold office; experts do not hand over, and are not named here."""
    roles = sorted(STAFF_ROLES | {Role.COMMUNITY_WORKER})
    held = Membership.objects.filter(role__in=roles, state=M.ACTIVE).order_by().values("user_id")
    found = User.objects.filter(is_active=True, pk__in=held).select_related("person")
    return found.order_by("person__name", "pk")


def house_users(bodies: set[int]) -> Any:
    """Active users of some houses."""
    held = Membership.objects.filter(body_id__in=bodies, state=M.ACTIVE).order_by().values("user_id")
    found = User.objects.filter(is_active=True, pk__in=held).select_related("person")
    return found.order_by("person__name", "pk")


class HandOverForm(forms.Form):
    """All work of one person to another from a day on."""

    from_user = forms.ModelChoiceField(
        label=_("移交人"), queryset=User.objects.none(), to_field_name="public_id", empty_label=_("请选择")
    )
    to_user = forms.ModelChoiceField(
        label=_("接手人"), queryset=User.objects.none(), to_field_name="public_id", empty_label=_("请选择")
    )
    on = DayField(label=_("交接日期"))
    body = forms.ModelChoiceField(
        label=_("仅限单位"), queryset=Body.objects.none(), to_field_name="public_id", required=False,
        empty_label=_("全部岗位"),
    )  # fmt: skip
    reason = forms.CharField(label=_("理由"), max_length=1000, widget=forms.Textarea(attrs={"rows": 3}))


def handover_form(*, houses: set[int] | None) -> type[forms.Form]:
    """Among the people of one's own houses, or among all who hold office."""

    class Between(HandOverForm):
        def __init__(self, *args: Any, **kwargs: Any) -> None:
            super().__init__(*args, **kwargs)
            users = house_users(houses) if houses is not None else staff_users()
            for name in ("from_user", "to_user"):
                self.fields[name].queryset = users  # type: ignore[attr-defined]
            own = Body.objects.filter(pk__in=houses) if houses is not None else staff_bodies()
            self.fields["body"].queryset = own  # type: ignore[attr-defined]
            self.fields["body"].required = houses is not None

    return Between


# Bodies


class BodyForm(forms.Form):
    """A body; the street follows from the community."""

    name = forms.CharField(label=_("名称"), max_length=120)
    short_name = forms.CharField(label=_("简称"), max_length=40, required=False)
    parent = FreshChoiceField(
        staff_bodies, key="public_id", named=lambda one: one.name, label=_("上级单位"), required=False
    )
    street = FreshChoiceField(
        _streets, key="code", named=lambda one: one.display_name, label=_("街道"), required=False
    )
    community = FreshChoiceField(
        _communities, key="code", named=lambda one: one.place, label=_("社区"), required=False
    )


class NewBodyForm(BodyForm):
    """A body that is not registered elsewhere: applicants come by the register."""

    kind = forms.ChoiceField(
        label=_("类型"), choices=[one for one in BodyKind.choices if one[0] not in REGISTERED_KINDS]
    )
    field_order = ("kind", "name")


class EditBodyForm(BodyForm):
    """What is changed of a body, and why."""

    reason = forms.CharField(label=_("理由"), max_length=200, required=False)
    document = forms.CharField(label=_("文号"), max_length=100, required=False)


class _RegisteredForm(EditBodyForm):
    """A registered body: its name is changed in the register."""

    name = None  # type: ignore[assignment]


def _key(place: Street | Community | None) -> str:
    return place.code if place else ""


def body_form(body: Body) -> type[forms.Form]:
    """The body as it stands; the name of a registered one is changed in the register."""
    values = {"name": body.name, "short_name": body.short_name, "street": _key(body.street)}
    values |= {"community": _key(body.community), "parent": body.parent.public_id if body.parent else ""}
    return shaped(_RegisteredForm if body.kind in REGISTERED_KINDS else EditBodyForm, initial=values)
