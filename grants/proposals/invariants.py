"""What must hold of every application."""

from __future__ import annotations

from collections.abc import Iterator

from core.audit.digest import canonical, sha256
from core.audit.verify import Problem, invariant
from grants.proposals.lifecycle import P
from grants.proposals.models import Proposal, ProposalVersion


@invariant("I3", group="invariants", says="提交版本的内容与其摘要一致")
def versions_are_unchanged() -> Iterator[Problem]:
    """Recompute the hash of every frozen version."""
    for version in ProposalVersion.objects.iterator(chunk_size=200):
        if sha256(canonical(version.snapshot)) != version.digest:
            yield Problem(f"proposals.proposalversion:{version.pk}", f"第 {version.no} 版内容与摘要不符")


@invariant("I3v", group="invariants", says="已提交的申报各版俱在")
def versions_are_complete() -> Iterator[Problem]:
    """Every number from 1 to the last version exists."""
    counts: dict[int, int] = {}
    for proposal_id in ProposalVersion.objects.values_list("proposal_id", flat=True):
        counts[proposal_id] = counts.get(proposal_id, 0) + 1
    for pk, no in Proposal.objects.values_list("pk", "version_no"):
        if counts.get(pk, 0) != no:
            yield Problem(f"proposals.proposal:{pk}", f"应有 {no} 版，实有 {counts.get(pk, 0)} 版")


@invariant("I4p", group="invariants", says="评审得分等于评审卷的得分")
def scores_are_those_of_the_dossier() -> Iterator[Problem]:
    """An application carries exactly the official score of its dossier once it is scored."""
    for proposal in Proposal.objects.filter(official_score__isnull=False).select_related("dossier"):
        if proposal.dossier is None or proposal.dossier.official_score != proposal.official_score:
            yield Problem(f"proposals.proposal:{proposal.pk}", "评审得分与评审卷不符")
    for pk in Proposal.objects.filter(state=P.SCORED, official_score__isnull=True).values_list(
        "pk", flat=True
    ):
        yield Problem(f"proposals.proposal:{pk}", "已评分但没有得分")
