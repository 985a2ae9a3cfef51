"""Start-up of the kernel: collect permission rows, subscribers, documents and invariants of every room."""

from importlib import import_module
from importlib.util import find_spec
from types import ModuleType

from django.apps import AppConfig, apps

AREAS = ("core", "orgs", "evaluations", "grants", "cms", "config")
DECLARING_MODULES = ("permissions", "subscribers", "documents", "invariants", "long_work")


def declaring_modules(kind: str) -> list[ModuleType]:
    """Import and return the modules of one kind from every room that has it."""
    names = [config.name for config in apps.get_app_configs() if config.name.split(".")[0] in AREAS]
    return [import_module(f"{name}.{kind}") for name in names if find_spec(f"{name}.{kind}")]


class CoreConfig(AppConfig):
    """The kernel; listed last among the rooms, so that every room's models are there when it is ready."""

    name = "core"
    label = "core"
    verbose_name = "内核"

    def ready(self) -> None:
        """Import the modules by which rooms declare themselves."""
        from core import policy

        for kind in DECLARING_MODULES:
            for module in declaring_modules(kind):
                if kind == "permissions":
                    policy.register(module.PERMISSIONS)
