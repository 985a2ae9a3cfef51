"""Which rounds told the public whom they mean to fund."""

from __future__ import annotations

from grants.publicity.models import Notice


def rounds_on_notice() -> set[int]:
    """Return the ids of rounds with a notice that is out."""
    return set(Notice.objects.filter(published_at__isnull=False).values_list("round_id", flat=True))
