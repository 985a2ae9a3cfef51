"""What an applicant was funded for before: known partly here, partly by rooms above this one.

The projects room stands above applications and may not be imported; it appends a provider when it starts.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable

from grants.proposals.models import PriorFunding
from grants.proposals.rules.eligibility import EarlierProject

Provider = Callable[[Iterable[int]], dict[int, list[EarlierProject]]]
providers: list[Provider] = []


def earlier_projects(body_ids: Iterable[int]) -> dict[int, list[EarlierProject]]:
    """Return every earlier project of the bodies: imported records and those of this system."""
    ids = list(body_ids)
    found: dict[int, list[EarlierProject]] = defaultdict(list)
    for record in PriorFunding.objects.filter(applicant_id__in=ids).order_by("year", "id"):
        found[record.applicant_id].append(
            EarlierProject(
                title=record.title,
                funder=record.funder,
                report_filed=record.report_filed,
                settled=record.settled,
                failed=record.failed,
                same_content=record.same_content,
                ours=record.is_ours,
            )
        )
    for provider in providers:
        for body_id, projects in provider(ids).items():
            found[body_id] += projects
    return dict(found)
