"""Checks of `manage.py verify` over files."""

from __future__ import annotations

from collections.abc import Iterator

from core.audit.verify import Problem, invariant
from core.files.models import Blob, FileRef
from core.files.purposes import purposes
from core.files.storage import digest_of, storage
from core.secrets import PUBLIC


@invariant("I12", group="files", says="每条文件记录都有与摘要相符的内容")
def every_row_has_its_bytes() -> Iterator[Problem]:
    """Read every blob back and compare it with its row."""
    kept = storage()
    for blob in Blob.objects.order_by("pk").iterator(chunk_size=500):
        data = kept.get(blob.sha256)
        if data is None:
            yield Problem(f"files.blob:{blob.pk}", f"文件 {blob.sha256} 的内容不存在")
        elif digest_of(data) != blob.sha256 or len(data) != blob.size:
            yield Problem(f"files.blob:{blob.pk}", f"文件 {blob.sha256} 的内容与记录不符")


@invariant("I12a", group="files", says="文件的密级与其用途一致，非公开用途没有公开文件")
def no_private_file_is_public() -> Iterator[Problem]:
    """A file is public only if its purpose is."""
    known = {purpose.code: purpose for purpose in purposes()}
    for pk, code, klass in FileRef.objects.values_list("pk", "purpose", "klass").iterator():
        purpose = known.get(code)
        if purpose is None:
            yield Problem(f"files.fileref:{pk}", f"文件用途 {code} 没有登记，无人可以查看")
        elif klass == PUBLIC and purpose.klass != PUBLIC:
            yield Problem(f"files.fileref:{pk}", f"用途 {code} 的文件被标为公开")
