"""Who may do what: one list of roles, permission rows as data, and the one function that answers.

A row names the roles it admits and a predicate over ``(seat, obj)``; a seat is the person together with the
grant (role, body, area, round) in which the person would act, so "own organisation" always means the
organisation of that very grant. A declared interest in a party of the object overrides every row.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _
from rules import predicate
from rules.predicates import Predicate

from core.errors import Forbidden

__all__ = [
    "Actor",
    "Grant",
    "Role",
    "Row",
    "SYSTEM",
    "Seat",
    "allow",
    "check",
    "did",
    "may",
    "predicate",
    "require",
]


class Role(models.TextChoices):
    """Every role of the house; ASCII codes, never translated words."""

    APPLICANT_ADMIN = "applicant_admin", _("申报负责人")
    APPLICANT_EDITOR = "applicant_editor", _("申报填写人")
    APPLICANT_FINANCE = "applicant_finance", _("申报财务")
    COMMUNITY_WORKER = "community_worker", _("社区工作者")
    STREET_OFFICER = "street_officer", _("街道经办")
    OPERATOR = "operator", _("承办方")
    COACH = "coach", _("辅导老师")
    EXPERT = "expert", _("评审专家")
    SUPERVISOR = "supervisor", _("纪检监督")
    CLERK = "clerk", _("经办")
    SECTION_CHIEF = "section_chief", _("科长")
    LEADER = "leader", _("局领导")
    FINANCE_CLERK = "finance_clerk", _("财务制单")
    FINANCE_APPROVER = "finance_approver", _("财务审批")
    CASHIER = "cashier", _("出纳")
    EVALUATOR = "evaluator", _("评估人员")
    AUDITOR = "auditor", _("审计人员")
    EDITOR = "editor", _("网站编辑")
    SYSTEM_ADMIN = "system_admin", _("系统管理员")
    SECURITY_ADMIN = "security_admin", _("安全管理员")
    AUDIT_ADMIN = "audit_admin", _("审计管理员")


APPLICANT_ROLES = frozenset({Role.APPLICANT_ADMIN, Role.APPLICANT_EDITOR, Role.APPLICANT_FINANCE})
STAFF_ROLES = frozenset(set(Role) - APPLICANT_ROLES - {Role.COMMUNITY_WORKER, Role.EXPERT, Role.COACH})
ADMINISTRATORS = frozenset({Role.SYSTEM_ADMIN, Role.SECURITY_ADMIN, Role.AUDIT_ADMIN})
BUREAU_ROLES = frozenset({Role.CLERK, Role.SECTION_CHIEF, Role.LEADER})


@dataclass(frozen=True)
class Grant:
    """One role of a person, within a body and, where given, an area and a round.

    ``area_code`` is a division code whose prefix covers everything below it; ``delegation_id`` is set when
    the role is exercised for somebody else (AB角).
    """

    role: str
    body_id: int | None = None
    area_code: str = ""
    round_code: str = ""
    membership_id: int | None = None
    delegation_id: int | None = None
    label: str = ""


@dataclass(frozen=True)
class Actor:
    """Whoever acts: a signed-in person, the bearer of a signed link, or the kernel itself."""

    user_id: int | None = None
    person_id: int | None = None
    grants: tuple[Grant, ...] = ()
    interests: frozenset[int] = field(default_factory=frozenset)
    kind: str = "user"

    def roles(self) -> frozenset[str]:
        """Return the role codes of all grants."""
        return frozenset(grant.role for grant in self.grants)

    def has(self, *roles: str) -> bool:
        """Tell whether any of the roles is held, regardless of body and area."""
        return any(grant.role in roles for grant in self.grants)

    def bodies(self, *roles: str) -> set[int]:
        """Return the ids of the bodies in which one of the roles (or any role) is held."""
        return {g.body_id for g in self.grants if g.body_id is not None and (not roles or g.role in roles)}

    def areas(self, *roles: str) -> set[str]:
        """Return the division codes for which one of the roles is held."""
        return {grant.area_code for grant in self.grants if grant.area_code and grant.role in roles}

    def only(self, grant: Grant) -> Actor:
        """Return the same person acting in one grant alone."""
        return Actor(self.user_id, self.person_id, (grant,), self.interests, self.kind)


SYSTEM = Actor(kind="system")
ANONYMOUS = Actor(kind="anonymous")
SYSTEM_GRANT = Grant(role="system", label="系统")


@dataclass(frozen=True)
class Seat:
    """What predicates receive first: the actor and the grant under consideration."""

    actor: Actor
    grant: Grant


@dataclass(frozen=True)
class Clause:
    """One alternative of a row: any of these roles, if the predicate holds."""

    roles: frozenset[str]
    when: Predicate | None = None

    def admits(self, actor: Actor, obj: Any) -> Grant | None:
        """Return the first grant under which the actor passes; None if there is none."""
        for grant in actor.grants:
            if grant.role in self.roles and (self.when is None or self.when.test(Seat(actor, grant), obj)):
                return grant
        return None


@dataclass(frozen=True)
class Row:
    """A permission row: alternatives joined by ``|``; ``by_system`` admits the kernel acting on a fact."""

    clauses: tuple[Clause, ...] = ()
    by_system: bool = False

    def __or__(self, other: Row) -> Row:
        return Row(self.clauses + other.clauses, self.by_system or other.by_system)

    def roles(self) -> frozenset[str]:
        """Return every role that some alternative admits."""
        return frozenset().union(*(clause.roles for clause in self.clauses))

    def admits(self, actor: Actor, obj: Any) -> Grant | None:
        """Return the grant under which the actor passes, or None."""
        if actor.kind == "system":
            return SYSTEM_GRANT if self.by_system else None
        for clause in self.clauses:
            if grant := clause.admits(actor, obj):
                return grant
        return None


SYSTEM_ONLY = Row(by_system=True)
_rows: dict[str, Row] = {}
_labels: dict[str, Any] = {}


def allow(*roles: str, when: Predicate | None = None) -> Row:
    """Admit these roles, if ``when(seat, obj)`` holds; a row without roles admits nobody."""
    return Row((Clause(frozenset(roles), when),))


def register(rows: Mapping[str, Row]) -> None:
    """Add the rows of a noun; a name that is already taken by another row is a programming error."""
    for name, row in rows.items():
        if _rows.get(name, row) is not row:
            raise ValueError(f"permission {name} is declared twice")
        _rows[name] = row


def row(name: str) -> Row:
    """Return a declared row; KeyError for an undeclared permission, so that a typo never permits."""
    return _rows[name]


def all_rows() -> Iterator[tuple[str, Row]]:
    """Yield every permission row, by name."""
    yield from sorted(_rows.items())


def has_interest(actor: Actor, obj: Any) -> bool:
    """Tell whether the actor declared an interest in a party of the object."""
    if not actor.interests or obj is None or not hasattr(obj, "parties"):
        return False
    return bool(actor.interests & set(obj.parties()))


def check(actor: Actor, name: str, obj: Any = None) -> Grant | None:
    """Return the grant under which the actor may do this to the object, or None."""
    if has_interest(actor, obj):
        return None
    return row(name).admits(actor, obj)


def require(actor: Actor, name: str, obj: Any = None) -> Grant:
    """Return the grant, or raise Forbidden with the reason."""
    if grant := check(actor, name, obj):
        return grant
    raise Forbidden(refusal(actor, name, obj))


def refusal(actor: Actor, name: str, obj: Any = None) -> Any:
    """Say why the actor may not: declared interest, missing role, or a condition of the row."""
    if has_interest(actor, obj):
        return _("您已申报与相关单位存在利害关系，依规回避，不能办理这一步。")
    roles = row(name).roles()
    if not roles:
        return _("这一步由系统根据办理结果自动完成。")
    if not actor.has(*roles):
        names = "、".join(str(Role(role).label) for role in sorted(roles) if role in Role.values)
        return _("这一步由%(roles)s办理。") % {"roles": names}
    return _(
        "您的岗位可以办理这类事项，但不能办理这一件（不在您的单位、辖区或届次内，或前一步由您本人经办）。"
    )


def may(name: str) -> Callable[[Any, Any], bool]:
    """Return the callable that django-fsm asks with the object: ``permission=may("proposals.submit")``."""

    def permission(instance: Any, actor: Actor) -> bool:
        return check(actor, name, instance) is not None

    permission.row_name = name  # type: ignore[attr-defined]
    permission.__name__ = f"may_{name.replace('.', '_')}"
    return permission


def did(*verbs: str) -> Predicate:
    """Return the predicate "this very person carried out one of these steps on the object"."""

    def acted(seat: Seat, obj: Any) -> bool:
        from core.audit.selectors import actors_of

        return seat.actor.user_id in actors_of(obj, *verbs)

    return Predicate(acted, name=f"did_{'_or_'.join(verbs)}")


def did_on(path: str, *verbs: str) -> Predicate:
    """Return the predicate "this very person carried out one of these steps on ``obj.<path>``"."""

    def acted(seat: Seat, obj: Any) -> bool:
        from core.audit.selectors import actors_of

        target = obj
        for part in path.split("."):
            target = getattr(target, part)
        return target is not None and seat.actor.user_id in actors_of(target, *verbs)

    return Predicate(acted, name=f"did_{'_or_'.join(verbs)}_on_{path.replace('.', '_')}")


def holders(actors: Iterable[Actor], name: str, obj: Any = None) -> list[Actor]:
    """Return those of the actors who could do this; the "who can act" page asks it before a round opens."""
    return [actor for actor in actors if check(actor, name, obj)]
