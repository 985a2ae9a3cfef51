"""The world above all rooms."""

from django.apps import AppConfig


class WorldConfig(AppConfig):
    """The only app that knows every room; product code never imports it."""

    name = "config.world"
    label = "world"
    verbose_name = "演示与装载"
