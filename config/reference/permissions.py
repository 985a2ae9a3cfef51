"""Who may what: every permission row, and the page role by permission."""

from __future__ import annotations

from core import policy
from core.policy import Role


def _row(name: str, row: policy.Row) -> list[str]:
    lines = []
    for clause in row.clauses:
        when = clause.when.name if clause.when is not None else ""
        lines.append(f"| `{name}` | {', '.join(str(role) for role in sorted(clause.roles))} | {when} |")
    if row.by_system:
        lines.append(f"| `{name}` | system | |")
    if not lines:
        lines.append(f"| `{name}` | nobody | |")
    return lines


def page() -> str:
    """Return the table of rows, then for each role what it may do."""
    rows = [(name, row) for name, row in policy.all_rows() if not name.startswith("lamps.")]
    lines = ["# Permissions", "", "A declared interest in a party of the object overrides every row.", ""]
    lines += ["| permission | roles | if |", "|---|---|---|"]
    for name, row in rows:
        lines += _row(name, row)
    lines += ["", "## By role", ""]
    for role in Role:
        names = [f"`{name}`" for name, row in rows if role in row.roles()]
        lines.append(f"- **{role.value}**: {', '.join(names) or 'nothing yet'}")
    return "\n".join([*lines, ""])
