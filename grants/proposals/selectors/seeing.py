"""What different readers see of an application: officers everything, others what is public so far.

Whoever is no officer of the bureau reads a stand-in while the panel and the meeting are at work: an
application that is simply under review, whatever happened to it meanwhile, with no score and no version.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from django.db.models import Prefetch, Q, QuerySet

from core.audit.models import Entry
from core.audit.selectors import entries_of
from core.policy import BUREAU_ROLES, Actor, Role
from grants.proposals.lifecycle import C, P
from grants.proposals.models import PlaceConsent, Proposal, ProposalVersion, Remark, ScreeningCheck
from grants.proposals.rules.answers import MISSING
from grants.proposals.selectors.noticing import noticed_rounds

INSIDERS = (*sorted(BUREAU_ROLES), Role.SUPERVISOR, Role.AUDITOR)
JUDGED = (P.SCORED, P.PROPOSED, P.WAITLISTED, P.DECLINED)
SAVES = ("save_section", "set_budget", "attach_file", "remove_file")
TOLD = (
    "start_draft", "submit", "send_back", "resubmit", "find_eligible", "find_ineligible", "request_recheck",
    "uphold", "overturn", "send_to_optimise", "finish_optimise", "open_review", "award", "lapse", "strike",
    "withdraw",
)  # fmt: skip
TOLD_AFTER_NOTICE = ("propose", "waitlist", "decline", "promote")
SCREENING = ("screen", "judge_check", "advise_ineligible")
RELATED = (
    "round__form", "round__host", "round__operator", "applicant", "host", "category",
    "community__street", "dossier",
)  # fmt: skip


def knows_all(actor: Actor) -> bool:
    """Tell whether somebody reads states and scores as they are."""
    return actor.has(*INSIDERS)


def is_hidden(proposal: Proposal, *, noticed: bool) -> bool:
    """Tell whether the state must not be known outside the bureau yet."""
    return proposal.state == P.SCORED or (proposal.state in JUDGED and not noticed)


def is_noticed(proposal: Proposal) -> bool:
    """Tell whether what was decided about an application is public; asks only where it matters."""
    if proposal.state in (P.AWARDED, P.LAPSED, P.STRUCK):
        return True
    return proposal.state in JUDGED and proposal.round_id in noticed_rounds()


def stand_in(proposal: Proposal, *, noticed: bool) -> Proposal:
    """Return the application as everybody outside the bureau may see it; itself when nothing is hidden."""
    if not is_hidden(proposal, noticed=noticed):
        return proposal
    opened = entries_of(proposal).filter(verb="open_review").order_by("-seq").first()
    values = {one.attname: getattr(proposal, one.attname) for one in Proposal._meta.concrete_fields}
    values |= {"state": P.IN_REVIEW, "state_since": opened.at if opened else proposal.created_at}
    found = Proposal(**{**values, "row_version": 0, "dossier_id": None, "official_score": None})
    found._state.adding, found._state.db = False, proposal._state.db
    kept = {name: value for name, value in proposal._state.fields_cache.items() if name != "dossier"}
    found._state.fields_cache.update(kept)
    found.__dict__["_prefetched_objects_cache"] = proposal.__dict__.get("_prefetched_objects_cache", {})
    return found


def told_steps(proposal: Proposal, actor: Actor, *, noticed: bool) -> tuple[str, ...] | None:
    """Return the steps this reader is told of; None: all."""
    if knows_all(actor):
        return None
    steps = TOLD + (TOLD_AFTER_NOTICE if noticed else ())
    if actor.has(Role.OPERATOR):
        return steps + SCREENING
    known = proposal.state in (P.INELIGIBLE, P.RECHECKING)
    return (*steps, "advise_ineligible") if known else steps


def as_read_by(proposal: Proposal, actor: Actor, *, noticed: bool) -> Proposal:
    """Return the application itself for the bureau, its stand-in for everybody else."""
    return proposal if knows_all(actor) else stand_in(proposal, noticed=noticed)


def in_full(proposal: Proposal) -> Proposal:
    """Return the application with everything its page reads, in few queries."""
    consents = PlaceConsent.objects.select_related("community__street").order_by("-pk")
    return (
        Proposal.objects.select_related(*RELATED)
        .prefetch_related(Prefetch("consents", consents), "remarks")
        .get(pk=proposal.pk)
    )


@dataclass(frozen=True)
class Answer:
    """A question with what was answered, in words, and what screening remarked on it."""

    key: str
    label: str
    value: str
    is_long: bool
    remarks: tuple[Remark, ...] = ()


@dataclass(frozen=True)
class Part:
    """A section of the form as a page reads it."""

    key: str
    title: str
    answers: tuple[Answer, ...]


@dataclass
class Reading:
    """One version of an application, or the draft, as its page shows it."""

    proposal: Proposal
    version: ProposalVersion | None = None
    remarks: list[Remark] = field(default_factory=list)
    accounts: dict[str, str] = field(default_factory=dict)

    @cached_property
    def content(self) -> dict[str, Any]:
        """Return the answers and the budget of this version, or of the draft."""
        if self.version is not None and self.version.snapshot:
            return self.version.snapshot
        lines = [{name: getattr(row, name) for name in _columns()} for row in self.proposal.budget.all()]
        return {"answers": self.proposal.answers(), "budget": lines}

    @cached_property
    def parts(self) -> list[Part]:
        """Return the sections with their answers in words."""
        form = self.proposal.round.form
        schema = form.schema if form else {"sections": []}
        return [self._part(section) for section in schema["sections"]]

    def _part(self, section: dict[str, Any]) -> Part:
        answers = self.content.get("answers", {})
        asked = [one for one in section["fields"] if not one.get("when") or answers.get(one["key"])]
        return Part(section["key"], section["title"], tuple(self._answer(one, answers) for one in asked))

    def _answer(self, item: dict[str, Any], answers: dict[str, Any]) -> Answer:
        remarks = tuple(one for one in self.remarks if one.field == item["key"])
        value = self._words(item, answers.get(item["key"]))
        return Answer(item["key"], item["label"], value, item["type"] == "long_text", remarks)

    def _words(self, item: dict[str, Any], value: Any) -> str:
        if value in MISSING:
            return ""
        if item["type"] == "community":
            place = self.proposal.community
            return place.place if place is not None and place.code == value else str(value)
        labels = {option["value"]: option["label"] for option in item.get("options", ())}
        return "、".join(str(labels.get(one, one)) for one in (value if isinstance(value, list) else [value]))

    @property
    def budget(self) -> list[dict[str, Any]]:
        """Return the budget lines with the names of their accounts."""
        lines = self.content.get("budget", [])
        return [{**line, "account": self.accounts.get(line["code"], "")} for line in lines]

    @property
    def totals(self) -> dict[str, int]:
        """Return what is asked for, the applicant's own money, and both together."""
        grant = sum(line["grant_fen"] for line in self.budget)
        own = sum(line["own_fen"] for line in self.budget)
        return {"grant": grant, "own": own, "all": grant + own}

    @property
    def loose_remarks(self) -> list[Remark]:
        """Return remarks on what is no question of the form: a budget line, a file."""
        asked = {answer.key for part in self.parts for answer in part.answers}
        return [one for one in self.remarks if one.field not in asked]


def _columns() -> list[str]:
    from grants.proposals.rules.budget import Line

    return list(Line.__dataclass_fields__)


def remarks_on(proposal: Proposal, version_no: int) -> list[Remark]:
    """Return the remarks made on one version, from what was fetched with the application."""
    return [one for one in proposal.remarks.all() if one.version_no == version_no]


def failed_checks(proposal: Proposal) -> list[ScreeningCheck]:
    """Return what the version at hand failed on, for the applicant who was found ineligible."""
    if proposal.state not in (P.INELIGIBLE, P.RECHECKING):
        return []
    return list(proposal.checks.filter(version_no=proposal.version_no, verdict="fail"))


def handed_in_entry(proposal: Proposal, version_no: int) -> Entry | None:
    """Return the entry of the log that froze a version."""
    verbs = ("submit", "resubmit", "finish_optimise")
    entries = entries_of(proposal).filter(verb__in=verbs).order_by("-seq")
    return next((one for one in entries if one.payload.get("version") == version_no), None)


def present_consent(proposal: Proposal) -> PlaceConsent | None:
    """Return the newest consent of the present place, from what was fetched with the application."""
    found = [one for one in proposal.consents.all() if one.community_id == proposal.community_id]
    return max(found, key=lambda one: one.pk, default=None)


def was_refused(proposal: Proposal) -> bool:
    """Tell whether the present place refused, so that it may be asked again."""
    consent = present_consent(proposal)
    return consent is not None and consent.state == C.REFUSED


def in_public_state(rows: QuerySet[Proposal], value: str) -> QuerySet[Proposal]:
    """Narrow applications to a state as those outside the bureau know it; "in_review" is 评审中."""
    noticed = noticed_rounds()
    unknown = Q(state__in=[P.IN_REVIEW, P.SCORED]) | (Q(state__in=JUDGED) & ~Q(round_id__in=noticed))
    if value == P.IN_REVIEW:
        return rows.filter(unknown)
    if value in JUDGED:
        return rows.filter(state=value, round_id__in=noticed)
    return rows.filter(state=value)
