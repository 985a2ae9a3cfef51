"""What happens to an application and to the consent of its place."""

from dataclasses import dataclass

from core.events import Fact


@dataclass(frozen=True)
class ProposalFact(Fact):
    """A fact about one application."""

    proposal_id: int


class ProposalSubmitted(ProposalFact):
    """Handed in; a version is frozen."""


class ProposalResubmitted(ProposalFact):
    """Handed in again after a return; the next version is frozen."""


class ProposalReturned(ProposalFact):
    """Sent back with remarks at the fields."""


class ProposalFoundEligible(ProposalFact):
    """May be judged."""


class ProposalFoundIneligible(ProposalFact):
    """May not be judged; two people said so."""


class RecheckRequested(ProposalFact):
    """The applicant asks other people to look again."""


class RecheckUpheld(ProposalFact):
    """The recheck came to the same answer."""


class RecheckOverturned(ProposalFact):
    """The recheck found the application eligible."""


class OptimisationStarted(ProposalFact):
    """A coach and the applicant improve it."""


class OptimisationFinished(ProposalFact):
    """The improved version is frozen."""


class ReviewOpened(ProposalFact):
    """A dossier lies before a panel."""


class VerdictRecorded(ProposalFact):
    """The panel's score is known."""


class ProposalProposed(ProposalFact):
    """The meeting proposes to fund it."""


class ProposalWaitlisted(ProposalFact):
    """The meeting put it on the waiting list."""


class ProposalDeclined(ProposalFact):
    """The meeting does not fund it."""


class ProposalPromoted(ProposalFact):
    """It moved up from the waiting list."""


class ProposalAwarded(ProposalFact):
    """It is funded."""


class ProposalStruck(ProposalFact):
    """An upheld objection took it off the list."""


class ProposalLapsed(ProposalFact):
    """It was funded and not signed in time."""


class ProposalWithdrawn(ProposalFact):
    """The applicant took it back."""


@dataclass(frozen=True)
class ConsentFact(Fact):
    """A fact about the consent of a place."""

    consent_id: int


class ConsentAsked(ConsentFact):
    """A signed link goes to the residents' committee; the street is informed."""


class ConsentConfirmed(ConsentFact):
    """The place agrees."""


class ConsentRefused(ConsentFact):
    """The place refuses, with a reason."""
