"""Long work."""

from django.apps import AppConfig


class JobsConfig(AppConfig):
    """The queue of long work."""

    name = "core.jobs"
    label = "jobs"
    verbose_name = "后台任务"
