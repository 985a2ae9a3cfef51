"""One function per button about an application, by who presses it."""

from grants.proposals.services.consent import ask_consent, confirm_consent, refuse_consent
from grants.proposals.services.drafting import save_section, set_budget, start_draft
from grants.proposals.services.handing_in import (
    finish_optimise,
    request_recheck,
    resubmit_proposal,
    submit_proposal,
    withdraw_proposal,
)
from grants.proposals.services.screening import (
    advise_ineligible,
    find_eligible,
    find_ineligible,
    judge_check,
    overturn_recheck,
    record_prior_funding,
    return_proposal,
    screen_proposal,
    send_to_optimise,
    uphold_recheck,
)
from grants.proposals.services.selection import (
    award_proposal,
    decline_proposal,
    lapse_proposal,
    open_review,
    open_reviews,
    promote_proposal,
    propose_proposal,
    record_verdict,
    strike_proposal,
    waitlist_proposal,
)

__all__ = [
    "advise_ineligible",
    "ask_consent",
    "award_proposal",
    "confirm_consent",
    "decline_proposal",
    "find_eligible",
    "find_ineligible",
    "finish_optimise",
    "judge_check",
    "lapse_proposal",
    "open_review",
    "open_reviews",
    "overturn_recheck",
    "promote_proposal",
    "propose_proposal",
    "record_prior_funding",
    "record_verdict",
    "refuse_consent",
    "request_recheck",
    "resubmit_proposal",
    "return_proposal",
    "save_section",
    "screen_proposal",
    "send_to_optimise",
    "set_budget",
    "start_draft",
    "strike_proposal",
    "submit_proposal",
    "uphold_recheck",
    "waitlist_proposal",
    "withdraw_proposal",
]
