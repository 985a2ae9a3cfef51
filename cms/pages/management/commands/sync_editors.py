"""Make the group of editors equal to the memberships; run nightly, since roles begin and end by date."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from cms.pages.services import sync_editors
from core import clock


class Command(BaseCommand):
    """`manage.py sync_editors`."""

    help = "按岗位同步网站编辑组（岗位按日期生效和终止，每日运行一次）"

    def handle(self, *args: Any, **options: Any) -> None:
        """Say how many came, went and stay."""
        done = sync_editors(now=clock.now())
        self.stdout.write(f"editors: {done.members} (+{done.joined} -{done.left})")
