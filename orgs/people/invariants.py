"""What must be true of people and roles at any time."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from django.db.models import Q

from core.audit.verify import Problem, invariant
from core.policy import ADMINISTRATORS
from core.secrets import blind_index
from orgs.people.lifecycle import D, M
from orgs.people.models import Delegation, Membership, Person, User
from orgs.people.rules import conflicts
from orgs.people.selectors import IDENTITY, PHONE


@invariant("P1", group="invariants", says="系统、安全、审计三名管理员从不由同一人担任，管理员不兼业务岗位")
def three_administrators_are_three_people() -> Iterator[Problem]:
    """Compare overlapping active memberships of everybody who is an administrator."""
    held: dict[int, list[Membership]] = defaultdict(list)
    admins = Membership.objects.filter(role__in=ADMINISTRATORS, state=M.ACTIVE).values("user_id")
    for one in Membership.objects.filter(user_id__in=admins, state=M.ACTIVE).order_by("pk"):
        held[one.user_id].append(one)
    for user_id, roles in held.items():
        for one in roles:
            together = {other.role for other in roles if other is not one and _overlap(one, other)}
            if reasons := conflicts(together, one.role):
                yield Problem(f"people.user:{user_id}", "；".join(reasons))


def _overlap(one: Membership, other: Membership) -> bool:
    starts = max(one.valid_from, other.valid_from)
    return all(end is None or starts <= end for end in (one.valid_to, other.valid_to))


@invariant("P2", group="invariants", says="岗位由一人申请、另一人批准，从不由本人授予")
def nobody_granted_a_role_to_oneself() -> Iterator[Problem]:
    """Find what a raw write could have done in spite of the database checks."""
    active = Membership.objects.filter(state=M.ACTIVE, approved_by__isnull=False).select_related("user")
    for one in active:
        if one.approved_by_id in (one.user_id, one.requested_by_id):
            yield Problem(f"people.membership:{one.pk}", "批准人与申请人或本人相同")


@invariant("P3", group="invariants", says="手机号、身份证号的索引与密文一致，登录手机号与本人一致")
def blind_indexes_match() -> Iterator[Problem]:
    """Decrypt and compare; an index that was moved would let somebody sign in as another."""
    for person in Person.objects.select_related("user").iterator(chunk_size=500):
        where = f"people.person:{person.pk}"
        if person.phone_index != blind_index(person.phone, PHONE):
            yield Problem(where, "手机号索引与密文不一致")
        if person.id_index != blind_index(person.id_number, IDENTITY):
            yield Problem(where, "身份证号索引与密文不一致")
        user = getattr(person, "user", None)
        if user is not None and (user.phone_index, user.email) != (person.phone_index, person.email):
            yield Problem(where, "登录账号的手机号或邮箱与本人不一致")


@invariant("P4", group="invariants", says="账号停用与日志记载一致，没有超级用户")
def disabled_means_disabled() -> Iterator[Problem]:
    """A disabled person cannot sign in; nobody is a superuser."""
    wrong = User.objects.filter(
        Q(is_superuser=True)
        | Q(is_active=True, person__disabled_at__isnull=False)
        | Q(is_active=False, person__disabled_at__isnull=True)
    )
    for user in wrong:
        yield Problem(f"people.user:{user.pk}", "账号状态与停用记录不一致，或为超级用户")


@invariant("P5", group="invariants", says="代理授权有书面文书，且不授予本人")
def delegations_are_in_writing() -> Iterator[Problem]:
    """Find delegations without a document, to oneself, or without an end."""
    for lent in Delegation.objects.filter(state=D.GIVEN).select_related("membership"):
        if not lent.document or lent.delegate_id == lent.membership.user_id:
            yield Problem(f"people.delegation:{lent.pk}", "代理授权缺少文书或授予本人")
