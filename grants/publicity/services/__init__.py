"""One function per button: those of the notice, and those of objections."""

from grants.publicity.services.notices import (
    ItemDraft,
    broken_rules,
    draft_notice,
    edit_item,
    edit_notice,
    end_due_notices,
    end_notice,
    publish_notice,
    record_posting,
    recount_notice,
    withdraw_item,
)
from grants.publicity.services.objections import (
    Paper,
    dismiss_objection,
    investigate_objection,
    lodge_objection,
    uphold_objection,
)

__all__ = [
    "ItemDraft",
    "Paper",
    "broken_rules",
    "dismiss_objection",
    "draft_notice",
    "edit_item",
    "edit_notice",
    "end_due_notices",
    "end_notice",
    "investigate_objection",
    "lodge_objection",
    "publish_notice",
    "record_posting",
    "recount_notice",
    "uphold_objection",
    "withdraw_item",
]
