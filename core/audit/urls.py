"""Addresses of the log."""

from __future__ import annotations

from django.urls import path

from core.audit import views

urlpatterns = [
    path("log/", views.log, name="log"),
    path("log/verify/", views.verify_log, name="verify_log"),
    path("log/verify/run/", views.start_verify, name="start_verify"),
    path("log/<str:hash>/", views.log_entry, name="log_entry"),
]
