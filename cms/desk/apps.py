"""The desk."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class DeskConfig(AppConfig):
    """The desk."""

    name = "cms.desk"
    label = "desk"
    verbose_name = _("工作台")
