"""Everything the people room keeps."""

from orgs.people.models.accounts import Body, BodyKind, Person, User, Users
from orgs.people.models.roles import (
    Delegation,
    HandOver,
    Interest,
    InterestKind,
    Invitation,
    Membership,
    Origin,
    period_in_order,
)

__all__ = [
    "Body",
    "BodyKind",
    "Delegation",
    "HandOver",
    "Interest",
    "InterestKind",
    "Invitation",
    "Membership",
    "Origin",
    "Person",
    "User",
    "Users",
    "period_in_order",
]
