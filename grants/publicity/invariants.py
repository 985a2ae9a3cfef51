"""What must hold of every notice and objection."""

from __future__ import annotations

from collections.abc import Iterator

from core.audit.selectors import actors_of
from core.audit.verify import Problem, invariant
from core.masking import personal_numbers
from grants.publicity.lifecycle import OPEN, I, N, O
from grants.publicity.models import Notice, NoticeItem


def _where(obj: Notice | NoticeItem) -> str:
    return f"{obj._meta.label_lower}:{obj.pk}"


@invariant("I6n", group="invariants", says="公示由拟稿人以外的人发布，且满期之后才结束")
def notices_ran_their_time() -> Iterator[Problem]:
    """Compare every public notice with its own period and with the people in the log."""
    for notice in Notice.objects.exclude(state=N.DRAFTED):
        makers, publishers = actors_of(notice, "draft", "edit"), actors_of(notice, "publish")
        if makers & publishers or not publishers:
            yield Problem(_where(notice), "公示由拟稿人自己发布，或没有发布记录")
        if notice.state == N.ENDED and notice.state_since < notice.ends_at():
            yield Problem(_where(notice), "公示在期满之前结束")


@invariant("I6o", group="invariants", says="公示项的状态与其异议相符")
def items_follow_their_objections() -> Iterator[Problem]:
    """A held item has an open objection, a struck one an upheld one, a cleared one neither."""
    for item in NoticeItem.objects.select_related("notice").prefetch_related("objections"):
        states = {objection.state for objection in item.objections.all()}
        is_open = bool(states & set(OPEN))
        if item.state == I.HELD and not is_open:
            yield Problem(_where(item), "暂缓的公示项没有未办结的异议")
        if item.state == I.STRUCK and O.UPHELD not in states:
            yield Problem(_where(item), "撤出的公示项没有成立的异议")
        if item.state in (I.LISTED, I.CLEARED) and (is_open or O.UPHELD in states):
            yield Problem(_where(item), "有未办结或成立的异议，公示项却未暂缓或撤出")
        if item.state == I.LISTED and item.notice.state == N.ENDED:
            yield Problem(_where(item), "公示已结束，公示项仍在公示中")


@invariant("I12n", group="invariants", says="公示文本中没有个人号码")
def notices_show_no_personal_number() -> Iterator[Problem]:
    """Search every public text again."""
    for notice in Notice.objects.exclude(state=N.DRAFTED):
        if personal_numbers("\n".join([notice.title, notice.text, notice.contact])):
            yield Problem(_where(notice), "公示正文含有个人号码")
        for item in notice.items.all():
            if personal_numbers("\n".join([item.title, item.organisation, item.place])):
                yield Problem(_where(item), "公示项含有个人号码")
