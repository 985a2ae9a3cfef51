"""Every document the system makes."""

from __future__ import annotations

from django.utils import translation

from core.documents import documents


def page() -> str:
    """Return the table of documents."""
    lines = ["# Documents", "", "| code | title | of | permission | template |", "|---|---|---|---|---|"]
    with translation.override("zh-hans"):
        for item in documents():
            row = f"| `{item.code}` | {item.title} | {item.owner_model} | `{item.permission}` | {item.template} |"
            lines.append(row)
    return "\n".join([*lines, ""])
