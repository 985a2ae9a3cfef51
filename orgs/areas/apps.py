"""The places of the district as a Django app."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class AreasConfig(AppConfig):
    name = "orgs.areas"
    label = "areas"
    verbose_name = _("行政区划")
