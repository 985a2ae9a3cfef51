"""Addresses that belong to every page."""

from django.urls import path

from core.ui import paperwork, views

app_name = "ui"
urlpatterns = [
    path("elder", views.switch_elder, name="elder"),
    path("jobs/<str:public_id>", views.job_progress, name="job"),
    path("jobs/<str:public_id>/cancel", views.job_cancel, name="job_cancel"),
    path("papers/<str:code>/<str:public_id>", paperwork.request_paper, name="paper"),
]
