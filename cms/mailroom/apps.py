"""The mailroom."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class MailroomConfig(AppConfig):
    """The mailroom."""

    name = "cms.mailroom"
    label = "mailroom"
    verbose_name = _("收发室")
