"""Take the names of the parties out of what is read blind. Plain Python."""

from collections.abc import Iterable
from typing import Any

VEIL = "〔隐名〕"
FORMS = (("（", "("), ("）", ")"))


def names_to_hide(names: Iterable[str]) -> list[str]:
    """Every spelling to look for, longest first; single characters hide nothing and are left out.

    >>> names_to_hide(["心光中心（武昌）", "王", "心光"])
    ['心光中心（武昌）', '心光中心(武昌)', '心光']
    """
    found: dict[str, None] = {}
    for name in names:
        clean = name.strip()
        if len(clean) >= 2:
            found[clean] = None
            found[_plain_brackets(clean)] = None
    return sorted(found, key=lambda name: -len(name))


def _plain_brackets(text: str) -> str:
    for wide, narrow in FORMS:
        text = text.replace(wide, narrow)
    return text


def redact(value: Any, hidden: list[str]) -> tuple[Any, int]:
    """The same structure with each hidden name veiled, keys too, and how many were veiled.

    >>> redact({"摘要": ["心光中心为老人服务", 3]}, ["心光中心"])
    ({'摘要': ['〔隐名〕为老人服务', 3]}, 1)
    """
    if isinstance(value, str):
        count = 0
        for name in hidden:
            count += value.count(name)
            value = value.replace(name, VEIL)
        return value, count
    if isinstance(value, dict):
        pairs = [(redact(key, hidden), redact(part, hidden)) for key, part in value.items()]
        return {key[0]: part[0] for key, part in pairs}, sum(key[1] + part[1] for key, part in pairs)
    if isinstance(value, list | tuple):
        parts = [redact(part, hidden) for part in value]
        return [part[0] for part in parts], sum(part[1] for part in parts)
    return value, 0
