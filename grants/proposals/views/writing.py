"""The page on which an application is written, as its template reads it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import Any

from django.http import QueryDict
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _

from core import clock, money
from core.files.kinds import KINDS
from core.files.models import FileRef
from core.files.purposes import purpose_named
from core.files.refusals import size_text
from core.rulebook import Violation, rule_of
from grants.proposals.forms.applying import Row, name_of, read_rows, rows_of
from grants.proposals.lifecycle import P
from grants.proposals.models import Proposal, Remark
from grants.proposals.rules.answers import MAX_FILES, MISSING, Question, questions
from grants.proposals.rules.budget import (
    MAX_LINES,
    Budget,
    Ratio,
    ratios,
    request_is_within_cap,
    shares_are_within_caps,
)
from grants.proposals.selectors import broken_rules, budget_of
from grants.proposals.selectors.applying import Countdown, countdown_of, missed_deadline
from grants.proposals.selectors.writing import ATTACHMENT, attachments, budget_mark, filled, section_mark
from grants.proposals.views.saving import BUDGET, Outcome
from grants.rounds.models import BudgetAccount
from orgs.areas.selectors import communities

KEPT = "grants.proposals.kept"


@dataclass
class Box:
    """A question as it stands on the page: what is in it, what is wrong with it, what was remarked on it."""

    question: Question
    value: Any
    fault: str = ""
    remarks: list[Remark] = field(default_factory=list)

    @property
    def text(self) -> str:
        """Return what stands in a box of text."""
        return "" if self.value in MISSING else str(self.value)

    @property
    def chosen(self) -> list[str]:
        """Return what is ticked."""
        return [str(one) for one in self.value] if isinstance(self.value, list) else [str(self.value)]

    @property
    def choices(self) -> list[tuple[str, str, bool]]:
        """Return value, label and whether it is ticked."""
        pairs = zip(self.question.options, self.question.labels, strict=True)
        return [(value, label, value in self.chosen) for value, label in pairs]

    @property
    def most(self) -> int:
        """Return how many characters the form allows; 0 for no limit."""
        return int(self.question.bounds.get("max_length", 0))

    @property
    def length(self) -> int:
        """Return how many characters there are, as the rule counts them."""
        return len(self.text.strip())

    @property
    def limits(self) -> str:
        """Return the bounds in words."""
        low, high = self.question.bounds.get("min_length"), self.question.bounds.get("max_length")
        if self.question.type == "int":
            low, high = self.question.bounds.get("min", 0), self.question.bounds.get("max", 0)
            return _("%(low)s 至 %(high)s 之间的整数") % {"low": low, "high": high}
        if low and high:
            return _("%(low)s 至 %(high)s 字") % {"low": low, "high": high}
        return _("不超过 %(high)s 字") % {"high": high} if high else ""


@dataclass
class Section:
    """A section of the page with its version and its mark."""

    key: str
    title: str
    blind: bool
    boxes: list[Box]
    version: str
    mark: str
    at: datetime | None

    @property
    def open_count(self) -> int:
        """Return how many required answers are still missing."""
        return sum(one.question.required and one.value in MISSING for one in self.boxes)


@dataclass
class Desk:
    """Everything the page shows of one application at one moment."""

    proposal: Proposal
    user_id: int
    now: datetime
    typed: QueryDict | None = None
    faults: dict[str, str] = field(default_factory=dict)
    typed_rows: list[Row] | None = None
    seen: Mapping[str, str] = field(default_factory=dict)

    def take(self, outcome: Outcome) -> None:
        """Show what was wrong with what was sent, and every cell as it was typed."""
        self.faults, self.typed_rows, self.seen = outcome.faults, outcome.rows, outcome.marks
        if outcome.rows is None and self.typed is not None and f"{BUDGET}.base" in self.typed:
            rows = read_rows(self.typed)
            for row in rows:
                row.values()
            self.typed_rows = rows

    @cached_property
    def sections(self) -> list[Section]:
        """Return the sections of the form in order."""
        form = self.proposal.round.form
        kept = {row.section: row for row in self.proposal.sections.all()}
        asked: dict[str, list[Question]] = {}
        for question in questions(form.schema) if form else ():
            asked.setdefault(question.section, []).append(question)
        found = []
        for one in form.schema["sections"] if form else ():
            row, mine = kept.get(one["key"]), asked[one["key"]]
            data = row.data if row else {}
            boxes = [self._box(question, data) for question in mine]
            mark = self._mark(f"{one['key']}.base", section_mark(mine, data))
            version = self._mark(f"{one['key']}.version", str(row.row_version if row else 0))
            at = row.saved_at if row else None
            found.append(Section(one["key"], one["title"], bool(one["blind"]), boxes, version, mark, at))
        return found

    def _mark(self, name: str, kept: str) -> str:
        """Return a mark of what is kept; of what was typed and is not kept, the one that page came with."""
        if self.typed is None or name not in self.typed or name in self.seen:
            return kept
        return str(self.typed[name])

    def _box(self, question: Question, data: Mapping[str, Any]) -> Box:
        value = filled(question, data)
        if self.typed is not None and f"{question.section}.version" in self.typed:
            sent = self.typed.getlist(name_of(question))
            value = sent if question.type == "multi" else (sent[0] if sent else "")
        return Box(question, value, self.faults.get(question.key, ""), self.remarks.get(question.key, []))

    @cached_property
    def remarks(self) -> dict[str, list[Remark]]:
        """Return what screening remarked on the version that came back, by field."""
        found: dict[str, list[Remark]] = {}
        if self.proposal.state == P.RETURNED:
            for one in self.proposal.remarks.all():
                if one.version_no == self.proposal.version_no:
                    found.setdefault(one.field, []).append(one)
        return found

    @property
    def loose_remarks(self) -> list[Remark]:
        """Return remarks that belong to no question: on the budget, a line of it, the files."""
        asked = {box.question.key for section in self.sections for box in section.boxes}
        return [one for field_, found in self.remarks.items() if field_ not in asked for one in found]

    @cached_property
    def rows(self) -> list[Row]:
        """Return the grid of the budget."""
        return self.typed_rows if self.typed_rows is not None else rows_of(self.proposal.budget.all())

    @cached_property
    def budget_base(self) -> str:
        """Return the mark of the budget as it is kept."""
        return self._mark(f"{BUDGET}.base", budget_mark(self.proposal.budget.all()))

    @cached_property
    def accounts(self) -> list[BudgetAccount]:
        """Return the accounts a line may be booked under."""
        return list(BudgetAccount.objects.all())

    @cached_property
    def budget(self) -> Budget:
        """Return the budget as it is kept, as the rules read it."""
        known = {one.code: tuple(one.counts_towards) for one in self.accounts}
        return budget_of(self.proposal, known=known)

    @property
    def capital(self) -> str:
        """Return what is asked for, in capital letters."""
        return money.capital(min(self.budget.requested_fen, 10**17))

    @property
    def cap_fen(self) -> int:
        """Return the most that may be asked for."""
        return self.proposal.round.parsed_terms().tracks[self.proposal.track].cap_fen

    @property
    def cap_source(self) -> str:
        """Return the article that says so."""
        return rule_of(request_is_within_cap).source

    @property
    def ratios(self) -> list[Ratio]:
        """Return each kind of cost against its cap."""
        return ratios(self.budget, self.proposal.round.parsed_terms())

    @property
    def ratio_source(self) -> str:
        """Return the article that sets the caps."""
        return rule_of(shares_are_within_caps).source

    @cached_property
    def missing(self) -> list[Violation]:
        """Return everything that stands between what is kept and its submission."""
        return broken_rules(self.proposal, self.budget)

    @cached_property
    def countdown(self) -> Countdown | None:
        """Return the deadline to count down to, if one runs."""
        return countdown_of(self.proposal, self.now)

    @property
    def missed(self) -> datetime | None:
        """Return the deadline that has passed, if this can no longer be handed in."""
        return missed_deadline(self.proposal, self.now)

    @cached_property
    def files(self) -> list[FileRef]:
        """Return the files kept with the application."""
        return attachments(self.proposal)

    @property
    def files_left(self) -> int:
        """Return how many more files may be sent."""
        return max(0, MAX_FILES - len(self.files))

    @property
    def accepted(self) -> str:
        """Return the endings a file may have, for the browser."""
        return ",".join(
            ending for kind in purpose_named(ATTACHMENT).accepts for ending in KINDS[kind].extensions
        )

    @property
    def file_words(self) -> str:
        """Return what may be sent, said beforehand."""
        purpose = purpose_named(ATTACHMENT)
        return _("最多 %(most)s 个，每个不超过 %(size)s；可以是 %(kinds)s。") % {
            "most": MAX_FILES,
            "size": size_text(purpose.max_bytes),
            "kinds": "、".join(KINDS[kind].words for kind in purpose.accepts),
        }

    @cached_property
    def places(self) -> list[tuple[str, list[tuple[str, str]]]]:
        """Return the communities by street."""
        found: dict[str, list[tuple[str, str]]] = {}
        for one in communities(on=clock.day_of(self.now)).order_by("street__code", "code"):
            found.setdefault(one.street.display_name, []).append((one.code, one.display_name))
        return list(found.items())

    @property
    def place_codes(self) -> set[str]:
        """Return the codes of all communities that can be chosen."""
        return {code for _street, found in self.places for code, _name in found}

    @property
    def saved_at(self) -> datetime | None:
        """Return when something was last saved."""
        return max((one.at for one in self.sections if one.at), default=None)

    @property
    def kept_as(self) -> str:
        """Return the name under which a browser may keep what is not saved yet: one draft, one account."""
        return salted_hmac(KEPT, f"name:{self.proposal.public_id}:{self.user_id}").hexdigest()[:24]

    @property
    def kept_under(self) -> str:
        """Return the key it is encrypted with there, so that another account of the device cannot read it."""
        named = f"key:{self.proposal.public_id}:{self.user_id}"
        return salted_hmac(KEPT, named, algorithm="sha256").hexdigest()

    @property
    def max_lines(self) -> int:
        """Return how many lines a budget may have."""
        return MAX_LINES

    @property
    def step(self) -> Any:
        """Return what handing in is called in this state."""
        names = {P.RETURNED: _("提交补正"), P.OPTIMISING: _("提交优化稿")}
        return names.get(P(self.proposal.state), _("提交申报"))


def desk_of(proposal_id: int, user_id: Any, now: datetime, *, typed: QueryDict | None = None) -> Desk:
    """Return the page of an application for one account, with everything it reads fetched."""
    found = Proposal.objects.select_related("round__form", "applicant", "host")
    related = ("sections", "budget", "remarks", "round__extensions")
    return Desk(found.prefetch_related(*related).get(pk=proposal_id), int(user_id), now, typed)
