"""Persons, bodies and roles as a Django app."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class PeopleConfig(AppConfig):
    name = "orgs.people"
    label = "people"
    verbose_name = _("人员与单位")

    def ready(self) -> None:
        """Connect the receivers that mark a session: audience, second factor."""
        from orgs.people import middleware  # noqa: F401
