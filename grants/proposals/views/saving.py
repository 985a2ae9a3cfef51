"""Saving what a page sent: each section and the budget by itself, so that nothing holds up the rest.

A page says of every section which version it showed and the mark of what it showed. What the page did not
touch is left alone, whatever happened elsewhere; what it touched is saved unless somebody else saved that
very section in between: then both texts are shown and a person chooses.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.http import QueryDict
from django.utils.translation import gettext as _

from core.errors import Refused, Stale
from core.policy import Actor
from grants.proposals import services
from grants.proposals.forms.applying import Row, lines_of, read_rows, read_section
from grants.proposals.models import Proposal, SectionAnswers
from grants.proposals.rules.answers import Question, questions
from grants.proposals.selectors.writing import budget_mark, filled, lines_mark, section_mark

BUDGET = "budget"


@dataclass(frozen=True)
class Difference:
    """A field in which two texts stand against each other."""

    question: Question
    mine: Any
    theirs: Any


@dataclass
class Conflict:
    """A section that somebody else saved while this page was written."""

    section: str
    title: str
    version: int
    mark: str
    at: datetime | None
    differences: list[Difference]
    mine: dict[str, Any] = field(default_factory=dict)


@dataclass
class Outcome:
    """What became of everything a page sent."""

    saved: list[str] = field(default_factory=list)
    conflicts: list[Conflict] = field(default_factory=list)
    budget_conflict: list[Row] | None = None
    faults: dict[str, str] = field(default_factory=dict)
    rows: list[Row] | None = None
    refused: Refused | None = None
    marks: dict[str, str] = field(default_factory=dict)  # what the page now shows as it is kept

    @property
    def is_clean(self) -> bool:
        """Tell whether everything that was sent is now kept."""
        return not (self.is_contested or self.faults or self.refused)

    @property
    def is_contested(self) -> bool:
        """Tell whether a person must choose between two texts."""
        return bool(self.conflicts or self.budget_conflict is not None)

    @property
    def status(self) -> int:
        """Return the status of the answer."""
        if self.is_contested:
            return 409
        return self.refused.status if self.refused else 422 if self.faults else 200


class Saving:
    """One request that saves: reads, compares, calls a service for what changed."""

    def __init__(self, proposal: Proposal, post: QueryDict, by: Actor, now: datetime) -> None:
        self.proposal, self.post, self.by, self.now = proposal, post, by, now
        self.kept = {row.section: row for row in proposal.sections.all()}
        self.outcome = Outcome()

    def run(self) -> Outcome:
        """Save everything that came along; a refusal stops nothing that was saved before it."""
        form = self.proposal.round.form
        asked: dict[str, list[Question]] = {}
        for question in questions(form.schema) if form else ():
            asked.setdefault(question.section, []).append(question)
        titles = {one["key"]: one["title"] for one in form.schema["sections"]} if form else {}
        try:
            for section, found in asked.items():
                if f"{section}.version" in self.post:
                    self._section(section, titles[section], found)
            if f"{BUDGET}.base" in self.post:
                self._budget()
        except Stale:
            raise
        except Refused as refused:
            self.outcome.refused = refused
        return self.outcome

    def _section(self, section: str, title: str, asked: list[Question]) -> None:
        data, faults = read_section(asked, self.post)
        stored = self.kept[section].data if section in self.kept else {}
        data = {q.key: self._picked(q, data[q.key], stored) for q in asked}
        mark = section_mark(asked, data)
        if mark == section_mark(asked, stored):
            self._seen(section, self.kept[section].row_version if section in self.kept else 0, mark)
            return
        if mark == self.post.get(f"{section}.base"):
            return
        if faults:
            self.outcome.faults |= faults
            return
        try:
            services.save_section(
                proposal_id=self.proposal.pk, section=section, data=data, by=self.by, now=self.now,
                section_version=self._shown(section),
            )  # fmt: skip
        except Stale:
            self.outcome.conflicts.append(self._contested(section, title, asked, data))
        else:
            self.outcome.saved.append(section)
            self._seen(section, max(self._shown(section), 0) + 1, mark)

    def _seen(self, section: str, version: int, mark: str) -> None:
        """The page shows this section as it is kept; of one it only left alone it has not seen the newest."""
        self.outcome.marks |= {f"{section}.version": str(version), f"{section}.base": mark}

    def _picked(self, question: Question, mine: Any, stored: dict[str, Any]) -> Any:
        """The answer a person chose on the page that shows both; elsewhere simply what was typed."""
        if self.post.get(f"pick.{question.key}") == "theirs":
            return filled(question, stored)
        return mine

    def _shown(self, section: str) -> int:
        text = self.post.get(f"{section}.version", "")
        return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else -1

    def _contested(self, section: str, title: str, asked: list[Question], mine: dict[str, Any]) -> Conflict:
        row = SectionAnswers.objects.filter(proposal=self.proposal, section=section).first()
        theirs = row.data if row else {}
        pairs = [Difference(q, mine[q.key], filled(q, theirs)) for q in asked]
        return Conflict(
            section=section,
            title=title,
            version=row.row_version if row else 0,
            mark=section_mark(asked, theirs),
            at=row.saved_at if row else None,
            differences=[one for one in pairs if one.mine != one.theirs],
            mine=mine,
        )

    def _budget(self) -> None:
        rows = read_rows(self.post)
        lines = lines_of(rows)
        faults = {f"b{row.place}-{name}": says for row in rows for name, says in row.faults.items()}
        base = self.post.get(f"{BUDGET}.base", "")
        stored = budget_mark(self.proposal.budget.all())
        if self.post.get("pick.budget") == "theirs":
            return
        if not faults and lines_mark(lines) == stored:
            self.outcome.marks[f"{BUDGET}.base"] = stored
            return
        if not faults and lines_mark(lines) == base:
            return
        self.outcome.rows = rows
        if faults:
            self.outcome.faults |= faults
            return
        try:
            services.set_budget(
                proposal_id=self.proposal.pk, lines=lines, by=self.by, now=self.now, seen=base
            )
        except Stale:
            self.outcome.budget_conflict = rows
        else:
            self.outcome.saved.append(BUDGET)
            self.outcome.marks[f"{BUDGET}.base"] = lines_mark(lines)
            self.outcome.rows = None


def attach(proposal: Proposal, files: Iterable[Any], *, by: Actor, now: datetime) -> dict[str, str]:
    """Keep the files that were sent; what is refused comes back as sentences at the field."""
    from django import forms

    from core.ui.forms import UploadField
    from grants.proposals.selectors.writing import ATTACHMENT

    field_ = UploadField(purpose=ATTACHMENT, required=False)
    says: list[str] = []
    for sent in files:
        try:
            upload = field_.clean(sent)
            services.attach_file(
                proposal_id=proposal.pk, data=upload.data, filename=upload.filename, by=by, now=now
            )
        except forms.ValidationError as wrong:
            says += wrong.messages
        except Refused as refused:
            says.append(str(refused))
    return {"file": " ".join(says)} if says else {}


def said_saved(now_text: str) -> str:
    """The words of a save that went well."""
    return _("已保存 %(at)s") % {"at": now_text}
