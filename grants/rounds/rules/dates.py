"""The calendar and the panel rules of a round in words. Plain values; translated when they are shown."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from core.words import N_, day_text, sentence
from core.workdays import SHANGHAI
from grants.rounds.rules import Terms

DATES = {
    "needs_open": N_("需求征集开始"),
    "needs_close": N_("需求征集结束"),
    "call_published": N_("征集公告发布"),
    "applications_open": N_("开始申报"),
    "applications_close": N_("申报截止"),
    "screening_until": N_("资格审查完成"),
    "recheck_until": N_("申请复核截止"),
    "panel": N_("专家评审"),
    "decision_meeting": N_("会议研究"),
    "notice_from": N_("拟立项公示开始"),
    "award_on": N_("公布立项结果"),
    "project_start": N_("项目开始"),
    "midterm_report": N_("提交中期报告"),
    "midterm_verdict": N_("中期评估结论"),
    "treasury_close": N_("国库年终关账"),
    "project_end": N_("项目结束"),
    "final_report": N_("提交末期报告"),
    "audit_until": N_("审计完成"),
}
PERIODS = {
    "correction_working_days": N_("退回补正"),
    "notice_working_days": N_("公示"),
    "objection_reply_working_days": N_("异议答复"),
    "contract_working_days": N_("签约"),
    "first_tranche_working_days": N_("首期拨款"),
    "rectification_working_days": N_("限期整改"),
}
STAGES = {
    "application": N_("申报评审"),
    "midterm": N_("中期评估"),
    "final": N_("末期评估"),
    "brand": N_("品牌评选"),
}
PARTS = {"desk": N_("材料评分"), "pitch": N_("现场答辩"), "site": N_("实地查看")}
CRITERIA = {
    "needs": N_("需求分数"),
    "design": N_("设计分数"),
    "budget": N_("预算分数"),
    "panel_vote": N_("评委表决"),
}
BANDS = {"excellent": N_("优秀"), "good": N_("良好"), "pass": N_("合格")}
GAPS = {
    "funding": N_("各资金来源合计与总预算不一致"),
    "shares": N_("各类别占比合计不是100%"),
    "form": N_("尚未选定申报表"),
}
PLAIN = (
    ("reviewers", N_("每份材料{value}名评委")),
    ("reviewers_if_red", N_("红灯项目{value}名评委")),
    ("reserves", N_("候补{value}名")),
    ("finance_experts_min", N_("其中财务专家不少于{value}名")),
    ("per_employer_max", N_("同一单位的评委不超过{value}名")),
    ("valid_min", N_("有效评分不少于{value}份")),
    ("pass_mark", N_("合格线{value}分")),
    ("excellent_share_max_percent", N_("优秀等次不超过{value}%")),
)


@dataclass(frozen=True)
class DateWords:
    """A date of the calendar: its name, its words, whether it has passed, and whether it is the next."""

    code: str
    label: str
    text: str
    last: date
    is_past: bool
    is_next: bool = False


def calendar(terms: Terms, *, closes: datetime, now: datetime) -> list[DateWords]:
    """Return the dates of a round in order; ``closes`` is the present end of applications."""
    found = []
    for code, label in DATES.items():
        if code in terms.calendar:
            value = closes if code == "applications_close" else terms.calendar[code]
            found.append(_date(code, sentence(label), value, now))
    found.sort(key=lambda one: one.last)
    coming = next((one.code for one in found if not one.is_past), "")
    return [DateWords(d.code, d.label, d.text, d.last, d.is_past, d.code == coming) for d in found]


def _date(code: str, label: str, value: Any, now: datetime) -> DateWords:
    if isinstance(value, list | tuple):
        days = [date.fromisoformat(str(day)) for day in value]
        return DateWords(code, label, sentence("{days}", {"days": days}), days[-1], days[-1] < _day(now))
    moment = value if isinstance(value, datetime) else None
    if moment is None and "T" in str(value):
        moment = datetime.fromisoformat(str(value))
    if moment is not None:
        return DateWords(code, label, day_text(moment), _day(moment), moment < now)
    day = date.fromisoformat(str(value))
    return DateWords(code, label, day_text(day), day, day < _day(now))


def _day(moment: datetime) -> date:
    return moment.astimezone(SHANGHAI).date()


def periods(terms: Terms) -> list[tuple[str, str]]:
    """Return the periods counted in working days: (what, how long)."""
    found = []
    for code, label in PERIODS.items():
        if code in terms.calendar:
            says = N_("{days}个工作日")
            if code == "notice_working_days" and terms.calendar.get("notice_counts_first_day"):
                says = N_("{days}个工作日，9时前发布的当日计入")
            found.append((sentence(label), sentence(says, {"days": terms.number(code)})))
    return found


def panel_rules(terms: Terms) -> list[tuple[str, list[str]]]:
    """Return the panel rule of each stage: (stage, its clauses in words)."""
    return [(sentence(STAGES.get(code, code)), _clauses(rule)) for code, rule in terms.stages.items()]


def _clauses(rule: Mapping[str, Any]) -> list[str]:
    found = [sentence(says, {"value": rule[name]}) for name, says in PLAIN if rule.get(name)]
    if rule.get("drop_high") or rule.get("drop_low"):
        says = N_("满{least}份时去掉{high}个最高分和{low}个最低分")
        low, high = rule.get("drop_low", 0), rule.get("drop_high", 0)
        found.append(sentence(says, {"least": rule.get("drop_from", 0), "high": high, "low": low}))
    shares = {name: share for name, share in dict(rule.get("components") or {}).items() if share}
    if shares:
        parts = [f"{sentence(PARTS.get(name, name))} {share}%" for name, share in shares.items()]
        found.append(sentence(N_("评分组成：{parts}"), {"parts": parts}))
    if asked := rule.get("comment_required"):
        says = N_("低于{below}分或高于{above}分须写评语")
        found.append(sentence(says, {"below": asked.get("below"), "above": asked.get("above")}))
    return found


def ranking(terms: Terms) -> list[str]:
    """Return how equal scores are told apart, and the bands of scores, one sentence each."""
    order = [sentence(CRITERIA.get(name, name)) for name in terms.tie_break]
    bands = [f"{sentence(BANDS.get(name, name))} {mark}" for name, mark in terms.bands.items()]
    found = []
    if order:
        found.append(sentence(N_("得分相同时依次比较：{order}。"), {"order": order}))
    if bands:
        found.append(sentence(N_("等次线：{bands}。"), {"bands": bands}))
    return found


def money_rules(terms: Terms) -> list[str]:
    """Return how money may be moved, one sentence each."""
    return [
        sentence(N_("资助项目不少于{least}个。"), {"least": terms.projects_min}),
        sentence(N_("类别之间可由会议调剂，最多{percent}%。"), {"percent": terms.category_move_max_percent}),
        sentence(
            N_("最后一个项目经申报单位同意可部分资助，核减不超过{percent}%。"),
            {"percent": terms.partial_cut_max_percent},
        ),
        sentence(
            N_("预算行之间自行调剂不超过{percent}%；延期最长{months}个月。"),
            {"percent": terms.limits.move_percent_free, "months": terms.limits.extension_max_months},
        ),
    ]


def gap(code: str) -> str:
    """Return what a round still lacks, in words."""
    if code.startswith("rubric:"):
        stage = sentence(STAGES.get(code.partition(":")[2], code))
        return sentence(N_("尚未选定{stage}的评分表"), {"stage": stage})
    return sentence(GAPS.get(code, code))
