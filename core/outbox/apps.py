"""Delivery after the commit."""

from django.apps import AppConfig


class OutboxConfig(AppConfig):
    """The outbox."""

    name = "core.outbox"
    label = "outbox"
    verbose_name = "发件箱"
