"""The calendar of working days."""

from django.apps import AppConfig


class CalendarConfig(AppConfig):
    """Holidays and the days worked in their place."""

    name = "core.calendar"
    label = "calendar"
    verbose_name = "工作日历"
