"""What must hold of decisions, money set aside, and awards."""

from __future__ import annotations

from collections.abc import Iterator

from core.audit.selectors import actors_of
from core.audit.verify import Problem, invariant
from grants.awards.lifecycle import D, M, W
from grants.awards.models import Allotment, Award, Decision, DecisionLine, Outcome, subject_of
from grants.awards.selectors import explain_left, money_picture
from grants.proposals.lifecycle import P
from grants.proposals.models import Proposal
from grants.publicity.lifecycle import I, N
from grants.publicity.models import NoticeItem
from grants.rounds.models import Round


@invariant("I6", group="invariants", says="立项必经公示期满，且公示、立项由不同的人办理")
def awards_passed_their_notice() -> Iterator[Problem]:
    """Every award came after 24:00 of its notice, over a cleared item, by another person than its maker."""
    cleared = NoticeItem.objects.filter(state=I.CLEARED).values_list("notice_id", "subject")
    passed = set(cleared)
    for award in Award.objects.select_related("notice", "proposal"):
        where, notice = f"awards.award:{award.pk}", award.notice
        if (notice.pk, subject_of(award.proposal)) not in passed:
            yield Problem(where, "立项项目没有公示无异议的记录")
        if notice.state != N.ENDED or award.created_at < notice.ends_at():
            yield Problem(where, "立项早于公示期满")
        makers, awarders = actors_of(notice, "draft", "edit"), actors_of(award, "award")
        if not awarders or makers & awarders:
            yield Problem(where, "公示拟稿与立项由同一人办理，或没有立项记录")


@invariant("I6w", group="invariants", says="已立项的申报都有立项记录，反之亦然，金额相符")
def awarded_means_awarded() -> Iterator[Problem]:
    """An application is awarded if and only if it has a granted award over the money set aside for it."""
    states = dict(Proposal.objects.values_list("pk", "state"))
    rows = {award.proposal_id: award for award in Award.objects.select_related("allotment")}
    for pk, state in states.items():
        award = rows.get(pk)
        wanted = {P.AWARDED: W.GRANTED, P.LAPSED: W.LAPSED}.get(P(state))
        if (award.state if award else None) != wanted:
            yield Problem(f"proposals.proposal:{pk}", "申报状态与立项记录不符")
    for award in rows.values():
        held = award.allotment
        same = (held.proposal_id, held.source_id, held.category_id, held.amount_fen)
        if same != (award.proposal_id, award.source_id, award.category_id, award.amount_fen):
            yield Problem(f"awards.award:{award.pk}", "立项金额、来源或类别与资金安排不符")


@invariant("I6p", group="invariants", says="拟立项的申报都安排了资金，离开的都已释放")
def money_follows_the_applications() -> Iterator[Problem]:
    """Money is reserved exactly for what is proposed or awarded."""
    live = dict(Allotment.objects.filter(state=M.RESERVED).values_list("proposal_id", "pk"))
    holding = set(Proposal.objects.filter(state__in=[P.PROPOSED, P.AWARDED]).values_list("pk", flat=True))
    for pk in sorted(holding - set(live)):
        yield Problem(f"proposals.proposal:{pk}", "拟立项或已立项，却没有安排资金")
    for pk in sorted(set(live) - holding):
        yield Problem(f"awards.allotment:{live[pk]}", "申报已离开，资金未释放")


@invariant("I8b", group="ledger", says="立项总额加余额等于预算，任何类别和来源都不超支，余额逐笔有说明")
def money_adds_up() -> Iterator[Problem]:
    """Awards and what is left make the budget, by category and by source; every fen left has a reason."""
    for round_ in Round.objects.all():
        picture, where = money_picture(round_), f"rounds.round:{round_.pk}"
        for row in (*picture.by_category, *picture.by_source):
            if row.left_fen < 0:
                yield Problem(where, f"{row.name} 超支 {-row.left_fen} 分")
        for rows, axis in ((picture.by_category, "类别"), (picture.by_source, "来源")):
            if rows and sum(row.left_fen for row in rows) != picture.total.left_fen:
                yield Problem(where, f"各{axis}余额之和不等于总余额")
        told: dict[str, int] = {row.code: 0 for row in picture.by_category}
        for one in explain_left(round_):
            told[one.category] += one.amount_fen
        for row in picture.by_category:
            if told[row.code] != row.left_fen:
                yield Problem(where, f"{row.name} 余额 {row.left_fen} 分，说明了 {told[row.code]} 分")


@invariant("I6d", group="invariants", says="立项决定的名单与其摘要一致，并已逐项执行")
def decisions_are_unchanged() -> Iterator[Problem]:
    """Recompute the seal of every list; compare what was decided with the money set aside."""
    for decision in Decision.objects.all():
        if decision.seal() != decision.lines_digest:
            yield Problem(f"awards.decision:{decision.pk}", "名单内容与其摘要不符")
    decided = DecisionLine.objects.filter(decision__state=D.RESOLVED, outcome=Outcome.PROPOSE)
    for pk in decided.filter(allotment__isnull=True).values_list("pk", flat=True):
        yield Problem(f"awards.decisionline:{pk}", "拟立项的决定没有安排资金")
