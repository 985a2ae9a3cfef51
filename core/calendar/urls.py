"""Addresses of the calendar."""

from django.urls import path

from core.calendar import views

urlpatterns = [
    path("calendar/", views.calendar, name="calendar"),
    path("calendar/confirm/", views.confirm_calendar, name="confirm_calendar"),
    path("calendar/load/", views.load_calendar, name="load_calendar"),
]
