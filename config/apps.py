"""The house itself as a Django app: it carries system checks and commands, no model."""

from django.apps import AppConfig


class HouseConfig(AppConfig):
    name = "config"
    label = "config"

    def ready(self) -> None:
        from config import checks  # noqa: F401  (importing registers the checks)
