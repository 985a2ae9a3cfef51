"""Questions about rounds."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import Prefetch, Q, QuerySet
from django.utils.translation import gettext_lazy as _

from core import policy
from core.money import split
from core.policy import APPLICANT_ROLES, Actor, Role
from core.todo import Pending, Todo
from core.ui.speech import permission_words, role_words
from evaluations.panels.selectors.above import Heading, StageRule
from evaluations.rubrics.models import RubricVersion
from grants.rounds.lifecycle import R
from grants.rounds.models import BudgetAccount, Category, Round, RoundFunding, RoundRubric, Stage
from grants.rounds.permissions import STAFF
from grants.rounds.rules import Window
from orgs.people.models import Body
from orgs.people.selectors import memberships

WITHIN_ROUND = (Role.OPERATOR, Role.EVALUATOR)
READERS = (*APPLICANT_ROLES, Role.EXPERT, Role.STREET_OFFICER, Role.COMMUNITY_WORKER, Role.COACH)


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
    categories = list(Category.objects.filter(round=round_).order_by("id"))
    parts = split(round_.budget_fen, [category.share_percent for category in categories])
    return {category.pk: part for category, part in zip(categories, parts, strict=True)}


def visible_to(actor: Actor) -> QuerySet[Round]:
    """Return the rounds whose pages this person may open; the same rows as ``rounds.view``."""
    seen = Q(pk__in=[])
    for grant in actor.grants:
        if grant.role in STAFF:
            seen |= Q(pk__isnull=False)
        elif grant.role in WITHIN_ROUND:
            seen |= Q(code=grant.round_code) if grant.round_code else Q(pk__isnull=False)
        elif grant.role in READERS:
            seen |= ~Q(state__in=[R.DRAFTING, R.CANCELLED])
    return Round.objects.filter(seen)


def in_full(round_: Round) -> Round:
    """Return the round with everything its page shows."""
    found = Round.objects.select_related("host", "operator", "form").prefetch_related(
        Prefetch("funding", RoundFunding.objects.select_related("source")),
        Prefetch("categories", Category.objects.select_related("lead")),
        Prefetch("rubrics", RoundRubric.objects.select_related("rubric_version__rubric").order_by("id")),
        "extensions",
    )
    return found.get(pk=round_.pk)


@dataclass(frozen=True)
class Share:
    """The part of the money that belongs to a category."""

    category: Category
    amount_fen: int


def category_shares(round_: Round) -> list[Share]:
    """Return every category with its money, of a round whose categories are at hand."""
    categories = list(round_.categories.all())
    parts = split(round_.budget_fen, [one.share_percent for one in categories]) if categories else []
    return [Share(one, part) for one, part in zip(categories, parts, strict=True)]


def lead_departments() -> dict[str, Body]:
    """Return the member departments by the short name that terms call them."""
    return {body.short_name: body for body in Body.objects.filter(kind="department").exclude(short_name="")}


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


PAIRS: dict[tuple[str, str], Any] = {
    ("publicity.draft", "publicity.publish"): _("起草公示、发布公示"),
    ("payments.make", "payments.approve"): _("付款制单、付款审批"),
    ("payments.approve", "payments.execute"): _("付款审批、提交支付"),
    ("proposals.advise_ineligible", "proposals.find_ineligible"): _("提出不通过意见、确认资格审查不通过"),
    ("proposals.advise_ineligible", "proposals.recheck"): _("提出不通过意见、复核"),
    ("proposals.find_ineligible", "proposals.recheck"): _("确认资格审查不通过、复核"),
    ("people.request_role", "people.approve_role"): _("申请岗位、批准岗位"),
}


@dataclass(frozen=True)
class Vacancy:
    """A step nobody could take: its permission, why, and the roles that would do."""

    permission: str
    says: Any
    roles: tuple[str, ...]
    steps: Any = ""


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
            says = _("前后两步须由两人办理，现在只有一人")
            found.append(Vacancy(second, says, roles, PAIRS.get((first, second), "")))
    return found


def who_can_act(*, on: date, round_code: str = "") -> list[Vacancy]:
    """Return the vacancies of this installation on the memberships of a day.

    With a round, memberships that are for another round do not count.
    """
    holders: dict[str, set[int]] = {}
    for role, user_id, for_round in memberships(on=on).values_list("role", "user_id", "round_code"):
        if not (round_code and for_round and for_round != round_code):
            holders.setdefault(role, set()).add(user_id)
    return vacancies(holders)


@dataclass(frozen=True)
class Gap:
    """Vacancies with one cause, for a page: which roles would do, why, and which steps stand still."""

    roles: str
    says: Any
    steps: list[str]
    count: int


def staffing_gaps(found: list[Vacancy]) -> list[Gap]:
    """Put the vacancies together by the roles that are missing; the largest first."""
    heaps: dict[tuple[tuple[str, ...], str], list[Vacancy]] = {}
    for one in found:
        heaps.setdefault((one.roles, str(one.says)), []).append(one)
    gaps = []
    for (roles, says), heap in heaps.items():
        named = [str(one.steps or permission_words(one.permission)) for one in heap]
        steps = [words for words in dict.fromkeys(named) if words]
        gaps.append(Gap("、".join(role_words(role) for role in roles), says, steps, len(heap)))
    return sorted(gaps, key=lambda gap: -gap.count)


def todo_for(actor: Actor, now: datetime) -> list[Todo | Pending]:
    """Return what waits for this person about rounds themselves."""
    todos: list[Todo | Pending] = []
    if actor.has(Role.LEADER):
        drafting = Round.objects.filter(state=R.DRAFTING)
        todos.append(_pending(_("待发布的届次"), drafting, R.DRAFTING))
    if actor.has(Role.SECTION_CHIEF):
        published = Round.objects.filter(state=R.PUBLISHED).prefetch_related("extensions")
        over = [one for one in published if application_window(one).is_over(now)]
        label = _("征集已截止、待进入评审的届次")
        if len(over) == 1:
            todos.append(Todo(label, 1, url_name="competition", args=(over[0].public_id,)))
        else:
            todos.append(Todo(label, len(over), url_name="competitions", query="wait=over"))
    if actor.has(Role.CLERK):
        unequipped = Round.objects.filter(state=R.DRAFTING, form=None)
        todos.append(_pending(_("待选定申报表和评分表的届次"), unequipped, R.DRAFTING))
        todos.append(_pending(_("待归档的届次"), Round.objects.filter(state=R.CLOSED), R.CLOSED))
    return todos


def _pending(label: Any, rows: QuerySet[Round], state: R) -> Pending:
    return Pending(
        label, rows, url_name="competitions", query=f"state={state}", page="competition", titled="name"
    )


def awaiting_selection(rows: QuerySet[Round], now: datetime) -> QuerySet[Round]:
    """Narrow rounds to those whose applications are over and that are not yet in selection."""
    published = rows.filter(state=R.PUBLISHED).prefetch_related("extensions")
    over = [one.pk for one in published if application_window(one).is_over(now)]
    return rows.filter(pk__in=over)


def stage_rule(round_: Round, stage: Stage | str) -> dict[str, Any]:
    """Return the panel rule of a stage as the terms give it."""
    return dict(round_.parsed_terms().stages[str(stage)])


def accounts() -> dict[str, tuple[str, ...]]:
    """Return the chart of accounts: code to the caps it counts towards."""
    return {code: tuple(caps) for code, caps in BudgetAccount.objects.values_list("code", "counts_towards")}


# What panels are told: they stand below and cannot ask


def rules_for_panels() -> list[StageRule]:
    """Return the stages of every round under way with their rules, as a panel keeps them; two queries."""
    under_way = Round.objects.filter(state__in=[R.PUBLISHED, R.SELECTING, R.EXECUTING])
    found = []
    for round_ in under_way.prefetch_related("categories").order_by("-year", "code"):
        names = {category.code: category.name for category in round_.categories.all()}
        shared = {name: round_.terms[name] for name in ("tie_break", "bands") if name in round_.terms}
        for stage, rule in round_.parsed_terms().stages.items():
            if stage in Stage.values:
                whole = {**rule, **shared, "category_names": names}
                found.append(StageRule(round_.code, round_.name, stage, str(Stage(stage).label), whole))
    return found


def words_of_form(round_code: str, stage: str) -> list[Heading]:
    """Return the sections of the application form with the labels of their answers, for those who judge."""
    if stage != Stage.APPLICATION:
        return []
    found = Round.objects.filter(code=round_code, form__isnull=False).select_related("form").first()
    return [_heading(section) for section in found.form.schema["sections"]] if found and found.form else []


def _heading(section: dict[str, Any]) -> Heading:
    fields = section["fields"]
    return Heading(
        title=section["title"],
        labels={one["key"]: one["label"] for one in fields},
        options={
            one["key"]: {option["value"]: option["label"] for option in one["options"]}
            for one in fields
            if one.get("options")
        },
    )


def fields_of_expertise() -> dict[str, str]:
    """Return the categories of all rounds by code: what experts are experts in."""
    return dict(Category.objects.order_by("round__year", "pk").values_list("code", "name"))
