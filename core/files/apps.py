"""Files people hand in and documents we make."""

from django.apps import AppConfig


class FilesConfig(AppConfig):
    """Checked on the way in, addressed by content, private until a permission says otherwise."""

    name = "core.files"
    label = "files"
    verbose_name = "文件"
