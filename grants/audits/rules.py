"""Drawing vouchers, adding up what is eligible, what a complete file holds. Plain Python; in fen."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from core.money import at_least
from core.rulebook import N_, rule


@dataclass(frozen=True)
class Voucher:
    """One voucher that may be drawn."""

    key: int
    project: int
    amount_fen: int


def draw(vouchers: Sequence[Voucher], *, percent: int, seed: str) -> list[int]:
    """Return the keys of the vouchers to look at: one of each project, and at least so much of the money.

    Every voucher has a place that the seed gives it; vouchers are taken in that order. The same seed and the
    same vouchers give the same draw, and nobody can know it before the seed is set.

    >>> draw([Voucher(1, 1, 70), Voucher(2, 1, 30), Voucher(3, 2, 10)], percent=30, seed="a")
    [1, 3]
    """
    order = sorted(vouchers, key=lambda voucher: (_place(seed, voucher.key), voucher.key))
    chosen: dict[int, Voucher] = {}
    by_project: dict[int, list[Voucher]] = defaultdict(list)
    for voucher in order:
        by_project[voucher.project].append(voucher)
    for own in by_project.values():
        chosen[own[0].key] = own[0]
    total = sum(voucher.amount_fen for voucher in vouchers)
    for voucher in order:
        if at_least(sum(one.amount_fen for one in chosen.values()), total, percent):
            break
        chosen[voucher.key] = voucher
    return sorted(chosen)


def _place(seed: str, key: int) -> str:
    return hashlib.sha256(f"{seed}|{key}".encode()).hexdigest()


@dataclass(frozen=True)
class Doubt:
    """A finding about to be raised: how much of what is not recognised."""

    disallowed_fen: int
    expense_fen: int
    already_fen: int
    claimed_fen: int


@dataclass(frozen=True)
class Ruling:
    """A finding about to be decided."""

    final_fen: int
    disallowed_fen: int


@rule(
    "Y1",
    says=N_("不予认可金额应大于零，且同一凭证合计不超过凭证金额 {most:yuan} 元"),
    source="审计方案 第三条",
)
def doubt_is_within_the_voucher(doubt: Doubt) -> bool | dict[str, object]:
    """No more of a voucher is disallowed than it is made out for."""
    within = doubt.disallowed_fen + doubt.already_fen <= doubt.expense_fen
    return (within and doubt.disallowed_fen > 0) or {"subject": "amount", "most": doubt.expense_fen}


@rule("Y2", says=N_("最终不予认可金额应在零与提出金额 {most:yuan} 元之间"), source="审计方案 第五条")
def ruling_is_within_the_finding(ruling: Ruling) -> bool | dict[str, object]:
    """A reply can only lower what was found."""
    return 0 <= ruling.final_fen <= ruling.disallowed_fen or {
        "subject": "amount",
        "most": ruling.disallowed_fen,
    }


def eligible(claimed_fen: int, disallowed: Iterable[int]) -> int:
    """Return what the audit recognises.

    >>> eligible(1_000_000, [20_000, 5_000])
    975000
    """
    return claimed_fen - sum(disallowed)


# The archive

PERMANENT, THIRTY_YEARS, TEN_YEARS = "permanent", "30", "10"


@dataclass(frozen=True)
class Group:
    """One heading of the file list: its number, its title, how long its papers are kept."""

    no: int
    title: str
    retention: str


GROUPS = (
    Group(1, N_("通知、指南与条款"), PERMANENT),
    Group(2, N_("申报书各版及附件"), THIRTY_YEARS),
    Group(3, N_("资格审查表"), THIRTY_YEARS),
    Group(4, N_("优化记录"), TEN_YEARS),
    Group(5, N_("抽取、回避、评分表与汇总"), THIRTY_YEARS),
    Group(6, N_("会议纪要"), PERMANENT),
    Group(7, N_("公示及异议处理"), PERMANENT),
    Group(8, N_("立项书、协议、预算与绩效目标"), PERMANENT),
    Group(9, N_("请款、票据与支付凭证"), THIRTY_YEARS),
    Group(10, N_("活动记录、督导与变更"), TEN_YEARS),
    Group(11, N_("中期报告与评估"), TEN_YEARS),
    Group(12, N_("结项报告与满意度"), THIRTY_YEARS),
    Group(13, N_("审计、结算与退款"), THIRTY_YEARS),
    Group(14, N_("绩效评价"), THIRTY_YEARS),
    Group(15, N_("宣传与表彰"), TEN_YEARS),
)
RETENTION: Mapping[int, str] = {group.no: group.retention for group in GROUPS}


@dataclass(frozen=True)
class Item:
    """One paper of the file; ``source`` says which record it comes from."""

    group: int
    title: str
    filename: str
    sha256: str
    size: int
    source: str

    @property
    def retention(self) -> str:
        """Return how long the paper is kept."""
        return RETENTION[self.group]


@dataclass(frozen=True)
class Course:
    """What kind of life the project had: it decides which papers must be there."""

    has_midterm: bool
    was_stopped: bool
    was_optimised: bool
    was_paid: bool
    was_recovered: bool


@dataclass(frozen=True)
class Posting:
    """Where the notice stands on the site of the government: the archive is blocked without it."""

    address: str
    has_screenshot: bool


def required_groups(course: Course) -> tuple[int, ...]:
    """Return the headings under which there must be a paper.

    >>> required_groups(Course(False, False, False, True, False))
    (1, 2, 3, 5, 6, 7, 8, 9, 10, 12, 13, 14)
    """
    wanted = {1, 2, 3, 5, 6, 7, 8}
    if course.was_optimised:
        wanted.add(4)
    if course.was_paid:
        wanted.add(9)
    if course.was_recovered:
        wanted.add(13)
    if not course.was_stopped:
        wanted |= {10, 12, 13, 14}
        wanted |= {11} if course.has_midterm else set()
    return tuple(sorted(wanted))


@rule("W1", says=N_("档案缺少第 {no} 类：{title}"), source="归档范围 第一条")
def required_groups_are_filled(course: Course, items: Sequence[Item]) -> bool | list[dict[str, object]]:
    """Every heading the project's life calls for holds at least one paper."""
    present = {item.group for item in items}
    titles = {group.no: group.title for group in GROUPS}
    missing: list[dict[str, object]] = [
        {"no": no, "title": titles[no]} for no in required_groups(course) if no not in present
    ]
    return missing or True


@rule("W2", says=N_("档案缺少“{title}”（{why}）"), source="归档范围 第二条")
def named_papers_are_there(
    wanted: Mapping[str, str], items: Sequence[Item]
) -> bool | list[dict[str, object]]:
    """Papers that the project must have produced are there; ``wanted`` maps a title to why it is wanted."""
    titles = {item.title for item in items}
    missing: list[dict[str, object]] = [
        {"title": title, "why": why} for title, why in wanted.items() if title not in titles
    ]
    return missing or True


@rule("W3", says=N_("公示没有登记政府网站的网址和页面截图"), source="归档范围 第三条")
def notice_stands_on_the_government_site(posting: Posting) -> bool:
    """The notice that everybody could read has its address and its picture."""
    return bool(posting.address) and posting.has_screenshot


def catalogue_rows(items: Sequence[Item]) -> list[list[str]]:
    """Return the catalogue as rows: number, heading, paper, file, retention, size, SHA-256, record."""
    return [
        [
            str(no),
            str(item.group),
            item.title,
            item.filename,
            item.retention,
            str(item.size),
            item.sha256,
            item.source,
        ]
        for no, item in enumerate(items, start=1)
    ]
