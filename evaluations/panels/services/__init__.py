"""Every button of this room."""

from evaluations.panels.services.concluding import (
    ask_reopen,
    conclude_panel,
    lock_panel,
    open_panel,
    record_votes,
    reopen_sheet,
    sign_conclusion,
)
from evaluations.panels.services.forming import (
    add_dossiers,
    form_panel,
    open_dossier,
    seat_drawn,
    seat_expert,
    seat_officer,
)
from evaluations.panels.services.scoring import attest, lock_blind, lock_sheet, recuse, save_scores
from evaluations.panels.services.staffing import (
    assign_sheets,
    refill_panel,
    replace_expert,
    request_assignment,
)

__all__ = [
    "add_dossiers",
    "ask_reopen",
    "assign_sheets",
    "attest",
    "conclude_panel",
    "form_panel",
    "lock_blind",
    "lock_panel",
    "lock_sheet",
    "open_dossier",
    "open_panel",
    "record_votes",
    "recuse",
    "refill_panel",
    "reopen_sheet",
    "replace_expert",
    "request_assignment",
    "save_scores",
    "seat_drawn",
    "seat_expert",
    "seat_officer",
    "sign_conclusion",
]
