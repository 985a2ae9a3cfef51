"""What happens to a funded project, its agreement, reports, changes and expenses."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from core.events import Fact


@dataclass(frozen=True)
class ProjectFact(Fact):
    """A fact about one project."""

    project_id: int


class ProjectOpened(ProjectFact):
    """An award became a project with an approved budget; its agreement waits for signatures."""


class AgreementSigned(ProjectFact):
    """Both sides have signed; the project runs."""


class ProjectLapsed(ProjectFact):
    """The agreement was not signed in time."""


class MidtermSubmitted(ProjectFact):
    """The mid-term report lies before its evaluator."""


class MidtermPassed(ProjectFact):
    """The mid-term evaluation was passed."""


class MidtermFailed(ProjectFact):
    """The mid-term evaluation was failed; what is wrong must be put right by a day."""


class FinalSubmitted(ProjectFact):
    """The final report lies before its panel."""


class FinalPassed(ProjectFact):
    """The final evaluation was passed; the books go to the auditor."""


class FinalFailed(ProjectFact):
    """The final evaluation was failed; the leader decides what follows."""


class ProjectSuspended(ProjectFact):
    """The project stands still, and so does its money."""


class ProjectResumed(ProjectFact):
    """The project goes on."""


class ProjectTerminated(ProjectFact):
    """The project was ended early; what was not properly spent comes back."""


class ProjectRevoked(ProjectFact):
    """The award was revoked; the money comes back."""


class ProjectSettled(ProjectFact):
    """The audited accounts are settled."""


class ProjectClosed(ProjectFact):
    """Every yuan of the project is where it belongs."""


class ProjectArchived(ProjectFact):
    """The file of the project is complete and sealed."""


class ProjectExtended(ProjectFact):
    """The project ends later."""


class BudgetChanged(ProjectFact):
    """The budget has a new version."""


@dataclass(frozen=True)
class OfProject(Fact):
    """A fact about something that belongs to a project."""

    object_id: int
    project_id: int

    @classmethod
    def of(cls, obj: Any) -> OfProject:
        """Name the thing and its project."""
        return cls(obj.pk, obj.project_id)


class AgreementPrepared(OfProject):
    """The text of the agreement is frozen; both sides can read it."""


class AgreementAccepted(OfProject):
    """The grantee has signed and sealed; the bureau counter-signs next."""


class AgreementConcluded(OfProject):
    """The bureau has counter-signed."""


class ReportSubmitted(OfProject):
    """A report is frozen."""


class ReportJudged(OfProject):
    """A report has its verdict."""


class ChangeRequested(OfProject):
    """The grantee asks for a change."""


class ChangeDecided(OfProject):
    """The change was approved or refused."""


class ExpenseVoided(OfProject):
    """A voucher was taken back."""
