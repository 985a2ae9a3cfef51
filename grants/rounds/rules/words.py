"""The terms of a round in sentences. Plain values; every sentence is translated when it is shown."""

from __future__ import annotations

from dataclasses import dataclass

from core.words import N_, day_text, sentence
from grants.rounds.rules import Eligibility, Terms, Track

TRACKS = {"micro": N_("微项目"), "light": N_("轻项目"), "standard": N_("标准项目")}
APPLICANTS = {
    "any": N_("登记的社会组织，或备案的社区社会组织（由代管单位申报）"),
    "organisation": N_("登记的社会组织"),
    "hosted_group": N_("备案的社区社会组织（由代管单位申报并收款）"),
}
CONDITIONS = {
    "agreement_signed": N_("签订协议后"),
    "midterm_passed": N_("中期评估合格后"),
    "final_passed": N_("末期评估合格后"),
    "audit_settled": N_("审计结算后"),
}
SPENDING = {
    "staff": N_("专职人员补贴"),
    "labour": N_("人员、志愿者和专家劳务合计"),
    "overhead": N_("管理费"),
    "equipment": N_("设备购置"),
    "publicity": N_("宣传印刷"),
    "catering": N_("餐饮"),
    "other": N_("其他（须说明理由）"),
    "tax": N_("税费"),
}
INSTRUMENTS = {
    "grant_agreement": N_("签订资助协议"),
    "service_purchase": N_("签订购买服务合同"),
}


@dataclass(frozen=True)
class TrackWords:
    """A track as the call states it; ``instalments`` are (percent, when)."""

    name: str
    applicants: str
    cap_fen: int
    midterm: str
    instalments: tuple[tuple[int, str], ...]


def tracks(terms: Terms) -> list[TrackWords]:
    """Return the tracks of a round in words."""
    return [_track(one) for one in terms.tracks.values()]


def _track(track: Track) -> TrackWords:
    return TrackWords(
        name=sentence(TRACKS.get(track.code, track.code)),
        applicants=sentence(APPLICANTS.get(track.applicants, track.applicants)),
        cap_fen=track.cap_fen,
        midterm=sentence(N_("有") if track.midterm else N_("无")),
        instalments=tuple(
            (one.percent, sentence(CONDITIONS.get(one.condition, one.condition))) for one in track.tranches
        ),
    )


def spending_caps(terms: Terms) -> list[tuple[str, int]]:
    """Return (kind of spending, largest part of the grant in percent)."""
    return [(sentence(SPENDING.get(name, name)), cap) for name, cap in terms.limits.percent_max.items()]


def who_may_apply(terms: Terms) -> list[str]:
    """Return the conditions an applicant must meet, one sentence each."""
    asked, limits = terms.eligibility, terms.limits
    found = [sentence(N_("依法登记的社会组织，或由代管单位支持的备案社区社会组织，状态正常。"))]
    if asked.founded_years_min:
        months = round(asked.founded_years_min * 12)
        says = N_("到申报截止日成立满{months}个月；孵化期内的组织不受此限。")
        found.append(sentence(says, {"months": months}))
    found += _record(asked)
    if asked.own_bank_account:
        found.append(sentence(N_("有以本单位（或代管单位）名义开立并经核验的银行账户。")))
    found.append(sentence(N_("项目在本区实施、服务本区居民，并得到落地社区同意。")))
    if asked.may_apply_after == "final_report_filed":
        found.append(sentence(N_("往届项目已提交结项报告的，可以再次申报；结算后方可签约。")))
    if asked.double_funding == "excluded":
        found.append(sentence(N_("同一内容没有获得其他财政资金资助。")))
    found.append(sentence(N_("承办、评估和审计单位不得申报本届项目。")))
    says = N_("每个单位申报不超过{own}个项目；每个代管单位支持的备案组织申报不超过{hosted}个。")
    found.append(sentence(says, {"own": limits.proposals_per_applicant, "hosted": limits.proposals_per_host}))
    return found


def _record(asked: Eligibility) -> list[str]:
    return [
        sentence(N_("最近一次年检合格或基本合格；尚未到首次年检的除外。")),
        sentence(
            N_("近{abnormal}年未被列入活动异常名录，近{serious}年未被列入严重违法失信名单。"),
            {"abnormal": asked.clean_abnormal_years, "serious": asked.clean_serious_years},
        ),
    ]


def limits(terms: Terms) -> list[str]:
    """Return the limits on money that are no percentage, one sentence each."""
    bounds = terms.limits
    found = [
        sentence(N_("单件设备不超过{most:yuan}元。"), {"most": bounds.equipment_item_max_fen}),
    ]
    if (day := bounds.unit_caps_fen.get("volunteer_day")) is not None:
        found.append(sentence(N_("志愿者补贴每人每天不超过{most:yuan}元。"), {"most": day}))
    if (session := bounds.unit_caps_fen.get("expert_session")) is not None:
        found.append(sentence(N_("专家讲师费每次不超过{most:yuan}元。"), {"most": session}))
    if bounds.own_share_percent_min:
        says = N_("自筹资金不少于总预算的{percent}%。")
        found.append(sentence(says, {"percent": bounds.own_share_percent_min}))
    found.append(sentence(N_("不得列支：{items}。"), {"items": list(terms.forbidden_items)}))
    return found


def selection(terms: Terms) -> list[str]:
    """Return how applications are judged and announced, one sentence each."""
    stage = terms.stages.get("application", {})
    found = []
    if stage:
        says = N_("每份申报由{reviewers}名专家匿名评审，去掉最高分和最低分后取平均；{pass_mark}分为合格线。")
        if not stage.get("drop_high"):
            says = N_("每份申报由{reviewers}名专家匿名评审取平均；{pass_mark}分为合格线。")
        found.append(
            sentence(says, {"reviewers": stage.get("reviewers"), "pass_mark": stage.get("pass_mark")})
        )
    says = N_("评审结果经会议研究后公示{days}个工作日；公示期内任何人都可以提出异议。")
    found.append(sentence(says, {"days": terms.number("notice_working_days")}))
    says = N_("资格审查退回的，{days}个工作日内补正；对未通过有异议的，可在{until}之前申请复核。")
    until = day_text(terms.day("recheck_until"))
    found.append(sentence(says, {"days": terms.number("correction_working_days"), "until": until}))
    return found
