"""Who may know what, and from when on; everything that is not written here is a leak."""

from __future__ import annotations

from dataclasses import dataclass

from tests.trust.tokens import Secret

STOPS = ("applying", "screened", "scoring", "concluded", "noticed", "executing", "archived")
BUREAU = {"clerk", "secretary", "section_chief", "leader"}
READERS = {"supervisor", "auditor"}
ADMINISTRATORS = {"system_admin", "security_admin", "audit_admin"}
FINANCE = {"finance_clerk", "finance_approver", "cashier"}
PLACE = {"street_officer", "community_worker"}


@dataclass(frozen=True)
class Viewer:
    """Somebody of the cast: what they are called here, their key, their role, and whose side they are on."""

    name: str
    key: str
    role: str
    side: str = ""


def since(stop: str, first: str) -> bool:
    """Tell whether a stop comes at or after another."""
    return STOPS.index(stop) >= STOPS.index(first)


def may_know(viewer: Viewer, secret: Secret, stop: str) -> bool:
    """The matrix: class of what is private x viewer x stage."""
    if viewer.key and viewer.key == secret.owner:
        return True
    if viewer.side and viewer.side == secret.owner:
        return secret.kind in ("applicant_phone", "bank", "answer", "draft")
    return viewer.role in audience(secret.kind, stop)


def audience(kind: str, stop: str) -> set[str]:
    """The roles that may know a kind of thing at a stage, besides whose it is."""
    if kind == "expert_name":
        officers = {"clerk", "secretary", "section_chief", "chair"} | READERS | ADMINISTRATORS
        return officers | ({"leader"} if since(stop, "concluded") else set())
    if kind == "comment":
        after = {"clerk", "secretary", "section_chief", "leader", "chair", "expert"} | READERS
        return after if since(stop, "concluded") else set()
    if kind == "recusal":
        return {"clerk", "secretary", "section_chief", "chair", "leader"} | READERS
    if kind == "answer":
        judges = {"expert", "chair"} if since(stop, "scoring") else set()
        paying = FINANCE if since(stop, "executing") else set()
        return BUREAU | READERS | PLACE | judges | paying | {"operator", "coach"}
    if kind == "bank":
        return set(FINANCE)
    if kind == "objector":
        return BUREAU | READERS
    return set()
