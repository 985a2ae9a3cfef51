"""Who may do what with an application."""

from core.policy import APPLICANT_ROLES, SYSTEM_ONLY, Role, Seat, allow, did, predicate
from grants.proposals.lifecycle import P
from grants.proposals.models import PlaceConsent, Proposal


@predicate
def is_own(seat: Seat, proposal: Proposal) -> bool:
    """The grant is held in the applicant, or in the host that stands behind it."""
    return seat.grant.body_id is not None and seat.grant.body_id in (proposal.applicant_id, proposal.host_id)


@predicate
def is_of_round(seat: Seat, proposal: Proposal) -> bool:
    """The grant covers the round of the application."""
    return not seat.grant.round_code or seat.grant.round_code == proposal.round.code


@predicate
def is_submitted(seat: Seat, proposal: Proposal) -> bool:
    """Drafts are the applicant's alone."""
    return proposal.version_no > 0


@predicate
def is_being_improved(seat: Seat, proposal: Proposal) -> bool:
    """It was handed to coach and applicant for improvement: the only time a coach sees it."""
    return proposal.state == P.OPTIMISING


@predicate
def is_of_place(seat: Seat, proposal: Proposal) -> bool:
    """The place of the application lies in the area of the grant."""
    code = proposal.community.code if proposal.community_id and proposal.community else ""
    return bool(seat.grant.area_code) and code.startswith(seat.grant.area_code)


@predicate
def is_consent_of_place(seat: Seat, consent: PlaceConsent) -> bool:
    """The consent is asked of the community of the grant."""
    return seat.grant.area_code == consent.community.code


@predicate
def is_consent_in_area(seat: Seat, consent: PlaceConsent) -> bool:
    """The community that is asked lies in the area of the grant."""
    return bool(seat.grant.area_code) and consent.community.code.startswith(seat.grant.area_code)


@predicate
def is_consent_of_round(seat: Seat, consent: PlaceConsent) -> bool:
    """The consent is for an application of the round of the grant."""
    return bool(is_of_round(seat, consent.proposal))


@predicate
def is_consent_for_own(seat: Seat, consent: PlaceConsent) -> bool:
    """The consent is for an application of the applicant of the grant."""
    return bool(is_own(seat, consent.proposal))


@predicate
def is_noticed(seat: Seat, proposal: Proposal) -> bool:
    """Funded or once funded: what finance may see."""
    return proposal.state in (P.AWARDED, P.LAPSED)


@predicate
def sits_as_secretary(seat: Seat, proposal: Proposal) -> bool:
    """The expert is seated as secretary of a panel that judges applications of this round."""
    from evaluations.panels.models import PanelSeat

    return PanelSeat.objects.filter(
        person_id=seat.actor.person_id or 0,
        kind="secretary",
        left_at__isnull=True,
        panel__stage="application",
        panel__round_code=proposal.round.code,
    ).exists()


BUREAU = (Role.CLERK, Role.SECTION_CHIEF, Role.LEADER)

PERMISSIONS = {
    "proposals.view": allow(*APPLICANT_ROLES, when=is_own)
    | allow(*BUREAU, Role.SUPERVISOR, Role.AUDITOR, when=is_submitted)
    | allow(Role.OPERATOR, when=is_of_round & is_submitted)
    | allow(Role.COACH, when=is_of_round & is_being_improved)
    | allow(Role.STREET_OFFICER, Role.COMMUNITY_WORKER, when=is_of_place & is_submitted)
    | allow(Role.FINANCE_CLERK, Role.FINANCE_APPROVER, Role.CASHIER, when=is_noticed),
    # the list has no object: which rows it shows is for selectors.visible_to
    "proposals.list": allow(
        *APPLICANT_ROLES,
        *BUREAU,
        Role.SUPERVISOR,
        Role.AUDITOR,
        Role.OPERATOR,
        Role.COACH,
        Role.STREET_OFFICER,
        Role.COMMUNITY_WORKER,
        Role.FINANCE_CLERK,
        Role.FINANCE_APPROVER,
        Role.CASHIER,
    ),
    "proposals.read_files": allow(*APPLICANT_ROLES, when=is_own)
    | allow(*BUREAU, Role.SUPERVISOR, Role.AUDITOR, when=is_submitted)
    | allow(Role.OPERATOR, when=is_of_round & is_submitted)
    | allow(Role.STREET_OFFICER, Role.COMMUNITY_WORKER, when=is_of_place & is_submitted),
    "proposals.view_screening": allow(*BUREAU, Role.SUPERVISOR, Role.AUDITOR, when=is_submitted)
    | allow(Role.OPERATOR, when=is_of_round & is_submitted),
    "proposals.list_screening": allow(*BUREAU, Role.SUPERVISOR, Role.AUDITOR, Role.OPERATOR),
    "proposals.view_consent": allow(*BUREAU, Role.SUPERVISOR, Role.AUDITOR)
    | allow(Role.OPERATOR, when=is_consent_of_round)
    | allow(Role.STREET_OFFICER, Role.COMMUNITY_WORKER, when=is_consent_in_area),
    "proposals.list_consents": allow(
        *BUREAU, Role.SUPERVISOR, Role.AUDITOR, Role.OPERATOR, Role.STREET_OFFICER, Role.COMMUNITY_WORKER
    ),
    "proposals.draft": allow(Role.APPLICANT_ADMIN, Role.APPLICANT_EDITOR, when=is_own),
    "proposals.edit": allow(*APPLICANT_ROLES, when=is_own),
    "proposals.submit": allow(Role.APPLICANT_ADMIN, when=is_own),
    "proposals.withdraw": allow(Role.APPLICANT_ADMIN, when=is_own),
    "proposals.request_recheck": allow(Role.APPLICANT_ADMIN, when=is_own),
    "proposals.ask_consent": allow(Role.APPLICANT_ADMIN, when=is_consent_for_own),
    "proposals.answer_consent": allow(Role.COMMUNITY_WORKER, when=is_consent_of_place),
    "proposals.screen": allow(Role.OPERATOR, when=is_of_round) | allow(Role.CLERK),
    "proposals.judge_check": allow(Role.CLERK),
    "proposals.return": allow(Role.OPERATOR, when=is_of_round) | allow(Role.CLERK),
    "proposals.find_eligible": allow(Role.CLERK),
    "proposals.advise_ineligible": allow(Role.CLERK),
    "proposals.find_ineligible": allow(Role.SECTION_CHIEF, when=~did("advise_ineligible")),
    "proposals.recheck": allow(Role.CLERK, when=~did("advise_ineligible", "find_ineligible")),
    "proposals.optimise": allow(Role.OPERATOR, when=is_of_round) | allow(Role.CLERK),
    "proposals.open_review": allow(Role.EXPERT, Role.CLERK, Role.SECTION_CHIEF, when=sits_as_secretary),
    "proposals.lay_before": allow(Role.EXPERT, Role.CLERK, Role.SECTION_CHIEF),
    "proposals.record_verdict": SYSTEM_ONLY,
    "proposals.decide": allow(Role.LEADER),
    "proposals.promote": allow(Role.LEADER),
    "proposals.award": allow(Role.LEADER),
    "proposals.strike": SYSTEM_ONLY,
    "proposals.lapse": allow(Role.SECTION_CHIEF),
    "proposals.record_prior_funding": allow(Role.CLERK),
}
