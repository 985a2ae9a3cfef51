"""Every button of this room."""

from orgs.registry.services.accounts import (
    add_bank_account,
    close_bank_account,
    correct_bank_account,
    reopen_accounts,
    verify_bank_account,
)
from orgs.registry.services.changes import (
    annul_organisation,
    appoint_legal_representative,
    change_host,
    change_legal_representative,
    deregister_organisation,
    dissolve_group,
    rename_organisation,
    revoke_organisation,
)
from orgs.registry.services.imports import (
    apply_import,
    keep_sheet,
    preview_import,
    request_import,
    template_sheet,
)
from orgs.registry.services.organisations import (
    edit_organisation,
    found_organisation,
    register_group,
    register_organisation,
)
from orgs.registry.services.papers import lift_credit, list_credit, record_grade, record_inspection

__all__ = [
    "add_bank_account",
    "annul_organisation",
    "apply_import",
    "appoint_legal_representative",
    "change_host",
    "change_legal_representative",
    "close_bank_account",
    "correct_bank_account",
    "deregister_organisation",
    "dissolve_group",
    "edit_organisation",
    "found_organisation",
    "keep_sheet",
    "lift_credit",
    "list_credit",
    "preview_import",
    "record_grade",
    "record_inspection",
    "register_group",
    "register_organisation",
    "rename_organisation",
    "reopen_accounts",
    "request_import",
    "revoke_organisation",
    "template_sheet",
    "verify_bank_account",
]
