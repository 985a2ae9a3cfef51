"""The public site."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class PagesConfig(AppConfig):
    """The public site."""

    name = "cms.pages"
    label = "pages"
    verbose_name = _("公众网站")
