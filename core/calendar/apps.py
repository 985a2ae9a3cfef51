"""The calendar of working days."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class CalendarConfig(AppConfig):
    """Holidays and the days worked in their place."""

    name = "core.calendar"
    label = "calendar"
    verbose_name = "工作日历"

    def ready(self) -> None:
        """Show the calendar in the navigation."""
        from core.ui.places import Place, register_place

        register_place(Place("calendar", _("工作日历"), "calendar.view", order=88))
