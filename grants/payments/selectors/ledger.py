"""Questions to the ledger: where each yuan of a round is."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

from django.db.models import F, Sum

from grants.payments import rules
from grants.payments.models import Account, PaymentPlan, Posting
from grants.projects.models import Project
from grants.rounds.models import FundingSource, Round


@dataclass(frozen=True)
class Standing:
    """The money of one source in a round, in fen; the last five add up to the first."""

    source_id: int
    appropriation_fen: int
    available_fen: int
    committed_fen: int
    paid_fen: int
    receivable_fen: int
    returned_fen: int

    @property
    def adds_up(self) -> bool:
        """Tell whether every yuan given is somewhere."""
        parts = (
            self.available_fen + self.committed_fen + self.paid_fen + self.receivable_fen + self.returned_fen
        )
        return self.appropriation_fen == parts


def balance(account: Account) -> int:
    """Return the signed balance of one account."""
    return int(Posting.objects.filter(account=account).aggregate(total=Sum("amount_fen"))["total"] or 0)


def standings(round_: Round) -> dict[int, Standing]:
    """Return where the money of each source stands, by source id, in one query."""
    sums: dict[int, dict[str, int]] = defaultdict(lambda: dict.fromkeys(rules.KINDS, 0))
    rows = Posting.objects.filter(account__round=round_).order_by()
    for row in rows.values("account__source_id", "account__kind").annotate(total=Sum("amount_fen")):
        sums[row["account__source_id"]][row["account__kind"]] = row["total"]
    return {
        source_id: Standing(
            source_id,
            -kinds[rules.APPROPRIATION],
            *(kinds[kind] for kind in rules.KINDS if kind != rules.APPROPRIATION),
        )
        for source_id, kinds in sorted(sums.items())
    }


def project_balances(round_: Round) -> dict[int, dict[str, int]]:
    """Return the balances of every project of a round by project id and account kind, in one query."""
    found: dict[int, dict[str, int]] = defaultdict(lambda: dict.fromkeys(rules.KINDS, 0))
    rows = Posting.objects.filter(account__round=round_, account__project__isnull=False).order_by()
    for row in rows.values("account__project_id", "account__kind").annotate(total=Sum("amount_fen")):
        found[row["account__project_id"]][row["account__kind"]] = row["total"]
    return dict(found)


def available_fen(round_: Round, source: FundingSource) -> int:
    """Return what a source of a round can still promise."""
    standing = standings(round_).get(source.pk)
    return standing.available_fen if standing else 0


def balances_of(project: Project) -> dict[str, int]:
    """Return the balances of one project by account kind."""
    found = dict.fromkeys(rules.KINDS, 0)
    rows = Posting.objects.filter(account__project=project).order_by()
    for row in rows.values("account__kind").annotate(total=Sum("amount_fen")):
        found[row["account__kind"]] = row["total"]
    return found


def money_by_category(round_: Round) -> list[tuple[str, int, int]]:
    """Return (category, planned fen, paid fen) in the order of the call, in two queries at most.

    What was released is not planned any more; what came back does not count as paid.
    """
    plans = PaymentPlan.objects.filter(project__round=round_).values_list("project__award__category_id")
    sums = plans.annotate(
        planned=Sum(F("award_fen") - F("released_fen")), paid=Sum(F("paid_fen") - F("returned_fen"))
    )
    found = {category: (planned, paid) for category, planned, paid in sums.order_by()}
    categories = sorted(round_.categories.all(), key=lambda one: one.pk)
    return [(one.name, *found.get(one.pk, (0, 0))) for one in categories]
