"""A notice of three items, drafted by the clerk, to be published by the leader on 8 June 2026."""

from __future__ import annotations

from datetime import datetime

import pytest

from core.policy import SYSTEM
from core.workdays import SHANGHAI
from grants.publicity import services
from grants.publicity.models import Notice, NoticeItem
from tests.grants.builders import Office, a_round, load_calendar

DRAFTED = datetime(2026, 6, 5, 15, 0, tzinfo=SHANGHAI)
OUT = datetime(2026, 6, 8, 8, 30, tzinfo=SHANGHAI)
RUNNING = datetime(2026, 6, 10, 10, 0, tzinfo=SHANGHAI)
OVER = datetime(2026, 6, 13, 0, 0, tzinfo=SHANGHAI)
LATER = datetime(2026, 6, 17, 10, 0, tzinfo=SHANGHAI)


class Stand:
    """The notice of the tests and the people around it."""

    def __init__(self) -> None:
        load_calendar(2026)
        self.office = Office()
        self.round = a_round(self.office)

    def items(self) -> list[services.ItemDraft]:
        party = (self.office.finance.pk,)
        return [
            services.ItemDraft("brands.brand:1", "银龄守望", "甲社", 2_000_000, party_bodies=party),
            services.ItemDraft(f"rounds.round:{self.round.pk}", "少年向阳", "乙社", 1_500_000),
            services.ItemDraft("brands.brand:3", "邻里议事", "丙社", 1_000_000),
        ]

    def draft(self, items=None, *, kind="award", now=DRAFTED) -> Notice:
        return services.draft_notice(
            round_id=self.round.pk,
            kind=kind,
            title="拟立项名单公示",
            contact="社会组织管理科 027-88936123",
            items=self.items() if items is None else items,
            by=self.office.clerk,
            now=now,
        )

    def publish(self, now=OUT) -> Notice:
        notice = self.draft()
        services.publish_notice(notice_id=notice.pk, by=self.office.leader, now=now)
        return Notice.objects.get(pk=notice.pk)

    def end(self, notice: Notice, now=OVER) -> Notice:
        services.end_notice(notice_id=notice.pk, by=self.office.clerk, now=now)
        return Notice.objects.get(pk=notice.pk)

    def object_to(self, item: NoticeItem, *, kind="person", now=RUNNING, **fields):
        values = {"objector": "王小明", "contact": "13812341234", "statement": "该单位材料不实"} | fields
        return services.lodge_objection(item_id=item.pk, kind=kind, by=SYSTEM, now=now, **values)

    def conclude(self, objection, verb: str, *, by=None, now=RUNNING) -> None:
        by = by or self.office.second_chief
        services.investigate_objection(objection_id=objection.pk, by=by, now=now)
        press = getattr(services, f"{verb}_objection")
        press(objection_id=objection.pk, finding="已核查", reply="答复如下", by=by, now=now)


@pytest.fixture
def stand():
    return Stand()
