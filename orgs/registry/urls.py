"""Addresses of the register."""

from __future__ import annotations

from django.urls import path

from orgs.registry.views import entries, making, public

urlpatterns = [
    path("registry/", entries.registry, name="registry"),
    path("registry/new/", making.new_organisation, name="new_organisation"),
    path("registry/import/", making.new_import, name="registry_import"),
    path("registry/import/template/", making.import_template, name="registry_template"),
    path("registry/import/<str:public_id>/", making.import_preview, name="registry_preview"),
    path("registry/accounts/", entries.bank_accounts, name="bank_accounts"),
    path("registry/accounts/<str:public_id>/", entries.bank_account, name="bank_account"),
    path(
        "registry/accounts/<str:public_id>/do/<slug:code>/",
        entries.press_bank_account,
        name="press_bank_account",
    ),
    path("registry/groups/new/", making.new_group, name="new_group"),
    path("registry/groups/<str:public_id>/", entries.group, name="group"),
    path("registry/groups/<str:public_id>/do/<slug:code>/", entries.press_group, name="press_group"),
    path("registry/<str:public_id>/", entries.organisation, name="organisation"),
    path("registry/<str:public_id>/do/<slug:code>/", entries.press_organisation, name="press_organisation"),
    path("house/", entries.house, name="house"),
    path("public/registry/", public.public_registry, name="public_registry"),
    path("public/registry/<str:public_id>/", public.public_registry_entry, name="public_registry_entry"),
]
