"""Bank accounts: written down by one person, verified by another, in the body's own name."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.utils.translation import gettext as _

from core.errors import NotFound, Refused
from core.lifecycle import button, changing, creating
from core.policy import SYSTEM, Actor
from core.secrets import blind_index
from orgs.people.models import Body, BodyKind
from orgs.registry import rules, selectors
from orgs.registry.lifecycle import A
from orgs.registry.models import BankAccount
from orgs.registry.selectors import ACCOUNT


@button
def add_bank_account(
    *,
    body_id: int,
    holder_name: str,
    bank: str,
    number: str,
    by: Actor,
    now: datetime,
    key: UUID | None = None,
    version: int | None = None,
) -> BankAccount:
    """Write down where a body receives money; it counts once somebody else has verified it.

    Refuses a holder other than the body itself, a number that another body uses, and a hosted group, whose
    money goes to its host.
    """
    body = Body.objects.filter(pk=body_id).first()
    if body is None:
        raise NotFound()
    if body.kind == BodyKind.COMMUNITY_GROUP:
        raise Refused(
            _("备案的社区社会组织没有自己的账户，资金拨付给代管单位。"), code="group_has_no_account"
        )
    if not bank.strip():
        raise Refused(_("请填写开户银行全称。"), field="bank")
    _own_name(holder_name, body)
    digits = _free_number(number, body)
    account = BankAccount(
        body=body,
        holder_name=holder_name.strip(),
        bank=bank.strip(),
        number=digits,
        number_index=blind_index(digits, ACCOUNT),
        added_by_id=by.user_id,
    )
    return creating(account, by=by, now=now, permission="registry.add_account", verb="add")


def _free_number(text: str, body: Body) -> str:
    digits = rules.clean_account_number(text)
    if not digits:
        raise Refused(_("账号应为8至32位数字，请核对后重填。"), field="number")
    if other := selectors.account_by_number(digits):
        same = other.body_id == body.pk
        says = _("该账号已登记。") if same else _("该账号已登记在另一单位名下，请核对。")
        raise Refused(says, field="number", code="duplicate_account")
    return digits


def _own_name(holder_name: str, body: Body) -> None:
    if not rules.same_name(holder_name, body.name):
        raise Refused(
            _("户名应与单位名称“%(name)s”一致，资金不能拨付到其他户名。") % {"name": body.name},
            field="holder_name",
            code="holder_is_not_the_body",
        )


@button
def verify_bank_account(
    *, account_id: int, by: Actor, now: datetime, key: UUID | None = None, version: int | None = None
) -> BankAccount:
    """Confirm an account against the papers; an account of the body verified earlier is closed."""
    account = BankAccount.objects.filter(pk=account_id).first()
    if account is None:
        raise NotFound()
    earlier = BankAccount.objects.filter(body_id=account.body_id, state=A.VERIFIED).exclude(pk=account_id)
    for one in earlier:
        with changing(BankAccount, one.pk, by=SYSTEM, now=now, reason=_("改用新账户")) as old:
            old.close(by=SYSTEM)
    with changing(BankAccount, account_id, by=by, now=now, key=key, version=version) as held:
        _own_name(held.holder_name, held.body)
        held.verified_by_id, held.verified_at = by.user_id, now
        held.verify(by=by)
    return held


@button
def correct_bank_account(
    *,
    account_id: int,
    holder_name: str,
    by: Actor,
    now: datetime,
    bank: str = "",
    key: UUID | None = None,
    version: int | None = None,
) -> BankAccount:
    """Correct holder or bank of an account that waits for verification; the number needs a new account."""
    with changing(
        BankAccount,
        account_id,
        by=by,
        now=now,
        version=version,
        verb="correct",
        permission="registry.add_account",
    ) as held:
        if held.state != A.ADDED:
            raise Refused(_("账户已核验或已停用，不能修改。"), code="not_open")
        _own_name(holder_name, held.body)
        held.holder_name = holder_name.strip()
        held.bank = bank.strip() or held.bank
        held.added_by_id = by.user_id
    return held


@button
def close_bank_account(
    *,
    account_id: int,
    reason: str,
    by: Actor,
    now: datetime,
    key: UUID | None = None,
    version: int | None = None,
) -> BankAccount:
    """Stop using an account."""
    with changing(
        BankAccount, account_id, by=by, now=now, key=key, version=version, reason=reason
    ) as account:
        account.close(by=by)
    return account


@button
def reopen_accounts(
    *,
    body_id: int,
    reason: str,
    by: Actor,
    now: datetime,
    key: UUID | None = None,
    version: int | None = None,
) -> list[BankAccount]:
    """Send the verified account of a body back to verification, because its name changed."""
    reopened = []
    for account in BankAccount.objects.filter(body_id=body_id, state=A.VERIFIED).order_by("pk"):
        with changing(BankAccount, account.pk, by=by, now=now, reason=reason) as held:
            held.verified_by, held.verified_at = None, None
            held.reopen(by=by)
        reopened.append(held)
    return reopened
