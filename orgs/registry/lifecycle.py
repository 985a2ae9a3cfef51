"""Life cycles of the register: organisation, recorded group, bank account."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from core.lifecycle import StateField, Stateful, transition
from core.policy import Actor, may
from orgs.registry.events import (
    BankAccountLapsed,
    BankAccountVerified,
    GroupDissolved,
    OrganisationDeregistered,
    OrganisationRegistered,
    OrganisationRevoked,
)


class S(models.TextChoices):
    """States of a registered organisation."""

    PREPARING = "preparing", _("筹备中")
    ACTIVE = "active", _("正常")
    DEREGISTERED = "deregistered", _("已注销")
    ANNULLED = "annulled", _("已撤销登记")
    REVOKED = "revoked", _("已吊销证书")


class G(models.TextChoices):
    """States of a recorded community group."""

    ACTIVE = "active", _("正常")
    DISSOLVED = "dissolved", _("已解散")


class A(models.TextChoices):
    """States of a bank account."""

    ADDED = "added", _("待核验")
    VERIFIED = "verified", _("已核验")
    CLOSED = "closed", _("已停用")


class OrganisationLifecycle(Stateful):
    """From preparation to the end of legal existence; an ended organisation does not come back."""

    state = StateField(choices=S.choices, default=S.ACTIVE)

    class Meta:
        abstract = True

    @transition(
        "state",
        [S.PREPARING],
        S.ACTIVE,
        permission=may("registry.register"),
        custom={"fact": OrganisationRegistered},
    )
    def found(self, *, by: Actor) -> None:
        """准予登记"""

    @transition(
        "state",
        [S.PREPARING, S.ACTIVE],
        S.DEREGISTERED,
        permission=may("registry.deregister"),
        custom={"fact": OrganisationDeregistered},
    )
    def deregister(self, *, by: Actor) -> None:
        """注销登记"""

    @transition(
        "state",
        [S.ACTIVE],
        S.ANNULLED,
        permission=may("registry.revoke"),
        custom={"fact": OrganisationRevoked},
    )
    def annul(self, *, by: Actor) -> None:
        """撤销登记"""

    @transition(
        "state",
        [S.ACTIVE],
        S.REVOKED,
        permission=may("registry.revoke"),
        custom={"fact": OrganisationRevoked},
    )
    def revoke(self, *, by: Actor) -> None:
        """吊销登记证书"""


class GroupLifecycle(Stateful):
    """A recorded group has no legal personality; it exists until it is dissolved."""

    state = StateField(choices=G.choices, default=G.ACTIVE)

    class Meta:
        abstract = True

    @transition(
        "state",
        [G.ACTIVE],
        G.DISSOLVED,
        permission=may("registry.dissolve_group"),
        custom={"fact": GroupDissolved},
    )
    def dissolve(self, *, by: Actor) -> None:
        """解散"""


class AccountLifecycle(Stateful):
    """Money goes to an account only after a second person has verified it."""

    state = StateField(choices=A.choices, default=A.ADDED)

    class Meta:
        abstract = True

    @transition(
        "state",
        [A.ADDED],
        A.VERIFIED,
        permission=may("registry.verify_account"),
        custom={"fact": BankAccountVerified},
    )
    def verify(self, *, by: Actor) -> None:
        """核验账户"""

    @transition(
        "state",
        [A.VERIFIED],
        A.ADDED,
        permission=may("registry.reopen_account"),
        custom={"fact": BankAccountLapsed},
    )
    def reopen(self, *, by: Actor) -> None:
        """退回重新核验"""

    @transition(
        "state",
        [A.ADDED, A.VERIFIED],
        A.CLOSED,
        permission=may("registry.close_account"),
        custom={"fact": BankAccountLapsed},
    )
    def close(self, *, by: Actor) -> None:
        """停用账户"""
