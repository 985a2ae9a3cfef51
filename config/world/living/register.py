"""The register fills: those who apply, and a thousand who do not; and what the morning of the demo brings."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from config.world.content.crowd import Passer
from config.world.year import casting
from config.world.year.stage import Stage, shanghai
from core.clock import day_of
from core.unit import unit
from orgs.people import services as people
from orgs.people.models import Body
from orgs.registry import services as registry
from orgs.registry.models import SocialOrganisation

TOGETHER = 40  # rows of one transaction


def names() -> set[str]:
    """Return the names that bodies have already."""
    return set(Body.objects.values_list("name", flat=True))


def enter_applicants(stage: Stage, moment: datetime) -> None:
    """Register the applicants of a round and their hosts who are not in the register yet."""
    stage.at(max(moment, stage.now))
    known = set(SocialOrganisation.objects.values_list("uscc", flat=True))
    world = stage.world
    fresh = tuple(card for card in world.organisations if card.uscc not in known)
    groups = tuple(card for card in world.groups if card.key not in stage.bodies)
    casting.cast_organisations(replace_world(stage, fresh, groups))
    stage.forget_actors()
    stage.tick(60)
    stage.scene(f"登记：{len(fresh)} 家社会组织，{len(groups)} 个备案组织")


def replace_world(stage: Stage, organisations: tuple, groups: tuple) -> Stage:
    """Return the stage with only those of the world who are to be entered; everything else is shared."""
    return replace(stage, world=replace(stage.world, organisations=organisations, groups=groups), _actors={})


def inspect(stage: Stage) -> None:
    """The annual inspection of 2025 is over: who was in the register before has its result."""
    missing = SocialOrganisation.objects.exclude(inspections__year=2025)
    with unit():
        for entry in missing.order_by("pk"):
            registry.record_inspection(
                organisation_id=entry.pk, year=2025, result="passed", by=stage.actor("clerk_2"), now=stage.now
            )
    stage.tick(60)


def enter_passers(stage: Stage, passers: Sequence[Passer]) -> None:
    """Enter a thousand organisations with their papers, some of them still preparing."""
    stage.at(max(stage.now, shanghai("2026-07-20")))
    for start in range(0, len(passers), TOGETHER):
        with unit():
            for passer in passers[start : start + TOGETHER]:
                _enter(stage, passer)
        stage.tick(30)
    stage.scene(f"登记库：{SocialOrganisation.objects.count()} 家社会组织")


def _enter(stage: Stage, passer: Passer) -> None:
    by, now = stage.actor("clerk_2"), stage.now
    entry = registry.register_organisation(
        name=passer.name,
        short_name=passer.short_name,
        uscc=passer.uscc,
        org_type=passer.org_type,
        community_code=passer.community_code,
        registered_in=passer.registered_in,
        preparing=passer.preparing,
        founded_on=None if passer.preparing else passer.founded_on,
        domicile=passer.address,
        business_scope=passer.scope,
        contact_name=passer.contact_name,
        by=by,
        now=now,
    )
    for year, result in passer.inspections:
        registry.record_inspection(organisation_id=entry.pk, year=year, result=result, by=by, now=now)
    if grade := passer.grade:
        registry.record_grade(
            organisation_id=entry.pk,
            grade=grade.level,
            announced_on=grade.valid_from,
            valid_from=grade.valid_from,
            valid_to=grade.valid_to,
            by=by,
            now=now,
        )
    if listing := passer.listing:
        registry.list_credit(
            organisation_id=entry.pk,
            kind=listing.kind,
            from_date=listing.start,
            to_date=listing.end,
            why=listing.reason,
            by=by,
            now=now,
        )


def a_letter_nobody_answered(stage: Stage) -> None:
    """A new colleague was invited in October and did not come: the invitation is over."""
    stage.at(max(stage.now, shanghai("2026-10-20", "09:30:00")))
    invited = people.ask_invitation(
        body_id=stage.bodies["section_charity"].pk,
        role="clerk",
        name="苏新来",
        phone="19900009002",
        by=stage.actor("system_admin"),
        now=stage.now,
    )
    by = stage.actor("security_admin")
    people.send_invitation(invitation_id=invited.pk, by=by, now=stage.tick(600))


def this_morning(stage: Stage) -> None:
    """A new bank account waits to be verified, and a new colleague for the approval of her role."""
    card = next(one for one in stage.world.organisations if one.account)
    registry.add_bank_account(
        body_id=stage.bodies[card.key].pk,
        holder_name=card.name,
        bank="长江演示银行武昌支行",
        number="99002600000100020003",
        by=stage.actor(card.admin.key),
        now=stage.tick(60),
    )
    people.request_role(
        user_id=stage.users["editor"].pk,
        body_id=stage.bodies["section_organisations"].pk,
        role="clerk",
        reason="科室轮岗，协助资格审查",
        valid_from=day_of(stage.now),
        by=stage.actor("system_admin"),
        now=stage.tick(60),
    )
    stage.scene("今日：新增账户待核验，新岗位待批准")
