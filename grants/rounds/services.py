"""One function per button about a round."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from core.audit.digest import canonical, sha256
from core.errors import Refused
from core.lifecycle import Receipt, button, changing, creating, publish
from core.policy import Actor
from evaluations.rubrics.models import RubricVersion
from grants.rounds.events import DeadlineExtended
from grants.rounds.lifecycle import R
from grants.rounds.models import (
    BudgetAccount,
    Category,
    Counter,
    DeadlineExtension,
    FormVersion,
    FundingSource,
    Round,
    RoundFunding,
    RoundRubric,
)
from grants.rounds.rules import Terms, dates, parse_terms, round_year, terms_faults
from grants.rounds.rules.words import tracks
from grants.rounds.selectors import application_window
from orgs.people.models import Body

CLAUSES = ("name", "instrument", "funding_sources", "categories")


@button
def prepare_round(
    *,
    terms: Mapping[str, Any],
    host: Body,
    operator: Body | None,
    leads: Mapping[str, Body],
    by: Actor,
    now: datetime,
    key: UUID | None = None,
) -> Round:
    """Draft a round from its terms: money by source, categories with their leads, numbers.

    Raises Refused when the terms cannot be read. ``leads`` maps the terms' department names to bodies.
    """
    parsed = _read(terms, now)
    year = round_year(terms, parsed)
    if Round.objects.filter(code=parsed.code).exists():
        raise Refused(_("届次代码 %(code)s 已经用过，请在条款中另编代码。") % {"code": parsed.code})
    round_ = Round(
        code=parsed.code,
        name=terms["name"],
        year=year,
        instrument=terms["instrument"],
        budget_fen=parsed.budget_fen,
        terms=dict(terms),
        terms_digest=sha256(canonical(terms)),
        host=host,
        operator=operator,
        signatory=host.name,
    )
    creating(round_, by=by, now=now, key=key, permission="rounds.create", terms_digest=round_.terms_digest)
    _set_money(round_, terms)
    _set_categories(round_, terms, leads)
    return round_


def _read(terms: Mapping[str, Any], now: datetime) -> Terms:
    """Read the terms, and say them once in words, so that every page can; Refused names what is wrong."""
    try:
        parsed = parse_terms(terms)
        for clause in CLAUSES:
            terms[clause]
        for words in (dates.panel_rules, dates.ranking, dates.money_rules, dates.periods, tracks):
            words(parsed)
        window = parsed.application_window()
        dates.calendar(parsed, closes=window.closes, now=now)
        faults = terms_faults(terms, parsed)
    except KeyError as error:
        raise Refused(_("条款缺少“%(clause)s”。原有内容没有改变。") % {"clause": error.args[0]}) from error
    except (ValueError, TypeError, AttributeError, IndexError) as error:
        raise Refused(_("条款读不出来：%(why)s。原有内容没有改变。") % {"why": error}) from error
    if faults:
        raise Refused(_("条款读不出来：%(why)s。原有内容没有改变。") % {"why": "；".join(map(_, faults))})
    return parsed


def _set_money(round_: Round, terms: Mapping[str, Any]) -> None:
    for code, name, amount in terms["funding_sources"]:
        source, _made = FundingSource.objects.get_or_create(
            code=code, defaults={"name": name, "paid_by_treasury": code == "welfare_lottery"}
        )
        RoundFunding.objects.create(round=round_, source=source, amount_fen=int(amount) * 100)


NUMBER_CODES = {"elderly_disability": "YL", "youth_support": "QS", "community_governance": "ZL"}


def _set_categories(round_: Round, terms: Mapping[str, Any], leads: Mapping[str, Body]) -> None:
    for code, name, lead, share in terms["categories"]:
        Category.objects.create(
            round=round_,
            code=code,
            name=name,
            share_percent=int(share),
            number_code=NUMBER_CODES.get(code, code[:2].upper()),
            lead=leads.get(lead),
        )


def keep_form(*, code: str, no: int, schema: Mapping[str, Any]) -> FormVersion:
    """Return the form version, made once; Refused when the same number carries another content."""
    digest = sha256(canonical(schema))
    form, _made = FormVersion.objects.get_or_create(
        code=code, no=no, defaults={"title": schema["title"], "schema": dict(schema), "digest": digest}
    )
    if form.digest != digest:
        raise Refused(
            _("申报表 %(code)s 第 %(no)s 版已经存在且内容不同，请另编版次。") % {"code": code, "no": no}
        )
    return form


@button
def equip_round(
    *,
    round_id: int,
    form: FormVersion,
    rubrics: Mapping[str, RubricVersion],
    by: Actor,
    now: datetime,
    key: UUID | None = None,
    version: int | None = None,
) -> Receipt:
    """Choose the application form and the score sheet of each stage, while the round is still drafted."""
    with changing(
        Round, round_id, by=by, now=now, key=key, version=version, verb="equip", permission="rounds.edit"
    ) as round_:
        _only_drafting(round_)
        round_.form = form
        for stage, sheet in rubrics.items():
            RoundRubric.objects.update_or_create(
                round=round_, stage=stage, defaults={"rubric_version": sheet}
            )
        round_.note(form=form.digest, rubrics={stage: sheet.digest for stage, sheet in rubrics.items()})
    return round_.receipt


def _only_drafting(round_: Round) -> None:
    if round_.state != R.DRAFTING:
        raise Refused(_("届次已经发布，条款、申报表和评分表不能再改；确需变动请发补充通知。"))


@button
def publish_round(
    *, round_id: int, by: Actor, now: datetime, key: UUID | None = None, version: int | None = None
) -> Receipt:
    """Publish the call; from here on terms, form and sheets are frozen."""
    with changing(Round, round_id, by=by, now=now, key=key, version=version) as round_:
        round_.publish(by=by)
        round_.note(terms_digest=round_.terms_digest)
    return round_.receipt


@button
def start_selection(
    *, round_id: int, by: Actor, now: datetime, key: UUID | None = None, version: int | None = None
) -> Receipt:
    """Move the round into selection; refused while applications are still open."""
    with changing(Round, round_id, by=by, now=now, key=key, version=version) as round_:
        if not application_window(round_).is_over(now):
            raise Refused(_("申报还没有截止，不能进入评审。"))
        round_.start_selection(by=by)
    return round_.receipt


@button
def start_execution(
    *, round_id: int, by: Actor, now: datetime, key: UUID | None = None, version: int | None = None
) -> Receipt:
    """Move the round into execution; upper rooms refuse while the selection is unfinished."""
    with changing(Round, round_id, by=by, now=now, key=key, version=version) as round_:
        round_.start_execution(by=by)
    return round_.receipt


@button
def close_round(
    *, round_id: int, by: Actor, now: datetime, key: UUID | None = None, version: int | None = None
) -> Receipt:
    """Close the round; upper rooms refuse while a project is open or money is on its way."""
    with changing(Round, round_id, by=by, now=now, key=key, version=version) as round_:
        round_.close(by=by)
    return round_.receipt


@button
def archive_round(
    *, round_id: int, by: Actor, now: datetime, key: UUID | None = None, version: int | None = None
) -> Receipt:
    """Mark the file of the round complete; upper rooms refuse while something is missing."""
    with changing(Round, round_id, by=by, now=now, key=key, version=version) as round_:
        round_.archive(by=by)
    return round_.receipt


@button
def cancel_round(
    *,
    round_id: int,
    reason: str,
    by: Actor,
    now: datetime,
    key: UUID | None = None,
    version: int | None = None,
) -> Receipt:
    """Cancel a round that has not reached selection; the reason is public."""
    _needs(reason)
    with changing(Round, round_id, by=by, now=now, key=key, version=version, reason=reason) as round_:
        round_.cancel(by=by)
    return round_.receipt


@button
def extend_deadline(
    *,
    round_id: int,
    deadline: str,
    until: datetime,
    reason: str,
    by: Actor,
    now: datetime,
    key: UUID | None = None,
    version: int | None = None,
) -> Receipt:
    """Move a deadline later for everybody; never earlier, never after it has passed."""
    _needs(reason)
    with changing(
        Round,
        round_id,
        by=by,
        now=now,
        key=key,
        version=version,
        reason=reason,
        verb="extend_deadline",
        permission="rounds.extend",
    ) as round_:
        window = application_window(round_)
        if deadline != "applications_close" or round_.state != R.PUBLISHED or window.is_over(now):
            raise Refused(_("只有尚未截止的申报期限可以延期。"))
        if until <= window.closes:
            raise Refused(_("新的截止时间必须晚于原截止时间。"))
        extension = DeadlineExtension.objects.create(
            round=round_, deadline=deadline, until=until, reason=reason, made_at=now
        )
        round_.note(extension_id=extension.pk, until=until.isoformat())
        publish(DeadlineExtended(round_.pk, extension.pk), by=by, now=now, about=round_)
    return round_.receipt


def _needs(reason: str) -> None:
    if not reason.strip():
        raise Refused(_("请写明理由。"), field="reason")


def take_number(round_id: int, kind: str) -> int:
    """Return the next running number of a kind in a round, gap-free within committed transactions."""
    counters = Counter.objects.select_for_update().filter(round_id=round_id, kind=kind)
    counter = counters.first()
    if counter is None:
        Counter.objects.get_or_create(round_id=round_id, kind=kind)
        counter = counters.get()
    counter.last += 1
    counter.save(update_fields=["last"])
    return counter.last


def application_number(round_: Round, serial: int) -> str:
    """Return the number of an application: ``SQ-WCCT-2026-0001``."""
    return f"SQ-{round_.code}-{serial:04d}"


def project_number(round_: Round, category: Category, serial: int) -> str:
    """Return the number of a funded project: ``WCCT-2026-YL-001``."""
    return f"{round_.code}-{category.number_code}-{serial:03d}"


def keep_accounts(rows: Iterable[Mapping[str, str]]) -> int:
    """Load the chart of accounts from a data pack; return how many accounts there are."""
    for row in rows:
        values = {"name": row["name"], "klass": row["class"], "counts_towards": row["counts_towards"].split()}
        BudgetAccount.objects.update_or_create(code=row["code"], defaults=values)
    return BudgetAccount.objects.count()
