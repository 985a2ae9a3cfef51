"""Letters about notices and objections, to those who must act on them and to those they are about."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

from cms.mailroom.rules import Addressee, Audience, Letter, News, one_line
from cms.mailroom.selectors import holders
from cms.mailroom.subscribers import audiences
from cms.mailroom.subscribers.about import day, page_of, round_link, the
from core.policy import APPLICANT_ROLES
from core.words import N_
from grants.publicity import events
from grants.publicity.models import Notice, NoticeItem, Objection
from grants.rounds.events import DeadlineExtended, RoundCancelled
from grants.rounds.models import Round
from grants.rounds.selectors import application_window


def _notice_words(notice: Notice, news: News) -> dict[str, Any]:
    return {
        "title": one_line(notice.title),
        "number": notice.number or "",
        "starts": day(notice.starts_on),
        "ends": day(notice.ends_on),
        "contact": one_line(notice.contact),
        "link": round_link(notice.round.code),
    }


def _item_words(item: NoticeItem, news: News) -> dict[str, Any]:
    return {**_notice_words(item.notice, news), "project": one_line(item.title)}


def _objection_words(objection: Objection, news: News) -> dict[str, Any]:
    return {
        **_item_words(objection.item, news),
        "number": objection.number,
        "due": day(objection.reply_due),
        "link": page_of(objection),
    }


def _parties(item: NoticeItem, on: date) -> Iterable[Addressee]:
    return holders(*APPLICANT_ROLES, on=on, bodies=sorted(item.parties())) if item.parties() else []


def _participants(round_: Round, on: date) -> Iterable[Addressee]:
    bodies = set(round_.proposals.values_list("applicant_id", flat=True))
    return holders(*APPLICANT_ROLES, on=on, bodies=sorted(bodies)) if bodies else []


def _round_words(round_: Round, news: News) -> dict[str, Any]:
    closes = application_window(round_).closes
    return {"round": one_line(round_.name), "closes": day(closes), "link": round_link(round_.code)}


PARTIES = Audience(N_("公示项所涉申报单位"), _parties)
PARTICIPANTS = Audience(N_("本届已有申报或草稿的单位"), _participants)
item = the(NoticeItem, "item_id", "notice__round")
round_of = the(Round, "round_id")

LETTERS = (
    Letter(
        "notice_published",
        N_("公示已发布"),
        (events.NoticePublished,),
        the(Notice, "notice_id", "round"),
        audiences.STAFF_OF_NOTICE,
        _notice_words,
    ),
    Letter(
        "objection_lodged",
        N_("收到异议"),
        (events.ObjectionLodged,),
        the(Objection, "objection_id", "item__notice__round"),
        audiences.WATCHERS,
        _objection_words,
    ),
    Letter("item_held", N_("因异议暂缓"), (events.ItemHeld,), item, PARTIES, _item_words),
    Letter("item_released", N_("异议不成立，继续公示"), (events.ItemReleased,), item, PARTIES, _item_words),
    Letter(
        "deadline_extended", N_("申报截止时间延后"), (DeadlineExtended,), round_of, PARTICIPANTS, _round_words
    ),
    Letter("round_cancelled", N_("届次取消"), (RoundCancelled,), round_of, PARTICIPANTS, _round_words),
)
