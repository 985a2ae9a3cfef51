"""Bring the cast into the house: people, accounts, posts, experts, organisations, groups."""

from __future__ import annotations

from datetime import date, timedelta

from config.world.content.model import GroupCard, OrganisationCard, PersonCard
from config.world.year.stage import Stage
from core.policy import ADMINISTRATORS, SYSTEM
from evaluations.experts.services import register_expert
from orgs.areas.models import Community
from orgs.people.models import User
from orgs.people.services import (
    appoint_administrators,
    install_role,
    open_account,
    register_person,
)

START = date(2026, 1, 5)


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
    stage.bodies.update(stage.loaded.bodies)
    code = str(stage.terms_raw["code"])
    for post in stage.world.posts:
        stage.users[post.key] = person(stage, post.person)
    admins = {role: stage.users[role].pk for role in sorted(ADMINISTRATORS)}
    appoint_administrators(users=admins, body_id=stage.bodies["committee"].pk, by=SYSTEM, now=stage.now)
    for post in stage.world.posts:
        if post.role not in ADMINISTRATORS:
            install_role(
                user_id=stage.users[post.key].pk,
                body_id=stage.bodies[post.body].pk,
                role=post.role,
                area_code=post.area_code,
                round_code=code if post.round_bound else "",
                valid_from=START,
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
            valid_from=START,
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


def cast_organisations(stage: Stage) -> None:
    """Register the social organisations with their papers, then the groups they host."""
    communities = {community.code: community for community in Community.objects.select_related("street")}
    for card in stage.world.organisations:
        _organisation(stage, card, communities[card.community_code])
    for group in stage.world.groups:
        _group(stage, group, communities[group.community_code])
    stage.forget_actors()
    stage.tick(60)


def _organisation(stage: Stage, card: OrganisationCard, community: Community) -> None:
    raise NotImplementedError


def _group(stage: Stage, card: GroupCard, community: Community) -> None:
    raise NotImplementedError


def soon(stage: Stage) -> None:
    """Let a day pass."""
    stage.at(stage.now + timedelta(days=1))
