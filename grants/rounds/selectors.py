"""Questions about rounds."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.utils.translation import gettext_lazy as _

from core import policy
from core.policy import Actor, Role
from core.todo import Pending, Todo
from evaluations.rubrics.models import RubricVersion
from grants.rounds.lifecycle import R
from grants.rounds.models import BudgetAccount, Category, Round, RoundRubric, Stage
from grants.rounds.rules import Window
from orgs.people.selectors import memberships


def application_window(round_: Round) -> Window:
    """Return when applications of a round count, its newest extension included; prefetch for many rounds."""
    moved = [one for one in round_.extensions.all() if one.deadline == "applications_close"]
    newest = max(moved, key=lambda one: (one.made_at, one.pk), default=None)
    return round_.parsed_terms().application_window(newest.until if newest else None)


def open_rounds(now: datetime) -> list[tuple[Round, Window]]:
    """Return the published rounds that take applications at this instant, with their windows."""
    found = [
        (r, application_window(r))
        for r in Round.objects.filter(state=R.PUBLISHED).prefetch_related("extensions")
    ]
    return [(round_, window) for round_, window in found if window.is_open(now)]


def public_rounds() -> Any:
    """Return every round the public may know of, newest first."""
    return Round.objects.exclude(state__in=[R.DRAFTING, R.CANCELLED])


def rubric_of(round_: Round, stage: str) -> RubricVersion:
    """Return the score sheet of a stage."""
    return RoundRubric.objects.select_related("rubric_version").get(round=round_, stage=stage).rubric_version


def category_budgets(round_: Round) -> dict[int, int]:
    """Return the money of each category in fen by category id; shares are split to the last fen."""
    from core.money import split

    categories = list(Category.objects.filter(round=round_).order_by("id"))
    parts = split(round_.budget_fen, [category.share_percent for category in categories])
    return {category.pk: part for category, part in zip(categories, parts, strict=True)}


# Pairs of steps that the separation of duties keeps apart, and the roles that take them.
SEPARATED: tuple[tuple[str, str], ...] = (
    ("publicity.draft", "publicity.publish"),
    ("payments.make", "payments.approve"),
    ("payments.approve", "payments.execute"),
    ("proposals.advise_ineligible", "proposals.find_ineligible"),
    ("proposals.advise_ineligible", "proposals.recheck"),
    ("proposals.find_ineligible", "proposals.recheck"),
    ("people.request_role", "people.approve_role"),
)


@dataclass(frozen=True)
class Vacancy:
    """A step nobody could take: its permission, why, and the roles that would do."""

    permission: str
    says: Any
    roles: tuple[str, ...]


def vacancies(holders: dict[str, set[int]]) -> list[Vacancy]:
    """Name every step left without an eligible person; ``holders`` maps a role to user ids."""
    found = []
    rows = {name: row for name, row in policy.all_rows() if row.roles()}
    able = {
        name: set().union(*(holders.get(role, set()) for role in row.roles())) for name, row in rows.items()
    }
    for name, users in sorted(able.items()):
        if not users:
            found.append(
                Vacancy(name, _("没有人担任可以办理这一步的岗位"), tuple(sorted(rows[name].roles())))
            )
    for first, second in SEPARATED:
        one, other = able.get(first), able.get(second)
        if one and other and len(one | other) < 2:
            roles = tuple(sorted(rows[first].roles() | rows[second].roles()))
            found.append(Vacancy(second, _("前后两步须由两人办理，现在只有一人"), roles))
    return found


def who_can_act(*, on: date) -> list[Vacancy]:
    """Return the vacancies of this installation on the memberships of a day."""
    holders: dict[str, set[int]] = {}
    for role, user_id in memberships(on=on).values_list("role", "user_id"):
        holders.setdefault(role, set()).add(user_id)
    return vacancies(holders)


def todo_for(actor: Actor, now: datetime) -> list[Todo | Pending]:
    """Return what waits for this person about rounds themselves."""
    todos: list[Todo | Pending] = []
    if actor.has(Role.LEADER):
        todos.append(Pending(_("待发布的届次"), Round.objects.filter(state=R.DRAFTING)))
    if actor.has(Role.SECTION_CHIEF):
        published = Round.objects.filter(state=R.PUBLISHED).prefetch_related("extensions")
        over = [one for one in published if application_window(one).is_over(now)]
        todos.append(Todo(_("征集已截止、待进入评审的届次"), len(over)))
    return todos


def stage_rule(round_: Round, stage: Stage | str) -> dict[str, Any]:
    """Return the panel rule of a stage as the terms give it."""
    return dict(round_.parsed_terms().stages[str(stage)])


def accounts() -> dict[str, tuple[str, ...]]:
    """Return the chart of accounts: code to the caps it counts towards."""
    return {code: tuple(caps) for code, caps in BudgetAccount.objects.values_list("code", "counts_towards")}
