"""Why a file is not taken: each code has one sentence that says what to do instead."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

from core.errors import Refused

SENTENCES: dict[str, Any] = {
    "empty": _("文件“%(name)s”是空的（0 字节），请重新选择。"),
    "too_big": _("文件“%(name)s”有 %(size)s，超过 %(limit)s 的上限。请压缩或拆分后再上传。"),
    "wrong_type": _("文件“%(name)s”的实际内容不是可接受的类型。这里可以上传：%(accepts)s。"),
    "program": _("文件“%(name)s”的实际内容是程序，不能上传。"),
    "svg": _("SVG 图片里可以藏有程序，不能上传。请另存为 PNG 后再上传。"),
    "html": _("文件“%(name)s”的实际内容是网页，不能上传。请打印成 PDF 后再上传。"),
    "old_office": _("文件“%(name)s”是旧版 Office 格式（或加了密码）。请另存为 docx 或 xlsx 后再上传。"),
    "heic": _("文件“%(name)s”是 HEIC 照片。请在手机相机设置中选“兼容性最佳”，或另存为 JPG 后再上传。"),
    "damaged": _("文件“%(name)s”打不开，可能没有传完整。请在电脑上确认能打开后再上传。"),
    "locked": _("文件“%(name)s”有密码。请去掉密码后再上传。"),
    "pixels": _("图片“%(name)s”的尺寸过大（%(size)s），请缩小后再上传。"),
    "unpacks": _("文件“%(name)s”解开后过大，不能上传。请减少其中的内容。"),
    "pages": _("文件“%(name)s”有 %(pages)s 页，超过 %(limit)s 页的上限。请拆分后再上传。"),
    "active": _("文件“%(name)s”里带有程序、宏或自动执行的动作，不能上传。请去掉后另存再上传。"),
    "attached": _("文件“%(name)s”里还嵌有别的文件，不能上传。请把它们分别上传。"),
    "outside": _("文件“%(name)s”会从网络读取别的内容，不能上传。请去掉外部链接的模板或对象后再上传。"),
    "hidden_sheet": _("工作簿“%(name)s”里有隐藏的工作表“%(sheet)s”。请取消隐藏或删除后再上传。"),
    "structure": _("文件“%(name)s”的内部结构不正常，不能上传。请用 Office 或 WPS 重新另存一份。"),
    "no_name": _("请给文件起一个名字。"),
}


class FileRefused(Refused):
    """A file was looked at and turned down; nothing of it was kept."""

    code = "file"

    def __init__(self, code: str, **words: Any) -> None:
        super().__init__(SENTENCES[code] % words if words else SENTENCES[code], code=code, field="file")


class FileDamaged(RuntimeError):
    """Stored bytes are missing or no longer match their hash; never served."""


def size_text(size: int) -> str:
    """A size as people say it.

    >>> size_text(12_900_000), size_text(2048)
    ('12.3 MB', '2 KB')
    """
    return f"{size / 1048576:.1f} MB" if size >= 1048576 else f"{max(1, size // 1024)} KB"
