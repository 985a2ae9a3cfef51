"""Every document the system makes."""

from __future__ import annotations

from django.utils import translation

from core.documents import documents


def page() -> str:
    """Return the table of documents."""
    lines = ["# Documents", "", "| code | title | of | permission | template |", "|---|---|---|---|---|"]
    with translation.override("zh-hans"):
        for item in documents():
            cells = [f"`{item.code}`", item.title, item.owner_model, f"`{item.permission}`", item.template]
            lines.append(f"| {' | '.join(str(cell) for cell in cells)} |")
    return "\n".join([*lines, ""])
