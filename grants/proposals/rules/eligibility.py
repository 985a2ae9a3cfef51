"""May this applicant apply? Facts come from the registry on the day applications close."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from core.rulebook import N_, rule
from core.words import sentence
from grants.rounds.rules import Terms
from grants.rounds.rules.words import TRACKS

GROUP, ORGANISATION = "hosted_group", "organisation"
RESULTS = {"failed": N_("不合格"), "not_taken": N_("未参检"), "": N_("没有记录")}
CONSENTS = {"": N_("未询问"), "asked": N_("等待答复"), "refused": N_("不同意")}


def _word(words: Mapping[str, str], code: str) -> str:
    """Return a code in words; the code itself where nobody named it."""
    return sentence(words.get(code, code or N_("未填")))


@dataclass(frozen=True)
class Listing:
    """One stay on a credit list; ``until`` None: still on it."""

    list: str
    since: date
    until: date | None = None

    def touches(self, first: date, last: date) -> bool:
        """Tell whether the stay overlaps a span of days."""
        return self.since <= last and (self.until is None or self.until >= first)


@dataclass(frozen=True)
class EarlierProject:
    """A project of the applicant that was funded before, here or elsewhere."""

    title: str
    funder: str
    report_filed: bool
    settled: bool
    failed: bool = False
    same_content: bool = False
    ours: bool = True


@dataclass(frozen=True)
class Applicant:
    """What the rules must know; for a hosted group, most of it is the host's."""

    kind: str
    in_good_standing: bool
    founded_on: date | None
    incubated: bool
    registered_in: str
    inspection: str
    listings: tuple[Listing, ...]
    has_account: bool
    has_host: bool
    hosted_here: int
    is_operator: bool
    earlier: tuple[EarlierProject, ...]


@dataclass(frozen=True)
class Case:
    """One application under examination; ``on`` is the day that counts."""

    applicant: Applicant
    track: str
    in_district: bool
    consent: str
    on: date


def _years_before(day: date, years: float) -> date:
    whole, half = int(years), years - int(years)
    months = day.year * 12 + day.month - 1 - whole * 12 - round(half * 12)
    year, month = divmod(months, 12)
    for dom in (day.day, 30, 29, 28):
        try:
            return date(year, month + 1, dom)
        except ValueError:
            continue
    raise AssertionError("unreachable")


@rule("E1", says=N_("登记或备案状态不正常"), source="征集公告 申报资格（一）")
def is_in_good_standing(case: Case, terms: Terms) -> bool:
    """The organisation (or the group and its host) is registered and neither dissolved nor revoked."""
    return case.applicant.in_good_standing


@rule("E2", says=N_("成立于 {founded}，到申报截止日不满 {months} 个月"), source="征集公告 申报资格（二）")
def is_old_enough(case: Case, terms: Terms) -> bool | dict[str, object]:
    """Founded long enough before the deadline; organisations in incubation are exempt."""
    applicant, years = case.applicant, terms.eligibility.founded_years_min
    if applicant.kind == GROUP or applicant.incubated:
        return True
    if applicant.founded_on and applicant.founded_on <= _years_before(case.on, years):
        return True
    return {"founded": applicant.founded_on or "—", "months": round(years * 12)}


@rule("E3", says=N_("登记机关所在地 {place} 不在本届范围内"), source="征集公告 申报资格（三）")
def is_registered_here(case: Case, terms: Terms) -> bool | dict[str, object]:
    """Registered with the district or the city."""
    place = case.applicant.registered_in
    return place in terms.eligibility.registered_in or {"place": place or "—"}


@rule("E4", says=N_("最近一次年检结论为“{result}”"), source="征集公告 申报资格（四）")
def passed_inspection(case: Case, terms: Terms) -> bool | dict[str, object]:
    """The latest inspection is passed, basically passed, or not yet due."""
    result = case.applicant.inspection
    return result in terms.eligibility.inspection_latest or {"result": _word(RESULTS, result)}


def _listed(case: Case, name: str, years: int) -> dict[str, object] | None:
    first = _years_before(case.on, years)
    for listing in case.applicant.listings:
        if listing.list == name and listing.touches(first, case.on):
            return {"since": listing.since, "years": years}
    return None


@rule("E5", says=N_("{since} 被列入活动异常名录，近 {years} 年内不得申报"), source="征集公告 申报资格（五）")
def is_off_the_abnormal_list(case: Case, terms: Terms) -> bool | dict[str, object]:
    """Not on the abnormal list at any time in the years before the deadline."""
    return _listed(case, "abnormal", terms.eligibility.clean_abnormal_years) or True


@rule(
    "E6", says=N_("{since} 被列入严重违法失信名单，近 {years} 年内不得申报"), source="征集公告 申报资格（五）"
)
def is_off_the_serious_list(case: Case, terms: Terms) -> bool | dict[str, object]:
    """Not on the serious-violation list at any time in the years before the deadline."""
    return _listed(case, "serious", terms.eligibility.clean_serious_years) or True


@rule("E7", says=N_("没有经核验的本单位银行账户"), source="征集公告 申报资格（六）")
def has_own_account(case: Case, terms: Terms) -> bool:
    """Money goes to an account in the organisation's own (or the host's) name."""
    return case.applicant.has_account or not terms.eligibility.own_bank_account


@rule("E8", says=N_("往届项目“{title}”尚未提交结项报告或未通过"), source="征集公告 申报资格（七）")
def has_no_unfinished_project(case: Case, terms: Terms) -> bool | dict[str, object]:
    """A grantee of an earlier round applies again once its final report is filed."""
    for project in case.applicant.earlier:
        if project.ours and (project.failed or not project.report_filed):
            return {"title": project.title}
    return True


@rule("E9", says=N_("同一内容已获“{funder}”资助，不得重复申报"), source="征集公告 申报资格（八）")
def is_not_funded_twice(case: Case, terms: Terms) -> bool | dict[str, object]:
    """The same content is not paid for by other public money."""
    for project in case.applicant.earlier:
        if project.same_content and terms.eligibility.double_funding == "excluded":
            return {"funder": project.funder}
    return True


@rule("E10", says=N_("承办、评估或审计单位不得申报本届项目"), source="征集公告 回避规定")
def is_not_running_the_round(case: Case, terms: Terms) -> bool:
    """Operator, evaluators and auditors of a round do not apply in it."""
    return not case.applicant.is_operator


@rule(
    "E11",
    says=N_("代管单位本届已有 {hosted} 个备案组织申报，上限 {most} 个"),
    source="征集公告 申报资格（九）",
)
def host_is_not_overloaded(case: Case, terms: Terms) -> bool | dict[str, object]:
    """A host stands behind so many groups in a round and no more; earlier submissions come first."""
    most = terms.limits.proposals_per_host
    return case.applicant.hosted_here <= most or {"hosted": case.applicant.hosted_here, "most": most}


@rule("E12", says=N_("备案组织须有代管单位"), source="征集公告 申报资格（九）")
def group_has_a_host(case: Case, terms: Terms) -> bool:
    """A recorded group has no legal personality; a host signs for it and receives the money."""
    return case.applicant.kind != GROUP or case.applicant.has_host


@rule("E13", says=N_("申报主体类型与资助档次（{track}）不符"), source="征集公告 资助标准")
def track_fits_applicant(case: Case, terms: Terms) -> bool | dict[str, object]:
    """Micro grants are for recorded groups, light grants for registered organisations."""
    wanted = terms.tracks[case.track].applicants if case.track in terms.tracks else ""
    return wanted in ("any", case.applicant.kind) or {"track": _word(TRACKS, case.track)}


@rule("E14", says=N_("落地社区尚未同意（{consent}）"), source="征集公告 申报材料")
def place_agrees(case: Case, terms: Terms) -> bool | dict[str, object]:
    """The residents' committee of the place confirmed."""
    return case.consent == "confirmed" or {"consent": _word(CONSENTS, case.consent)}


@rule("E15", says=N_("项目实施地点不在本区"), source="征集公告 申报资格（三）")
def is_carried_out_here(case: Case, terms: Terms) -> bool:
    """The project takes place and benefits people in the district."""
    return case.in_district


ELIGIBILITY_RULES = (
    is_in_good_standing,
    is_old_enough,
    is_registered_here,
    passed_inspection,
    is_off_the_abnormal_list,
    is_off_the_serious_list,
    has_own_account,
    has_no_unfinished_project,
    is_not_funded_twice,
    is_not_running_the_round,
    host_is_not_overloaded,
    group_has_a_host,
    track_fits_applicant,
    place_agrees,
    is_carried_out_here,
)

# What no register knows: a person looks at the originals and judges.
MANUAL_ITEMS = {
    "H1": N_("项目内容在章程业务范围之内"),
    "H2": N_("实施地点和服务对象在本区"),
    "H3": N_("材料清楚、真实，盖章齐全"),
}

# What each item asks, for the page on which it is ticked off.
TITLES = {
    "E1": N_("登记或备案状态正常"),
    "E2": N_("成立时间符合要求"),
    "E3": N_("登记机关在本届范围内"),
    "E4": N_("最近一次年检合格"),
    "E5": N_("未被列入活动异常名录"),
    "E6": N_("未被列入严重违法失信名单"),
    "E7": N_("有经核验的银行账户"),
    "E8": N_("往届项目已提交结项报告"),
    "E9": N_("同一内容没有其他财政资助"),
    "E10": N_("不是本届承办、评估或审计单位"),
    "E11": N_("代管单位支持的申报未超过上限"),
    "E12": N_("备案组织有代管单位"),
    "E13": N_("申报主体与资助档次相符"),
    "E14": N_("落地社区已同意"),
    "E15": N_("在本区实施"),
    **MANUAL_ITEMS,
}
