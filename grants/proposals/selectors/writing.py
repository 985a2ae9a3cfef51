"""Marks by which a page that writes tells what it has seen, and the files of an application."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from core.audit.digest import canonical, sha256
from core.files.models import FileRef
from core.files.selectors import files_of
from grants.proposals.models import BudgetLine, Proposal
from grants.proposals.rules.answers import Question
from grants.proposals.rules.budget import Line

ATTACHMENT, FORMER = "proposals.attachment", "proposals.former_attachment"
COLUMNS = [name for name in Line.__dataclass_fields__ if name != "no"]


def section_mark(questions: Iterable[Question], data: Mapping[str, Any]) -> str:
    """Return the mark of a section: equal for equal answers, an absent answer being an empty one."""
    return sha256(canonical({q.key: filled(q, data) for q in questions}))[:16]


def filled(question: Question, data: Mapping[str, Any]) -> Any:
    """Return an answer as a form sends it: empty text or an empty list where there is none."""
    value = data.get(question.key)
    empty: Any = [] if question.type == "multi" else ""
    return empty if value is None else value


def budget_mark(lines: Iterable[BudgetLine]) -> str:
    """Return the mark of a budget: equal for equal lines in equal order."""
    return lines_mark([{name: getattr(line, name) for name in COLUMNS} for line in lines])


def lines_mark(lines: Iterable[Mapping[str, Any]]) -> str:
    """Return the mark that a budget of these lines would have."""
    return sha256(canonical([{name: line[name] for name in COLUMNS} for line in lines]))[:16]


def attachments(proposal: Proposal) -> list[FileRef]:
    """Return the files that go with the application as it stands."""
    return list(files_of(proposal, ATTACHMENT))


def named_files(proposal: Proposal) -> list[dict[str, str]]:
    """Return the files as a version freezes them: name and hash."""
    return [{"name": ref.filename, "sha256": ref.blob.sha256} for ref in attachments(proposal)]


def is_frozen(proposal: Proposal, ref: FileRef) -> bool:
    """Tell whether some version was handed in with this very file."""
    frozen = proposal.versions.values_list("snapshot", flat=True)
    return any(ref.blob.sha256 == one["sha256"] for snapshot in frozen for one in snapshot.get("files", ()))
