"""The list of applications and the page of one, for everybody who may see it."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from core.errors import NotNow
from core.policy import APPLICANT_ROLES, Actor, Role, check
from core.routes import actor_of, permits
from core.ui.buttons import Button, Pressed, offers, press, why_not
from core.ui.pages import listed, shown
from grants.proposals.buttons import BUTTONS
from grants.proposals.lifecycle import EDITABLE
from grants.proposals.lists import MyProposalList, ProposalList
from grants.proposals.models import Proposal, ProposalVersion
from grants.proposals.selectors import seeing, visible_to
from grants.proposals.selectors.noticing import noticed_rounds
from grants.rounds.models import BudgetAccount
from grants.rounds.rules.words import TRACKS
from grants.rounds.selectors import public_rounds


@permits("proposals.list")
def proposals(request: HttpRequest) -> HttpResponse:
    """The applications somebody may see; applicants get their own, drafts included."""
    actor = actor_of(request)
    inside = seeing.knows_all(actor)
    noticed = set() if inside else noticed_rounds()
    if actor.roles() <= APPLICANT_ROLES:
        mine = MyProposalList(request, visible_to(actor), noticed=noticed)
        return listed(
            request, mine, filename="proposals", template="grants/proposals/proposals.html",
            rounds=public_rounds().filter(state="published"),
        )  # fmt: skip
    rows = visible_to(_as_officer(actor))
    page = ProposalList(request, rows, inside=inside, noticed=noticed)
    return listed(request, page, filename="proposals")


def _as_officer(actor: Actor) -> Actor:
    """Leave out what somebody may see as an applicant: drafts have no place among what was handed in."""
    grants = tuple(one for one in actor.grants if one.role not in APPLICANT_ROLES)
    return Actor(actor.user_id, actor.person_id, grants, actor.interests, actor.kind)


def _version(request: HttpRequest, proposal: Proposal, is_own: bool) -> ProposalVersion | None:
    """The version asked for; else the draft for those who write it, the newest for others."""
    asked = request.GET.get("version", "")
    versions = proposal.versions.all()
    is_number = asked.isascii() and asked.isdigit() and len(asked) < 6
    if is_number and (found := versions.filter(no=int(asked)).first()):
        return found
    if is_own and proposal.state in EDITABLE:
        return None
    return versions.order_by("-no").first()


def _page(request: HttpRequest, proposal: Proposal, pressed: Pressed | None = None) -> HttpResponse:
    actor = actor_of(request)
    proposal = seeing.in_full(proposal)
    noticed = seeing.is_noticed(proposal)
    seen = seeing.as_read_by(proposal, actor, noticed=noticed)
    inside = seeing.knows_all(actor)
    is_own = bool(actor.bodies(*APPLICANT_ROLES) & seen.parties())
    version = _version(request, seen, is_own)
    remarks = seeing.remarks_on(seen, version.no if version else seen.version_no)
    accounts = dict(BudgetAccount.objects.values_list("code", "name"))
    reading = seeing.Reading(seen, version, remarks, accounts)
    return shown(
        request,
        seen,
        "grants/proposals/proposal.html",
        pressed=pressed,
        offers=offers(
            seen, actor, BUTTONS, lambda code: reverse("press_proposal", args=[seen.public_id, code]), pressed
        ),
        reading=reading,
        inside=inside,
        is_own=is_own,
        may_write=is_own and seen.state in EDITABLE,
        sees_score=inside and seen.official_score is not None,
        only=seeing.told_steps(proposal, actor, noticed=noticed),
        **_details(seen, is_own, actor),
    )


def _details(seen: Proposal, is_own: bool, actor: Actor) -> dict[str, Any]:
    return {
        "skip": seeing.SAVES,
        "track": TRACKS.get(seen.track, seen.track),
        "versions": list(seen.versions.defer("snapshot").order_by("-no")),
        "consents": list(seen.consents.all()),
        "may_screen": check(actor, "proposals.view_screening", seen),
        "failed": seeing.failed_checks(seen) if is_own or actor.has(*seeing.INSIDERS, Role.OPERATOR) else [],
    }


@permits("proposals.view", Proposal)
def proposal(request: HttpRequest, proposal: Proposal) -> HttpResponse:
    """One application: where it stands, what was handed in, and what one may do."""
    return _page(request, proposal)


@permits("proposals.view", Proposal, "GET", "POST")
def press_proposal(request: HttpRequest, proposal: Proposal, code: str) -> HttpResponse:
    """Press a button of an application."""
    if request.method == "POST" and (refused := _masked(request, proposal, code)):
        return _page(request, proposal, refused)
    return press(request, proposal, code, BUTTONS, _page, proposal.get_absolute_url())


def _masked(request: HttpRequest, proposal: Proposal, code: str) -> Pressed | None:
    """Refuse as the page itself would, so that a refusal tells no state that is not public yet."""
    actor = actor_of(request)
    if seeing.knows_all(actor):
        return None
    seen = seeing.stand_in(proposal, noticed=seeing.is_noticed(proposal))
    button: Button | None = next((one for one in BUTTONS if one.code == code), None)
    if seen is proposal or button is None or not actor.has(*_roles(button)):
        return None
    says = why_not(seen, actor, button)
    return Pressed(button, None, NotNow(says)) if says else None


def _roles(button: Button) -> frozenset[str]:
    from core.policy import row

    return row(button.permission).roles()


@permits("proposals.view", Proposal)
def proposal_receipt(request: HttpRequest, proposal: Proposal) -> HttpResponse:
    """The receipt of the newest version: number, instant, hash, entry of the log, and the PDF."""
    actor = actor_of(request)
    proposal = seeing.in_full(proposal)
    seen = seeing.as_read_by(proposal, actor, noticed=seeing.is_noticed(proposal))
    version = seen.versions.order_by("-no").first()
    entry = seeing.handed_in_entry(seen, version.no) if version else None
    return shown(
        request,
        seen,
        "grants/proposals/receipt.html",
        version=version,
        entry=entry,
        entry_number=f"HZ{entry.at:%Y%m%d}-{entry.seq:07d}" if entry else "",
    )
