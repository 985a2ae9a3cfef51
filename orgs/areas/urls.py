"""Addresses of places."""

from __future__ import annotations

from django.urls import path

from orgs.areas import views

urlpatterns = [
    path("areas/", views.areas, name="areas"),
    path("areas/<str:public_id>/", views.community, name="community"),
    path("areas/<str:public_id>/do/<slug:code>/", views.press_community, name="press_community"),
]
