"""Word and Excel files without their makers: properties emptied, comments gone, tracked changes accepted."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable, Mapping
from typing import Any

from core.files.refusals import FileRefused

_W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
_CORE = (
    b'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n<cp:coreProperties xmlns:cp="http://schemas.'
    b'openxmlformats.org/package/2006/metadata/core-properties"/>'
)
_APP = (
    b'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n<Properties xmlns="http://schemas.'
    b'openxmlformats.org/officeDocument/2006/extended-properties"/>'
)
_CUSTOM = (
    b'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n<Properties xmlns="http://schemas.'
    b'openxmlformats.org/officeDocument/2006/custom-properties"/>'
)
_REPLACED = {"docprops/core.xml": _CORE, "docprops/app.xml": _APP, "docprops/custom.xml": _CUSTOM}
_DELETED = ("del", "moveFrom", "commentRangeStart", "commentRangeEnd", "commentReference", "annotationRef")
_UNWRAPPED = ("ins", "moveTo")
_FORMER = (
    "rPrChange",
    "pPrChange",
    "tblPrChange",
    "trPrChange",
    "tcPrChange",
    "sectPrChange",
    "numberingChange",
    "tblGridChange",
    "cellIns",
    "cellDel",
    "cellMerge",
    "moveFromRangeStart",
    "moveFromRangeEnd",
    "moveToRangeStart",
    "moveToRangeEnd",
    "proofErr",
    "rsids",
)
_MAKER = ("author", "initials", "date", "userId", "providerId", "displayName", "lastEdited", "userName")
_LISTS = ("comments", "commentlist", "authors", "persons", "people", "threadedcomments")
_EPOCH = (1980, 1, 1, 0, 0, 0)


def clean_office(data: bytes, images: Mapping[str, Callable[[bytes], bytes]]) -> bytes:
    """Rewrite a checked docx or xlsx part by part; `images` strips pictures by extension."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(out, "w") as new:
        for entry in old.infolist():
            path = entry.filename.lower()
            if path.startswith("docprops/thumbnail"):
                content = b""
            elif path in _REPLACED:
                content = _REPLACED[path]
            else:
                content = _cleaned_part(path, old.read(entry), images)
            slot = zipfile.ZipInfo(entry.filename, _EPOCH)
            slot.compress_type = zipfile.ZIP_DEFLATED
            new.writestr(slot, content)
    return out.getvalue()


def _cleaned_part(path: str, content: bytes, images: Mapping[str, Callable[[bytes], bytes]]) -> bytes:
    for extension, strip in images.items():
        if path.endswith(extension):
            return strip(content)
    name = path.rpartition("/")[2]
    is_list = name.startswith(
        ("comments", "person", "people", "threadedcomment", "commentsextended", "commentsids")
    )
    if is_list or path.startswith(("xl/threadedcomments/", "xl/persons/")):
        return _emptied(content) if path.endswith(".xml") else content
    if path.startswith("word/") and path.endswith(".xml"):
        return _cleaned_word(content)
    if path == "xl/workbook.xml":
        return _cleaned_workbook(content)
    if path.endswith(".vml"):
        return b'<xml xmlns:v="urn:schemas-microsoft-com:vml"/>'
    return content


def _parsed(content: bytes) -> Any:
    from lxml import etree

    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, remove_comments=True)
    try:
        return etree.fromstring(content, parser)
    except etree.XMLSyntaxError:
        raise FileRefused("structure", name="") from None


def _written(root: Any) -> bytes:
    from lxml import etree

    return bytes(etree.tostring(root, xml_declaration=True, encoding="UTF-8", standalone=True))


def _local(tag: Any) -> str:
    return tag.rpartition("}")[2] if isinstance(tag, str) else ""


def _emptied(content: bytes) -> bytes:
    """A list of comments or people with nobody in it; the lists that Excel insists on stay, empty."""
    root = _parsed(content)
    for child in list(root):
        if _local(child.tag).lower() in _LISTS:
            for grandchild in list(child):
                child.remove(grandchild)
        else:
            root.remove(child)
    return _written(root)


def _cleaned_word(content: bytes) -> bytes:
    root = _parsed(content)
    for node in list(root.iter()):
        parent = node.getparent()
        if parent is None or not isinstance(node.tag, str) or not node.tag.startswith(f"{{{_W}}}"):
            continue
        name = _local(node.tag)
        if name in _DELETED or name in _FORMER:
            parent.remove(node)
        elif name in _UNWRAPPED:
            at = parent.index(node)
            parent[at : at + 1] = list(node)
    for node in root.iter():
        for key in list(node.attrib):
            if _local(key) in _MAKER or _local(key).startswith("rsid"):
                del node.attrib[key]
    return _written(root)


def _cleaned_workbook(content: bytes) -> bytes:
    root = _parsed(content)
    for node in list(root):
        if _local(node.tag) in ("fileSharing", "AlternateContent", "revisionPtr"):
            root.remove(node)
    for node in root.iter():
        for key in list(node.attrib):
            if _local(key) in _MAKER:
                del node.attrib[key]
    return _written(root)
