"""What every page is made of."""

from django.apps import AppConfig
from django.forms import Field
from django.utils.translation import gettext, gettext_lazy


class UiConfig(AppConfig):
    """Base page, components and their tags; installs the translator of plain-Python sentences."""

    name = "core.ui"
    label = "ui"
    verbose_name = "界面"

    def ready(self) -> None:
        """From here on a rule's sentence is shown in the reader's language."""
        from core import words

        words.translate_with(gettext)
        Field.default_error_messages["required"] = gettext_lazy("请填写这一项，其余内容都已保留。")
