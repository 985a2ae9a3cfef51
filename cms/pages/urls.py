"""Addresses of the public site; those of the editor stand before Wagtail's own and win."""

from django.conf import settings
from django.urls import path

from cms.pages import views

EDITOR = settings.EDITOR_PATH

urlpatterns = [
    path("", views.home, name="home"),
    path("time", views.server_time, name="server_time"),
    path("accessibility/", views.accessibility, name="accessibility"),
    path("rounds/<str:code>/", views.round_page, name="public_round"),
    path("rounds/<str:code>/status/", views.round_status, name="public_round_status"),
    path("editor-media/<path:path>", views.picture, name="page_picture"),
    path(f"{EDITOR}login/", views.editor_sign_in, name="editor_sign_in"),
    path(f"{EDITOR}account/", views.editor_account, name="editor_account"),
    path(f"{EDITOR}users/<path:rest>", views.shut, name="editor_users"),
    path(f"{EDITOR}users/", views.shut, name="editor_users_index"),
    path(f"{EDITOR}groups/<path:rest>", views.shut, name="editor_groups"),
    path(f"{EDITOR}groups/", views.shut, name="editor_groups_index"),
    path(f"{EDITOR}password_reset/", views.shut, name="editor_password"),
    path(f"{EDITOR}password_reset/<path:rest>", views.shut, name="editor_password_steps"),
    path(f"{EDITOR}failwhale/", views.shut, name="editor_error"),
]
