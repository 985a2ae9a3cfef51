"""A crowd of applications under review: one played application, copied a thousand times row by row.

The rows go straight into the tables, past the door: what is measured is reading. Every copy has an applicant
of its own, all answers, the budget, the frozen version, checks, consent, a dossier with five sheets, its log.
"""

from __future__ import annotations

import copy
import hashlib
import random
from collections.abc import Callable, Iterable, Iterator
from typing import Any

SEED = 20260603
BATCH = 2_000


def play_until_scored(keep: list[Any]) -> Any:
    """Play the small year until the sheets of the panel are in; returns the stage."""
    from django.core.management import call_command

    from config.world.year import applying, calling, judging, play, screening
    from config.world.year.workers import Inline

    call_command("migrate", "--no-input", "-v", "0")
    stage = play.begin(2026, lambda line: None, Inline(), small=True)
    calling.prepare_and_publish(stage)
    applying.applicants_apply(stage)
    screening.screen_everything(stage)
    screening.start_selection(stage)
    plain: Callable[..., Any] = judging.conclude
    judging.conclude = lambda stage, panel: keep.append(panel)
    try:
        judging.panel_judges(stage)
    finally:
        judging.conclude = plain
    return stage


def copied(row: Any, **changes: Any) -> Any:
    """A new row like another one; a public id of its own where it has one."""
    from core.lifecycle import random_public_id

    made = copy.copy(row)
    made._state = copy.copy(row._state)
    made._state.adding = True
    made.__dict__.pop("_prefetched_objects_cache", None)
    made.pk = None
    if "public_id" in made.__dict__:
        made.__dict__["public_id"] = random_public_id()
    made.__dict__.update(changes)
    return made


def stored(rows: Iterable[Any]) -> list[Any]:
    """Insert rows of one kind."""
    made = list(rows)
    return type(made[0])._default_manager.bulk_create(made, batch_size=BATCH) if made else []


class Crowd:
    """The copies of one application, in as many rows of every table as it has itself."""

    def __init__(self, template: Any, number: int) -> None:
        self.template, self.number = template, number
        self.chance = random.Random(SEED)  # noqa: S311 - the same crowd every time

    def build(self) -> None:
        """Copy the application `number` times."""
        from grants.proposals.models import Proposal

        bodies = stored(self.bodies())
        self.identities(bodies)
        dossiers = stored(self.dossiers())
        proposals = stored(self.proposals(bodies, dossiers))
        for name in ("sections", "budget", "versions", "checks", "consents"):
            rows = list(getattr(self.template, name).all())
            stored(copied(row, proposal_id=one.pk) for one in proposals for row in rows)
        sheets = list(self.template.dossier.sheets.all())
        stored(copied(row, dossier_id=one.pk, replaces_id=None) for one in dossiers for row in sheets)
        stored(self.entries([one.pk for one in proposals]))
        assert Proposal.objects.count() >= self.number  # noqa: S101 - or nothing was measured

    def bodies(self) -> Iterator[Any]:
        """An applicant for each."""
        plain = self.template.applicant
        for serial in range(self.number):
            yield copied(plain, code=None, name=f"{plain.name[:100]}（第{serial + 1}服务点）")

    def identities(self, bodies: list[Any]) -> None:
        """What the registry knows of each applicant."""
        from orgs.registry.models import SocialOrganisation

        plain = SocialOrganisation.objects.get(body=self.template.applicant)
        stored(
            copied(plain, body_id=body.pk, uscc=f"52420106BEN{serial:07d}")
            for serial, body in enumerate(bodies, start=1)
        )

    def dossiers(self) -> Iterator[Any]:
        plain = self.template.dossier
        for serial in range(self.number):
            yield copied(plain, code=f"BENCH-{serial + 1:06d}")

    def proposals(self, bodies: list[Any], dossiers: list[Any]) -> Iterator[Any]:
        """The applications themselves, with amounts and days of their own."""
        from datetime import timedelta

        plain = self.template
        for serial, (body, dossier) in enumerate(zip(bodies, dossiers, strict=True), start=1):
            yield copied(
                plain,
                number=f"BENCH-2026-{serial:06d}",
                applicant_id=body.pk,
                dossier_id=dossier.pk,
                title=f"{plain.title[:60]}（{serial}）",
                requested_fen=self.chance.randrange(500_000, 2_000_000),
                submitted_at=plain.submitted_at - timedelta(minutes=self.chance.randrange(30_000)),
            )

    def entries(self, ids: list[int]) -> Iterator[Any]:
        """The log of each; the hashes are no chain, only distinct."""
        from core.audit.models import Entry

        mine = Entry.objects.filter(object_type="proposals.proposal", object_id=self.template.pk)
        rows = list(mine.order_by("seq"))
        seq = Entry.objects.order_by("-seq").values_list("seq", flat=True)[0]
        for pk in ids:
            for row in rows:
                seq += 1
                made = copied(
                    row, seq=seq, object_id=pk, hash=hashlib.sha256(f"{SEED}{seq}".encode()).hexdigest()
                )
                made.pk = seq
                yield made


def gather(number: int) -> Any:
    """Make the crowd; returns the stage of the year it stands in."""
    from grants.proposals.models import Proposal

    stage = play_until_scored([])
    whole = Proposal.objects.filter(dossier__isnull=False, dossier__sheets__isnull=False, host__isnull=True)
    template = whole.select_related("applicant", "dossier").order_by("pk")[0]
    Crowd(template, number).build()
    return stage
