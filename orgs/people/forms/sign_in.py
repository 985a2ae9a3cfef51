"""Forms of sign-in: login by mobile or e-mail, and the password chosen with an invitation."""

from __future__ import annotations

from typing import Any

from allauth.account.forms import LoginForm, ResetPasswordForm
from django import forms
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _


class SignInForm(LoginForm):
    """Mobile or e-mail and password; what was typed as login stays when something is wrong."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["login"] = forms.CharField(
            label=_("手机号或电子邮箱"),
            max_length=254,
            error_messages={"required": _("请填写手机号或电子邮箱。")},
            widget=forms.TextInput(
                attrs={"autocomplete": "username", "autofocus": True, "inputmode": "email"}
            ),
        )
        password = self.fields["password"]
        password.label = _("密码")
        password.help_text = ""
        password.error_messages["required"] = _("请填写密码。")
        password.widget.attrs.pop("placeholder", None)
        self.order_fields(["login", "password"])

    def user_credentials(self) -> dict[str, Any]:
        """Return what the backends get; the login may be either kind."""
        return {"username": self.cleaned_data["login"], "password": self.cleaned_data["password"]}

    def login(self, request: HttpRequest, redirect_url: str | None = None) -> HttpResponse:
        """Sign in; the session keeps no phone number of the step."""
        return self._login_with_password(request, redirect_url, {})


class ForgottenForm(ResetPasswordForm):
    """The e-mail address to which the link for a new password goes."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        email = self.fields["email"]
        email.label = _("电子邮箱")
        email.error_messages |= {"required": _("请填写电子邮箱。"), "invalid": _("电子邮箱格式不正确。")}
        email.widget.attrs.pop("placeholder", None)


class AcceptInvitationForm(forms.Form):
    """The password of a new account, typed twice."""

    password = forms.CharField(
        label=_("设置密码"),
        max_length=128,
        strip=False,
        help_text=_("至少10个字符，不能全是数字，不能是常见密码。"),
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        error_messages={"required": _("请设置密码。")},
    )
    again = forms.CharField(
        label=_("再输入一次"),
        max_length=128,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        error_messages={"required": _("请再输入一次密码。")},
    )

    def clean_again(self) -> str:
        """Both must be the same."""
        again = self.cleaned_data["again"]
        if self.cleaned_data.get("password") not in (None, again):
            raise forms.ValidationError(_("两次输入的密码不一致。"))
        return str(again)
