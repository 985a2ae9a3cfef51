"""Questions about applications."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from django.core import signing
from django.db.models import F, Q, QuerySet
from django.utils.translation import gettext_lazy as _

from core import clock
from core.audit.models import Entry
from core.policy import Actor, Grant, Role
from core.rulebook import Violation, violations
from core.todo import Pending
from grants.proposals.lifecycle import HIDDEN_UNTIL_NOTICE, C, P
from grants.proposals.models import BudgetLine, PlaceConsent, Proposal, ProposalVersion
from grants.proposals.rules import eligibility
from grants.proposals.rules.answers import COMPLETENESS, split_by_blindness
from grants.proposals.rules.budget import BUDGET_RULES, Budget, Line
from grants.proposals.selectors.history import earlier_projects
from grants.proposals.selectors.laying import awaiting_review
from grants.proposals.selectors.writing import named_files
from grants.rounds.models import Round
from grants.rounds.rules import Terms
from grants.rounds.selectors import accounts
from orgs.people.models import Body
from orgs.registry.lifecycle import S as RegistryState
from orgs.registry.models import CommunityGroup, SocialOrganisation
from orgs.registry.rules import Standing
from orgs.registry.selectors import standing

CONSENT_SALT = "proposals.consent"
LINE_COLUMNS = list(Line.__dataclass_fields__)


def default_track(terms: Terms, *, is_group: bool) -> str:
    """Return the first track that is for this kind of applicant."""
    wanted = eligibility.GROUP if is_group else eligibility.ORGANISATION
    fitting = [code for code, track in terms.tracks.items() if track.applicants in ("any", wanted)]
    return fitting[0] if fitting else next(iter(terms.tracks))


def budget_of(
    proposal: Proposal,
    answers: dict[str, Any] | None = None,
    known: Mapping[str, tuple[str, ...]] | None = None,
) -> Budget:
    """Return the budget as plain values; ``known`` is the chart of accounts, if it is at hand."""
    lines = tuple(
        Line(**{name: getattr(row, name) for name in LINE_COLUMNS}) for row in proposal.budget.all()
    )
    activities = (answers if answers is not None else proposal.answers()).get("activities", "")
    chart = accounts() if known is None else known
    return Budget(proposal.track, lines, chart, str(activities))


def broken_rules(proposal: Proposal, budget: Budget | None = None) -> list[Violation]:
    """Return everything that stands between a draft and its submission, in the order of the form."""
    answers = proposal.answers()
    form = proposal.round.form
    assert form is not None  # noqa: S101 - a published round has a form
    found = violations(COMPLETENESS, form.schema, answers)
    budget = budget or budget_of(proposal, answers)
    return found + violations(BUDGET_RULES, budget, proposal.round.parsed_terms())


def snapshot_of(proposal: Proposal) -> dict[str, Any]:
    """Return what a version freezes: everything that was handed in, with the terms and form it answers."""
    return {
        "number": proposal.number,
        "round": proposal.round.code,
        "terms_sha256": proposal.round.terms_digest,
        "form_sha256": proposal.round.form.digest if proposal.round.form else "",
        "applicant": proposal.applicant.public_id,
        "host": proposal.host.public_id if proposal.host else None,
        "track": proposal.track,
        "category": proposal.category.code if proposal.category else None,
        "community": proposal.community.code if proposal.community else None,
        "answers": proposal.answers(),
        "budget": [{name: getattr(row, name) for name in LINE_COLUMNS} for row in proposal.budget.all()],
        "requested_fen": proposal.requested_fen,
        "files": named_files(proposal),
    }


def latest_version(proposal: Proposal) -> ProposalVersion:
    """Return the newest frozen version; DoesNotExist for a draft."""
    return proposal.versions.get(no=proposal.version_no)


def review_snapshot(proposal: Proposal) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return what a panel sees first, and after the blind part: no name, number or body in either.

    The first part holds the blind sections, budget and place; the second the team and the consent.
    """
    frozen = latest_version(proposal)
    form = proposal.round.form
    assert form is not None  # noqa: S101 - a submitted application answers a form
    blind, shown = split_by_blindness(form.schema, frozen.snapshot["answers"])
    blind.pop("title", None)
    blind["budget"] = frozen.snapshot["budget"]
    blind["requested_fen"] = frozen.snapshot["requested_fen"]
    if proposal.community:
        blind["community"] = proposal.community.display_name  # the answer is its code
    blind["version"] = frozen.no
    shown["consent"] = consent_state(proposal)
    return blind, shown


def party_persons(proposal: Proposal) -> list[int]:
    """Return the people whose ties to a reviewer matter: legal representatives, and leaders of groups."""
    legal = SocialOrganisation.objects.filter(body_id__in=proposal.parties())
    leaders = CommunityGroup.objects.filter(body_id__in=proposal.parties())
    found = {
        *legal.values_list("legal_representative_id", flat=True),
        *leaders.values_list("leader_id", flat=True),
    }
    return sorted(pk for pk in found if pk is not None)


def bonus_facts(proposal: Proposal) -> list[str]:
    """Return the bonus marks of the sheet that the registry and the form establish."""
    terms = proposal.round.parsed_terms()
    stands = standing(proposal.host or proposal.applicant, clock.day_of(terms.moment("applications_close")))
    answers = latest_version(proposal).snapshot["answers"]
    marks = {
        "party_organisation": stands.has_party_organisation,
        "grade_3a": stands.grade >= "3A",
        "guide_row": bool(str(answers.get("guide_row") or "").strip()),
    }
    return [code for code, holds in marks.items() if holds]


def consent_state(proposal: Proposal) -> str:
    """Return the state of the consent of the present place; empty if nobody was asked."""
    if proposal.pk is None:
        return ""
    found = proposal.consents.filter(community=proposal.community).order_by("-id").first()
    return found.state if found else ""


def eligibility_case(proposal: Proposal) -> eligibility.Case:
    """Return the facts the eligibility rules read, as they stood on the closing day of the round."""
    terms = proposal.round.parsed_terms()
    on = clock.day_of(terms.moment("applications_close"))
    legal_body = proposal.host or proposal.applicant
    stands = standing(legal_body, on)
    own = standing(proposal.applicant, on) if proposal.host_id else stands
    is_group = own.kind == "community_group"
    applicant = eligibility.Applicant(
        kind=eligibility.GROUP if is_group else eligibility.ORGANISATION,
        in_good_standing=_in_good_standing(stands) and _in_good_standing(own),
        founded_on=stands.founded_on,
        incubated=stands.incubated,
        registered_in=_registered_in(stands, proposal.round),
        inspection=stands.latest_inspection or ("not_yet_due" if _is_committee(stands) else ""),
        listings=tuple(eligibility.Listing(x.kind, x.from_date, x.to_date) for x in stands.listings),
        has_account=stands.has_own_account,
        has_host=proposal.host_id is not None,
        hosted_here=_hosted_before(proposal),
        is_operator=_runs_the_round(proposal, legal_body),
        earlier=tuple(earlier_projects([proposal.applicant_id]).get(proposal.applicant_id, [])),
    )
    in_district = proposal.community is not None and not proposal.outside_place
    return eligibility.Case(applicant, proposal.track, in_district, consent_state(proposal), on)


def _is_committee(stands: Standing) -> bool:
    """A residents' committee is a legal person by law, not by the register of social organisations."""
    return stands.kind == "residents_committee" and not stands.status


def _in_good_standing(stands: Standing) -> bool:
    return stands.status == RegistryState.ACTIVE or _is_committee(stands)


def _registered_in(stands: Standing, round_: Round) -> str:
    return (
        round_.parsed_terms().eligibility.registered_in[-1] if _is_committee(stands) else stands.registered_in
    )


def _runs_the_round(proposal: Proposal, legal_body: Body) -> bool:
    kinds = {"operator", "evaluator_firm", "audit_firm"}
    return proposal.round.operator_id in proposal.parties() or legal_body.kind in kinds


def _hosted_before(proposal: Proposal) -> int:
    """Count the host's applications in the round up to this one, by time of submission."""
    if proposal.host_id is None or proposal.submitted_at is None:
        return 0
    earlier = Q(submitted_at__lt=proposal.submitted_at) | Q(
        submitted_at=proposal.submitted_at, pk__lte=proposal.pk
    )
    live = Proposal.objects.filter(earlier, round_id=proposal.round_id, host_id=proposal.host_id)
    return live.exclude(state=P.WITHDRAWN).count()


def visible_to(actor: Actor) -> QuerySet[Proposal]:
    """Return the applications whose pages this person may open; the same rows as ``proposals.view``."""
    seen, handed_in = Q(pk__in=[]), Q(version_no__gt=0)
    for grant in actor.grants:
        seen |= _visible(grant, handed_in)
    mine = Q(applicant_id__in=actor.interests) | Q(host_id__in=actor.interests)
    return Proposal.objects.filter(seen).exclude(mine) if actor.interests else Proposal.objects.filter(seen)


def _visible(grant: Grant, handed_in: Q) -> Q:
    if grant.role in {Role.APPLICANT_ADMIN, Role.APPLICANT_EDITOR, Role.APPLICANT_FINANCE}:
        mine = Q(applicant_id=grant.body_id) | Q(host_id=grant.body_id)
        return mine if grant.body_id is not None else Q(pk__in=[])
    if grant.role in {Role.CLERK, Role.SECTION_CHIEF, Role.LEADER, Role.SUPERVISOR, Role.AUDITOR}:
        return handed_in
    if grant.role == Role.OPERATOR:
        return handed_in & (Q(round__code=grant.round_code) if grant.round_code else Q())
    if grant.role == Role.COACH:
        return Q(state=P.OPTIMISING) & (Q(round__code=grant.round_code) if grant.round_code else Q())
    if grant.role in {Role.STREET_OFFICER, Role.COMMUNITY_WORKER} and grant.area_code:
        return handed_in & Q(community__code__startswith=grant.area_code)
    if grant.role in {Role.FINANCE_CLERK, Role.FINANCE_APPROVER, Role.CASHIER}:
        return Q(state__in=[P.AWARDED, P.LAPSED])
    return Q(pk__in=[])


def public_state(proposal: Proposal, *, noticed: bool) -> Any:
    """Return the state as the applicant sees it: 评审中 until the notice is out."""
    if proposal.state in HIDDEN_UNTIL_NOTICE and not (noticed and proposal.state == P.PROPOSED):
        return _("评审中")
    if proposal.state in (P.WAITLISTED, P.DECLINED) and not noticed:
        return _("评审中")
    return P(proposal.state).label


def of_dossier(dossier_id: int) -> Proposal | None:
    """Return the application behind a dossier; None for a dossier of another stage."""
    return Proposal.objects.filter(dossier_id=dossier_id).first()


def consent_token(consent: PlaceConsent) -> str:
    """Return the signed token of the link sent to the residents' committee; it dies with its answer."""
    return signing.dumps({"consent": consent.public_id}, salt=CONSENT_SALT)


def consent_by_token(token: str, *, max_age_days: int = 60) -> PlaceConsent | None:
    """Return the consent a link is about; None for a forged or old link."""
    try:
        found = signing.loads(token, salt=CONSENT_SALT, max_age=max_age_days * 86400)
    except signing.BadSignature:
        return None
    return (
        PlaceConsent.objects.select_related("proposal", "community")
        .filter(public_id=found["consent"])
        .first()
    )


def link_bearer(consent: PlaceConsent) -> Actor:
    """Return who acts through a consent link: a worker of that community, without an account."""
    grant = Grant(
        role=Role.COMMUNITY_WORKER, area_code=consent.community.code, label=consent.community.display_name
    )
    return Actor(kind="link", grants=(grant,))


def _applicants_todos(actor: Actor, seen: QuerySet[Proposal]) -> list[Pending]:
    own = actor.bodies(Role.APPLICANT_ADMIN, Role.APPLICANT_EDITOR)
    if not own:
        return []
    mine = seen.filter(Q(applicant_id__in=own) | Q(host_id__in=own))
    return [
        Pending(
            label,
            mine.filter(state=state),
            due,
            url_name="proposals",
            query=f"state={state.value}",
            page="proposal",
            titled="title",
        )
        for label, state, due in (
            (_("退回待补正的申报"), P.RETURNED, "correction_due"),
            (_("待提交的优化稿"), P.OPTIMISING, ""),
            (_("尚未提交的草稿"), P.DRAFT, ""),
        )
    ]


def _places_todos(actor: Actor) -> list[Pending]:
    todos = []
    if areas := actor.areas(Role.COMMUNITY_WORKER):
        asked = PlaceConsent.objects.filter(state=C.ASKED, community__code__in=areas)
        label = _("待确认落地意见的申报")
        todos.append(_consents(label, asked))
    if areas := actor.areas(Role.STREET_OFFICER):
        within = Q(pk__in=[])
        for area in areas:
            within |= Q(community__code__startswith=area)
        label = _("辖区社区尚未答复的落地意见")
        asked = PlaceConsent.objects.filter(within, state=C.ASKED)
        todos.append(_consents(label, asked))
    return todos


def _consents(label: Any, rows: QuerySet[PlaceConsent]) -> Pending:
    return Pending(
        label, rows, url_name="consents", query="state=asked", page="consent", titled="proposal__title"
    )


def _screening(label: Any, rows: QuerySet[Proposal], query: str) -> Pending:
    return Pending(label, rows, url_name="screening", query=query, page="screen", titled="title")


def todo_for(actor: Actor, now: datetime) -> list[Pending]:
    """Return what waits for this person about applications."""
    seen = visible_to(actor)
    todos = _applicants_todos(actor, seen)
    advised = Q(advised_version=F("version_no"))
    if actor.has(Role.OPERATOR, Role.CLERK):
        unadvised = seen.filter(~advised, state=P.SUBMITTED)
        todos.append(_screening(_("待资格审查的申报"), unadvised, "wait=screen"))
    if actor.has(Role.CLERK):
        again = unsigned(seen.filter(state=P.RECHECKING), actor, "advise_ineligible", "find_ineligible")
        todos.append(_screening(_("待复核的申报"), again, "wait=recheck"))
        todos.append(Pending(_("待送专家评审的申报"), awaiting_review(), url_name="lay_before"))
    if actor.has(Role.SECTION_CHIEF):
        awaiting = unsigned(seen.filter(advised, state=P.SUBMITTED), actor, "advise_ineligible")
        todos.append(_screening(_("待确认的不通过意见"), awaiting, "wait=confirm"))
    todos += _places_todos(actor)
    if actor.has(Role.COACH):
        improving = seen.filter(state=P.OPTIMISING)
        label = _("正在优化、待辅导的申报")
        todos.append(
            Pending(
                label,
                improving,
                url_name="proposals",
                query="state=optimising",
                page="proposal",
                titled="title",
            )
        )
    return todos


def unsigned(rows: QuerySet[Proposal], actor: Actor, *verbs: str) -> QuerySet[Proposal]:
    """Leave out what somebody signed before: the separation of duties keeps it from him."""
    mine = Entry.objects.filter(object_type="proposals.proposal", actor_id=actor.user_id, verb__in=verbs)
    return rows.exclude(pk__in=mine.values("object_id"))


def budget_lines(proposal_ids: Iterable[int]) -> dict[int, list[BudgetLine]]:
    """Return the budget lines of several applications, in one query."""
    found: dict[int, list[BudgetLine]] = {}
    for line in BudgetLine.objects.filter(proposal_id__in=list(proposal_ids)).order_by("proposal_id", "no"):
        found.setdefault(line.proposal_id, []).append(line)
    return found
