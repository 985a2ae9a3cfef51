"""Bring the cast into the house: people, accounts, posts, experts, organisations, groups."""

from __future__ import annotations

from config.world.content.model import GroupCard, OrganisationCard, PersonCard, Post
from config.world.year.stage import Stage
from core.clock import day_of
from core.policy import ADMINISTRATORS, SYSTEM
from core.unit import unit
from evaluations.experts.services import register_expert
from grants.proposals import services as proposals
from orgs.areas.models import Community
from orgs.people.models import Body, User
from orgs.people.services import (
    appoint_administrators,
    install_role,
    open_account,
    register_person,
)
from orgs.registry import services as registry

CATEGORIES = ("elderly_disability", "youth_support", "community_governance")


def person(stage: Stage, card: PersonCard) -> User:
    """Register a person and open an account without a password; the same card is the same person."""
    if card.key not in stage.users:
        someone = register_person(
            name=card.name, phone=card.phone, email=card.email, by=SYSTEM, now=stage.now
        )
        stage.users[card.key] = open_account(person_id=someone.pk, by=SYSTEM, now=stage.now)
    return stage.users[card.key]


def cast_posts(stage: Stage) -> None:
    """Fill every post of the district: three administrators first, then everybody else."""
    stage.notes["since"] = day_of(stage.now)
    stage.bodies.update(stage.loaded.bodies)
    for post in stage.world.posts:
        stage.users[post.key] = person(stage, post.person)
    admins = {str(role): stage.users[role].pk for role in sorted(ADMINISTRATORS)}
    appoint_administrators(users=admins, body_id=stage.bodies["committee"].pk, by=SYSTEM, now=stage.now)
    for post in stage.world.posts:
        if post.role not in ADMINISTRATORS:
            bind_post(stage, post, str(stage.terms_raw["code"]) if post.round_bound else "")


def bind_post(stage: Stage, post: Post, round_code: str) -> None:
    """Give somebody a post, for one round or for all."""
    install_role(
        user_id=stage.users[post.key].pk,
        body_id=stage.bodies[post.body].pk,
        role=post.role,
        area_code=post.area_code,
        round_code=round_code,
        valid_from=stage.notes["since"],
        by=SYSTEM,
        now=stage.now,
    )


def cast_experts(stage: Stage) -> None:
    """Take the experts into the pool; each holds the role of an expert in the committee's pool."""
    for card in stage.world.experts:
        user = person(stage, card.person)
        stage.users[card.key] = user
        install_role(
            user_id=user.pk,
            body_id=stage.bodies["committee"].pk,
            role="expert",
            valid_from=stage.notes["since"],
            by=SYSTEM,
            now=stage.now,
        )
        employer = stage.bodies.get(card.employer_key)
        expert = register_expert(
            person_id=user.person_id,
            fields=list(card.fields),
            is_finance=card.is_finance,
            employer_id=employer.pk if employer else None,
            employer_name=card.employer,
            title=card.title,
            by=SYSTEM,
            now=stage.now,
        )
        stage.notes[f"expert:{card.key}"] = expert.pk
    for post in stage.world.posts:
        if post.role == "evaluator":
            _evaluator(stage, post)


def _evaluator(stage: Stage, post: Post) -> None:
    """An evaluator judges reports, so the pool knows the person; the draw of application panels bars them."""
    firm = stage.bodies[post.body]
    expert = register_expert(
        person_id=stage.users[post.key].person_id,
        fields=list(CATEGORIES),
        employer_id=firm.pk,
        employer_name=firm.name,
        title="评估师",
        by=SYSTEM,
        now=stage.now,
    )
    stage.notes[f"expert:{post.key}"] = expert.pk


def cast_organisations(stage: Stage) -> None:
    """Register the social organisations with their papers, then the groups they host."""
    communities = {community.code: community for community in Community.objects.select_related("street")}
    for card in stage.world.organisations:
        with unit():
            _organisation(stage, card, communities[card.community_code])
    for group in stage.world.groups:
        with unit():
            _group(stage, group, communities[group.community_code])
    stage.forget_actors()
    stage.tick(60)


def _organisation(stage: Stage, card: OrganisationCard, community: Community) -> None:
    clerk = stage.actor("clerk_1")
    legal = person(stage, card.legal_representative)
    known = stage.bodies.get(card.key)
    entry = registry.register_organisation(
        name=card.name,
        short_name=card.short_name,
        uscc=card.uscc,
        org_type=card.org_type,
        body_id=known.pk if known else None,
        community_code=community.code,
        registered_in=card.registered_in,
        legal_representative_id=legal.person_id,
        founded_on=card.founded_on,
        domicile=card.address,
        has_party_organisation=card.party_organisation,
        incubated_from=card.founded_on if card.incubated else None,
        by=clerk,
        now=stage.now,
    )
    stage.bodies[card.key] = entry.body
    _papers(stage, card, entry.pk)
    _seat(stage, card.admin, entry.body_id, "applicant_admin")
    _seat(stage, card.finance, entry.body_id, "applicant_finance")
    _money(stage, card, entry.body)


def _money(stage: Stage, card: OrganisationCard, body: Body) -> None:
    """Add and verify the bank account, and enter what was funded in earlier years."""
    if card.account:
        account = registry.add_bank_account(
            body_id=body.pk,
            holder_name=card.account.holder,
            bank=card.account.bank,
            number=card.account.number,
            by=stage.actor(card.admin.key),
            now=stage.now,
        )
        registry.verify_bank_account(account_id=account.pk, by=stage.actor("finance_clerk"), now=stage.now)
    for project in card.earlier:
        proposals.record_prior_funding(
            applicant=body,
            title=project.title,
            year=project.year,
            funder=stage.bodies["committee"].name,
            is_ours=True,
            report_filed=project.final_report_filed,
            settled=project.settled,
            by=stage.actor("clerk_1"),
            now=stage.now,
        )


def _papers(stage: Stage, card: OrganisationCard, entry_id: int) -> None:
    """Enter inspections, grade and credit lists."""
    clerk = stage.actor("clerk_1")
    for year, result in card.inspections:
        if result == "not_yet_due":
            continue
        registry.record_inspection(
            organisation_id=entry_id, year=year, result=result, by=clerk, now=stage.now
        )
    if card.grade:
        registry.record_grade(
            organisation_id=entry_id,
            grade=card.grade.level,
            announced_on=card.grade.valid_from,
            valid_from=card.grade.valid_from,
            valid_to=card.grade.valid_to,
            by=clerk,
            now=stage.now,
        )
    for listing in card.listings:
        registry.list_credit(
            organisation_id=entry_id,
            kind=listing.kind,
            from_date=listing.start,
            to_date=listing.end,
            why=listing.reason,
            by=clerk,
            now=stage.now,
        )


def _seat(stage: Stage, card: PersonCard, body_id: int, role: str) -> None:
    install_role(
        user_id=person(stage, card).pk,
        body_id=body_id,
        role=role,
        valid_from=stage.notes["since"],
        by=SYSTEM,
        now=stage.now,
    )


def _group(stage: Stage, card: GroupCard, community: Community) -> None:
    leader = person(stage, card.leader)
    group = registry.register_group(
        name=card.name,
        short_name=card.short_name,
        filing_no=card.filing_no,
        filed_on=card.filed_on,
        host_id=stage.bodies[card.host].pk,
        community_code=community.code,
        leader_id=leader.person_id,
        by=stage.actor("clerk_1"),
        now=stage.now,
    )
    stage.bodies[card.key] = group.body
    _seat(stage, card.admin, group.body_id, "applicant_admin")
