"""Life cycles of roles: membership, invitation, delegation, hand-over."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from core.lifecycle import StateField, Stateful, transition
from core.policy import Actor, may
from orgs.people.events import (
    InvitationAccepted,
    InvitationSent,
    RoleEnded,
    RoleGranted,
    WorkHandedOver,
)


class M(models.TextChoices):
    """States of a membership; whether an active one counts today is a question of its dates."""

    REQUESTED = "requested", _("待批准")
    ACTIVE = "active", _("有效")
    REJECTED = "rejected", _("未批准")
    ENDED = "ended", _("已终止")


class I(models.TextChoices):  # noqa: E742
    """States of an invitation; an expired one is a question of the clock."""

    REQUESTED = "requested", _("待批准")
    SENT = "sent", _("已发出")
    ACCEPTED = "accepted", _("已接受")
    REVOKED = "revoked", _("已撤回")


class D(models.TextChoices):
    """States of a delegation."""

    GIVEN = "given", _("已授权")
    REVOKED = "revoked", _("已收回")


class H(models.TextChoices):
    """States of a hand-over."""

    REQUESTED = "requested", _("待批准")
    DONE = "done", _("已交接")
    REFUSED = "refused", _("未批准")


class MembershipLifecycle(Stateful):
    """A role is asked for by one person and approved by another."""

    state = StateField(choices=M.choices, default=M.REQUESTED)

    class Meta:
        abstract = True

    @transition(
        "state", [M.REQUESTED], M.ACTIVE, permission=may("people.approve_role"), custom={"fact": RoleGranted}
    )
    def approve(self, *, by: Actor) -> None:
        """批准岗位"""

    @transition("state", [M.REQUESTED], M.REJECTED, permission=may("people.approve_role"))
    def reject(self, *, by: Actor) -> None:
        """不批准岗位"""

    @transition(
        "state",
        [M.REQUESTED, M.ACTIVE],
        M.ENDED,
        permission=may("people.end_role"),
        custom={"fact": RoleEnded},
    )
    def end(self, *, by: Actor) -> None:
        """终止岗位"""


class InvitationLifecycle(Stateful):
    """An invitation is sent by whoever may admit, and used once."""

    state = StateField(choices=I.choices, default=I.REQUESTED)

    class Meta:
        abstract = True

    @transition(
        "state",
        [I.REQUESTED],
        I.SENT,
        permission=may("people.send_invitation"),
        custom={"fact": InvitationSent},
    )
    def send(self, *, by: Actor) -> None:
        """发出邀请"""

    @transition(
        "state",
        [I.SENT],
        I.ACCEPTED,
        permission=may("people.accept_invitation"),
        custom={"fact": InvitationAccepted},
    )
    def accept(self, *, by: Actor) -> None:
        """接受邀请"""

    @transition("state", [I.REQUESTED, I.SENT], I.REVOKED, permission=may("people.revoke_invitation"))
    def revoke(self, *, by: Actor) -> None:
        """撤回邀请"""


class DelegationLifecycle(Stateful):
    """A delegation is given for a period and can be taken back before it ends."""

    state = StateField(choices=D.choices, default=D.GIVEN)

    class Meta:
        abstract = True

    @transition("state", [D.GIVEN], D.REVOKED, permission=may("people.delegate"))
    def revoke(self, *, by: Actor) -> None:
        """收回授权"""


class HandOverLifecycle(Stateful):
    """A hand-over is asked for by one person and approved by another."""

    state = StateField(choices=H.choices, default=H.REQUESTED)

    class Meta:
        abstract = True

    @transition(
        "state",
        [H.REQUESTED],
        H.DONE,
        permission=may("people.approve_handover"),
        custom={"fact": WorkHandedOver},
    )
    def carry_out(self, *, by: Actor) -> None:
        """办理交接"""

    @transition("state", [H.REQUESTED], H.REFUSED, permission=may("people.approve_handover"))
    def refuse(self, *, by: Actor) -> None:
        """不同意交接"""
