"""What people press on the page of an application: the applicant's side and the officers' side."""

from grants.proposals.buttons.applicant import APPLICANT
from grants.proposals.buttons.screening import SCREENING

BUTTONS = (*APPLICANT, *SCREENING)

__all__ = ["APPLICANT", "BUTTONS", "SCREENING"]
