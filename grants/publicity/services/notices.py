"""Draft, publish and end a notice; keep the posting on the government site."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.utils.translation import gettext as _

from core.clock import day_of
from core.errors import NotFound, Refused, RulesBroken
from core.files.services import store
from core.lifecycle import Receipt, button, changing, creating
from core.policy import SYSTEM, Actor
from core.rulebook import Violation, violations
from core.words import day_text
from core.workdays import Period
from grants.publicity import rules
from grants.publicity.lifecycle import I, N, is_draft
from grants.publicity.models import Notice, NoticeItem, NoticeKind
from grants.publicity.selectors.reading import period_of, public_texts
from grants.rounds.models import Round
from grants.rounds.services import take_number


@dataclass(frozen=True)
class ItemDraft:
    """What is to be announced about one subject; ``party_bodies`` are the bodies it is about."""

    subject: str
    title: str
    organisation: str
    amount_fen: int
    place: str = ""
    category: str = ""
    party_bodies: tuple[int, ...] = ()


@button
def draft_notice(
    *,
    round_id: int,
    kind: str,
    title: str,
    contact: str,
    items: Sequence[ItemDraft],
    text: str = "",
    by: Actor,
    now: datetime,
    key: UUID | None = None,
) -> Notice:
    """Draft a notice over some subjects, in the order given; its length is what the round's terms say."""
    if kind not in NoticeKind.values:
        raise Refused(_("请选择公示的种类。"), field="kind")
    if not contact.strip():
        raise Refused(_("请写明异议的受理方式，例如科室、地址和办公电话。"), field="contact")
    terms = Round.objects.get(pk=round_id).parsed_terms()
    notice = Notice(
        round_id=round_id,
        kind=kind,
        title=title,
        text=text,
        contact=contact,
        working_days=terms.number("notice_working_days"),
        first_day_counts=bool(terms.calendar["notice_counts_first_day"]),
        drafted_by_id=by.user_id,
    )
    creating(notice, by=by, now=now, key=key, permission="publicity.draft", verb="draft", items=len(items))
    for position, draft in enumerate(items, 1):
        _list(notice, position, draft, by, now)
    return notice


def _list(notice: Notice, position: int, draft: ItemDraft, by: Actor, now: datetime) -> None:
    item = NoticeItem(
        notice=notice,
        position=position,
        subject=draft.subject,
        title=draft.title,
        organisation=draft.organisation,
        place=draft.place,
        category=draft.category,
        amount_fen=draft.amount_fen,
        party_bodies=sorted(draft.party_bodies),
    )
    creating(item, by=by, now=now, permission="publicity.draft", verb="list", amount_fen=draft.amount_fen)


@button
def edit_notice(
    *,
    notice_id: int,
    title: str | None = None,
    text: str | None = None,
    contact: str | None = None,
    by: Actor,
    now: datetime,
    key: UUID | None = None,
    version: int | None = None,
) -> Receipt:
    """Change the words of a draft; whoever edits does not publish."""
    with changing(
        Notice, notice_id, by=by, now=now, key=key, version=version, verb="edit", permission="publicity.edit"
    ) as notice:
        _only_draft(notice)
        notice.title = title if title is not None else notice.title
        notice.text = text if text is not None else notice.text
        notice.contact = contact if contact is not None else notice.contact
    return notice.receipt


@button
def edit_item(
    *,
    item_id: int,
    title: str | None = None,
    organisation: str | None = None,
    place: str | None = None,
    by: Actor,
    now: datetime,
    key: UUID | None = None,
    version: int | None = None,
) -> Receipt:
    """Change how a draft names an item, for instance to take a telephone number out; never its amount."""
    notice_id = NoticeItem.objects.values_list("notice_id", flat=True).filter(pk=item_id).first()
    if notice_id is None:
        raise NotFound()
    with changing(
        Notice, notice_id, by=by, now=now, key=key, verb="edit", permission="publicity.edit"
    ) as notice:
        _only_draft(notice)
        notice.note(item_id=item_id)
    with changing(
        NoticeItem, item_id, by=by, now=now, version=version, verb="edit", permission="publicity.edit"
    ) as item:
        item.title = title if title is not None else item.title
        item.organisation = organisation if organisation is not None else item.organisation
        item.place = place if place is not None else item.place
    return notice.receipt


def _only_draft(notice: Notice) -> None:
    if not is_draft(notice):
        raise Refused(is_draft.says, code="notice_is_public")  # type: ignore[attr-defined]


@button
def publish_notice(
    *, notice_id: int, by: Actor, now: datetime, key: UUID | None = None, version: int | None = None
) -> Receipt:
    """Make the notice public and fix its period; RulesBroken where a personal number would be shown."""
    with changing(Notice, notice_id, by=by, now=now, key=key, version=version) as notice:
        notice.publish(by=by)
        if broken := broken_rules(notice):
            raise RulesBroken(broken)
        period = period_of(notice, now)
        notice.number = f"{notice.round.code}-GS-{take_number(notice.round_id, 'notice'):02d}"
        notice.published_at, notice.published_by_id = now, by.user_id
        notice.starts_on, notice.ends_on = period.first, period.last
        notice.provisional = [day.isoformat() for day in period.provisional]
        notice.note(masking_checked=True, ends_on=period.last.isoformat(), provisional=notice.provisional)
    return notice.receipt


def broken_rules(notice: Notice) -> list[Violation]:
    """Return what keeps a draft from being published, each with its place."""
    lines = notice.lines()
    return violations(rules.PUBLICATION, public_texts(notice, lines), lines)


@button
def recount_notice(
    *, notice_id: int, by: Actor, now: datetime, key: UUID | None = None, version: int | None = None
) -> Receipt:
    """Count the period again after dates were confirmed; it may become longer, never shorter."""
    with changing(
        Notice,
        notice_id,
        by=by,
        now=now,
        key=key,
        version=version,
        verb="recount",
        permission="publicity.end",
    ) as notice:
        if notice.state != N.PUBLISHED or notice.published_at is None:
            raise Refused(_("只有公示中的公示才需要重新计算期限。"))
        notice.ends_on = rules.last_day(notice.ends_on, period_of(notice, notice.published_at))
        notice.note(ends_on=notice.ends_on.isoformat())
    return notice.receipt


@button
def end_notice(
    *, notice_id: int, by: Actor, now: datetime, key: UUID | None = None, version: int | None = None
) -> Receipt:
    """End a notice whose last day is over and clear every item nobody objected to.

    Refused while a date of the period is provisional and no official has confirmed it; such a notice is
    ended by a person, not by the clock.
    """
    with changing(Notice, notice_id, by=by, now=now, key=key, version=version) as notice:
        notice.end(by=by)
        assert notice.published_at is not None  # noqa: S101 - the state says so
        if notice.provisional and by.kind == "system":
            raise Refused(_("公示期内有暂定日期，须由经办人确认后结束。"), code="a_person_must_end_it")
        period = period_of(notice, notice.published_at)
        _settled(period)
        notice.ends_on = rules.last_day(notice.ends_on, period)
        if now < notice.ends_at():
            raise Refused(
                _("公示到 %(day)s 24 时期满，现在还不能结束。") % {"day": day_text(notice.ends_on)},
                code="notice_still_runs",
            )
        notice.note(ends_on=notice.ends_on.isoformat(), confirmed=notice.provisional)
    for item_id in notice.items.filter(state=I.LISTED).values_list("pk", flat=True):
        with changing(NoticeItem, item_id, by=SYSTEM, now=now) as item:
            item.clear(by=SYSTEM)
    return notice.receipt


def _settled(period: Period) -> None:
    if not period.is_settled:
        days = "、".join(day_text(day) for day in period.provisional)
        raise Refused(
            _("公示期内的以下日期尚未确定是否为工作日，须逐日确认并写明理由后才能结束：%(days)s。")
            % {"days": days},
            code="dates_are_provisional",
        )


def end_due_notices(*, now: datetime) -> int:
    """End what the clock alone may end; return how many. Safe to call twice."""
    due = Notice.objects.filter(state=N.PUBLISHED, ends_on__lt=day_of(now), provisional=[])
    ended = 0
    for notice_id in due.values_list("pk", flat=True):
        try:
            end_notice(notice_id=notice_id, by=SYSTEM, now=now)
        except Refused:
            continue  # a confirmed calendar made it longer, or somebody ended it meanwhile
        ended += 1
    return ended


@button
def record_posting(
    *,
    notice_id: int,
    url: str,
    screenshot: bytes,
    filename: str,
    by: Actor,
    now: datetime,
    key: UUID | None = None,
    version: int | None = None,
) -> Receipt:
    """Keep address and picture of the same notice on the government site; the archive needs both."""
    if not url.startswith(("https://", "http://")):
        raise Refused(_("请填写政府网站上该公示的完整网址。"), field="url")
    with changing(
        Notice,
        notice_id,
        by=by,
        now=now,
        key=key,
        version=version,
        verb="record_posting",
        permission="publicity.record_posting",
    ) as notice:
        if notice.state == N.DRAFTED:
            raise Refused(_("公示发布之后才能登记政府网站的同步公示。"))
        kept = store(
            screenshot, filename=filename, owner=notice, purpose="publicity.gov_screenshot", by=by, now=now
        )
        notice.gov_url, notice.gov_screenshot = url, kept
        notice.note(screenshot=kept.blob.sha256)
    return notice.receipt


@button
def withdraw_item(*, subject: str, by: Actor, now: datetime, reason: str = "") -> bool:
    """Take a subject that left by itself off its notice; False when no notice carries it any more."""
    live = NoticeItem.objects.exclude(state__in=[I.STRUCK, I.WITHDRAWN]).filter(subject=subject).first()
    if live is None:
        return False
    with changing(NoticeItem, live.pk, by=by, now=now, reason=reason) as item:
        item.withdraw(by=by)
    return True
