"""Every button of this room."""

from orgs.people.services.accounts import (
    change_contact,
    create_body,
    disable_account,
    edit_body,
    enable_account,
    open_account,
    register_person,
    sign_out_everywhere,
)
from orgs.people.services.handovers import carry_out_handover, refuse_handover, request_handover
from orgs.people.services.interests import declare_interest, end_interest
from orgs.people.services.invitations import (
    accept_invitation,
    ask_invitation,
    invite,
    revoke_invitation,
    send_invitation,
)
from orgs.people.services.roles import (
    appoint_administrators,
    approve_role,
    delegate_role,
    end_role,
    install_role,
    reject_role,
    request_role,
    revoke_delegation,
)
from orgs.people.services.sign_in import change_password, enrol_second_factor

__all__ = [
    "accept_invitation",
    "appoint_administrators",
    "approve_role",
    "ask_invitation",
    "carry_out_handover",
    "change_contact",
    "change_password",
    "create_body",
    "declare_interest",
    "delegate_role",
    "disable_account",
    "edit_body",
    "enable_account",
    "end_interest",
    "end_role",
    "enrol_second_factor",
    "install_role",
    "invite",
    "open_account",
    "refuse_handover",
    "register_person",
    "reject_role",
    "request_handover",
    "request_role",
    "revoke_delegation",
    "revoke_invitation",
    "send_invitation",
    "sign_out_everywhere",
]
