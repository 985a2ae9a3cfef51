"""Addresses of sign-in; of allauth only the views in use are routed, each with its declaration."""

from __future__ import annotations

from allauth.account import views as account
from allauth.mfa.base import views as mfa
from allauth.mfa.recovery_codes import views as recovery
from allauth.mfa.totp import views as totp
from django.urls import path, re_path

from core.routes import public, signed_in
from orgs.people import views
from orgs.people.views import account as own
from orgs.people.views import bodies, roles

anybody, anybody_reads = public("GET", "POST"), public("GET")
member, member_reads = signed_in("GET", "POST"), signed_in("GET")
KEY = r"(?P<uidb36>[0-9A-Za-z]+)-(?P<key>.+)"

urlpatterns = [
    path("accounts/login/", anybody(account.login), name="account_login"),
    path("accounts/logout/", anybody(account.logout), name="account_logout"),
    path("accounts/inactive/", anybody_reads(account.account_inactive), name="account_inactive"),
    path("accounts/reauthenticate/", member(account.reauthenticate), name="account_reauthenticate"),
    path("accounts/password/change/", member(account.password_change), name="account_change_password"),
    path("accounts/password/set/", member(account.password_set), name="account_set_password"),
    path("accounts/password/reset/", anybody(account.password_reset), name="account_reset_password"),
    path(
        "accounts/password/reset/done/",
        anybody_reads(account.password_reset_done),
        name="account_reset_password_done",
    ),
    re_path(
        rf"^accounts/password/reset/key/{KEY}/$",
        anybody(account.password_reset_from_key),
        name="account_reset_password_from_key",
    ),
    path(
        "accounts/password/reset/key/done/",
        anybody_reads(account.password_reset_from_key_done),
        name="account_reset_password_from_key_done",
    ),
    path("accounts/invitation/<str:token>/", views.accept_invitation, name="accept_invitation"),
    path("accounts/2fa/", member_reads(mfa.index), name="mfa_index"),
    path("accounts/2fa/authenticate/", anybody(mfa.authenticate), name="mfa_authenticate"),
    path("accounts/2fa/reauthenticate/", member(mfa.reauthenticate), name="mfa_reauthenticate"),
    path("accounts/2fa/totp/activate/", member(totp.activate_totp), name="mfa_activate_totp"),
    path("accounts/2fa/totp/deactivate/", member(totp.deactivate_totp), name="mfa_deactivate_totp"),
    path(
        "accounts/2fa/recovery-codes/",
        member_reads(recovery.view_recovery_codes),
        name="mfa_view_recovery_codes",
    ),
    path(
        "accounts/2fa/recovery-codes/generate/",
        member(recovery.generate_recovery_codes),
        name="mfa_generate_recovery_codes",
    ),
    path(
        "accounts/2fa/recovery-codes/download/",
        member_reads(recovery.download_recovery_codes),
        name="mfa_download_recovery_codes",
    ),
    path("account/", own.account, name="account"),
    path("account/do/<slug:code>/", own.press_account, name="press_account"),
    path("people/", roles.people, name="people"),
    path("people/new/", roles.new_person, name="new_person"),
    path("people/<str:public_id>/", roles.person, name="person"),
    path("people/<str:public_id>/do/<slug:code>/", roles.press_person, name="press_person"),
    path("roles/", roles.roles, name="roles"),
    path("roles/<str:public_id>/", roles.role, name="role"),
    path("roles/<str:public_id>/do/<slug:code>/", roles.press_role, name="press_role"),
    path("invitations/", roles.invitations, name="invitations"),
    path("invitations/<str:public_id>/", roles.invitation, name="invitation"),
    path("invitations/<str:public_id>/do/<slug:code>/", roles.press_invitation, name="press_invitation"),
    path("handovers/", roles.handovers, name="handovers"),
    path("handovers/new/", roles.new_handover, name="new_handover"),
    path("handovers/<str:public_id>/", roles.handover, name="handover"),
    path("handovers/<str:public_id>/do/<slug:code>/", roles.press_handover, name="press_handover"),
    path("bodies/", bodies.bodies, name="bodies"),
    path("bodies/new/", bodies.new_body, name="new_body"),
    path("bodies/<str:public_id>/", bodies.body, name="body"),
    path("bodies/<str:public_id>/do/<slug:code>/", bodies.press_body, name="press_body"),
]
