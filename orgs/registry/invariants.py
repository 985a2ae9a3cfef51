"""What must be true of the register at any time."""

from __future__ import annotations

from collections.abc import Iterator

from core.audit.selectors import entries_of
from core.audit.verify import Problem, invariant
from core.secrets import blind_index
from orgs.people.models import BodyKind
from orgs.registry import rules
from orgs.registry.lifecycle import A
from orgs.registry.models import BankAccount, CommunityGroup, SocialOrganisation
from orgs.registry.selectors import ACCOUNT


@invariant("R1", group="invariants", says="统一社会信用代码通过校验，例外均有人工确认的理由")
def codes_check_or_were_overridden() -> Iterator[Problem]:
    """A failing code without the mark, or a mark without a reason in the log."""
    for entry in SocialOrganisation.objects.order_by("pk").iterator(chunk_size=500):
        where = f"registry.socialorganisation:{entry.pk}"
        broken = rules.code_problems(entry.uscc, entry.org_type)
        if broken and not entry.code_overridden:
            yield Problem(where, "；".join(str(one) for one in broken))
        if entry.code_overridden and not entries_of(entry).filter(reason__isnull=False).exists():
            yield Problem(where, "校验位不符，但没有人工确认的理由")


@invariant("R2", group="invariants", says="银行账户户名为单位本身，索引与密文一致，由另一人核验")
def accounts_are_the_bodies_own() -> Iterator[Problem]:
    """Compare holder, index and verifier of every live account."""
    live = BankAccount.objects.exclude(state=A.CLOSED).select_related("body").order_by("pk")
    for account in live.iterator(chunk_size=500):
        where = f"registry.bankaccount:{account.pk}"
        if account.number_index != blind_index(account.number, ACCOUNT):
            yield Problem(where, "账号索引与密文不一致")
        if account.state != A.VERIFIED:
            continue
        if not rules.same_name(account.holder_name, account.body.name):
            yield Problem(where, "户名与单位名称不一致")
        if account.verified_by_id is None or account.verified_by_id == account.added_by_id:
            yield Problem(where, "核验人与填报人相同或缺失")


@invariant("R3", group="invariants", says="备案组织均有代管单位，本身没有账户")
def groups_have_a_host_and_no_account() -> Iterator[Problem]:
    """A group without legal personality never holds money itself."""
    for group in CommunityGroup.objects.select_related("host").order_by("pk"):
        if group.host.kind == BodyKind.COMMUNITY_GROUP:
            yield Problem(f"registry.communitygroup:{group.pk}", "代管单位本身也是备案组织")
    for account in BankAccount.objects.filter(body__kind=BodyKind.COMMUNITY_GROUP):
        yield Problem(f"registry.bankaccount:{account.pk}", "备案组织不应有自己的账户")
