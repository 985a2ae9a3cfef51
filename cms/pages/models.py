"""The home page of the site; everything that has a life cycle is read live from the rooms below."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db import models
from django.http import HttpRequest
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel, MultiFieldPanel
from wagtail.fields import RichTextField
from wagtail.models import Page

from core import clock

PLAIN = ["bold", "link", "ol", "ul"]


class HomePage(Page):
    """The one home page: editors write the words, the rounds on it come from grants."""

    motto = models.CharField(_("标语"), max_length=60, blank=True)
    motto_english = models.CharField(_("标语（英文）"), max_length=120, blank=True)
    intro = RichTextField(_("介绍"), features=PLAIN, blank=True)
    intro_english = RichTextField(_("介绍（英文）"), features=PLAIN, blank=True)
    contact = RichTextField(_("咨询方式"), features=PLAIN, blank=True)
    contact_english = RichTextField(_("咨询方式（英文）"), features=PLAIN, blank=True)

    template = "pages/home.html"
    max_count = 1
    parent_page_types: ClassVar[list[str]] = ["wagtailcore.Page"]
    subpage_types: ClassVar[list[str]] = []
    promote_panels: ClassVar[list[Any]] = []
    settings_panels: ClassVar[list[Any]] = []
    show_in_menus_default = False
    content_panels: ClassVar[list[Any]] = [
        FieldPanel("title"),
        MultiFieldPanel([FieldPanel("motto"), FieldPanel("intro"), FieldPanel("contact")], heading=_("中文")),
        MultiFieldPanel(
            [FieldPanel("motto_english"), FieldPanel("intro_english"), FieldPanel("contact_english")],
            heading=_("英文（留空则显示中文）"),
        ),
    ]

    class Meta:
        verbose_name = _("首页")
        verbose_name_plural = _("首页")

    def words(self, name: str) -> str:
        """Return a text in the reader's language; the Chinese one where there is no English."""
        english = (get_language() or "").startswith("en")
        return (getattr(self, f"{name}_english") if english else "") or getattr(self, name)

    def get_context(self, request: HttpRequest, *args: Any, **kwargs: Any) -> dict[str, Any]:
        """Add the words in the reader's language, and the moment at which the page is made."""
        context: dict[str, Any] = super().get_context(request, *args, **kwargs)
        words = {name: self.words(name) for name in ("motto", "intro", "contact")}
        return {**context, "words": words, "now": clock.now()}
