"""Does the budget keep the terms? All amounts in fen; percents are of the grant asked for."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from core.money import at_least, at_most
from core.rulebook import N_, rule
from grants.rounds.rules import Terms

MAX_LINES = 8
OTHER, VOLUNTEERS, EXPERTS, EQUIPMENT = "190", "102", "103", "112"
Faults = bool | list[dict[str, object]]


@dataclass(frozen=True)
class Line:
    """One line of a budget as the applicant wrote it."""

    no: int
    code: str
    item: str
    basis: str
    unit: str
    unit_price_fen: int
    quantity: int
    times: int
    subtotal_fen: int
    grant_fen: int
    own_fen: int
    linked_activity: str
    remark: str


@dataclass(frozen=True)
class Budget:
    """A budget with what it is measured against: track, known accounts, and the activities it must serve."""

    track: str
    lines: tuple[Line, ...]
    accounts: Mapping[str, tuple[str, ...]]
    activities: str

    @property
    def requested_fen(self) -> int:
        """Return the grant asked for."""
        return sum(line.grant_fen for line in self.lines)

    @property
    def own_fen(self) -> int:
        """Return the applicant's own money."""
        return sum(line.own_fen for line in self.lines)

    def grant_towards(self, cap: str) -> int:
        """Return the grant money of all lines that count towards a cap of the terms."""
        return sum(line.grant_fen for line in self.lines if cap in self.accounts.get(line.code, ()))


def _where(line: Line) -> dict[str, object]:
    return {"subject": f"budget-{line.no}", "no": line.no, "item": line.item}


def _faults(lines: Iterable[Line]) -> Faults:
    return [_where(line) for line in lines] or True


@rule(
    "B1",
    says=N_("预算第{no}行“{item}”：小计应等于单价×数量×次数，即 {right:yuan} 元"),
    source="预算编制说明 一",
)
def subtotals_multiply(budget: Budget, terms: Terms) -> Faults:
    """Subtotal = unit price × quantity × times."""
    faults: list[dict[str, object]] = []
    for line in budget.lines:
        right = line.unit_price_fen * line.quantity * line.times
        if line.subtotal_fen != right:
            faults.append({**_where(line), "right": right})
    return faults or True


@rule("B2", says=N_("预算第{no}行“{item}”：申请资金与自筹资金之和应等于小计"), source="预算编制说明 二")
def subtotals_are_paid_for(budget: Budget, terms: Terms) -> Faults:
    """Subtotal = grant + own money, neither negative."""
    return _faults(
        line
        for line in budget.lines
        if line.grant_fen + line.own_fen != line.subtotal_fen or min(line.grant_fen, line.own_fen) < 0
    )


@rule("B3", says=N_("申请资金 {asked:yuan} 元，超过本类上限 {cap:yuan} 元"), source="征集公告 资助标准")
def request_is_within_cap(budget: Budget, terms: Terms) -> bool | dict[str, object]:
    """The request is positive and at most the cap of its track; asking more voids the application."""
    cap = terms.tracks[budget.track].cap_fen
    if 0 < budget.requested_fen <= cap:
        return True
    return {"subject": "budget", "asked": budget.requested_fen, "cap": cap}


CAP_NAMES = {
    "staff": N_("人员补贴"),
    "labour": N_("人员、志愿者和专家合计"),
    "overhead": N_("管理费"),
    "equipment": N_("设备购置"),
    "publicity": N_("宣传印刷"),
    "catering": N_("餐饮"),
    "other": N_("其他"),
    "tax": N_("税费"),
}


@dataclass(frozen=True)
class Ratio:
    """One kind of cost against its cap; ``most`` is the largest amount that keeps it, in fen."""

    name: str
    spent: int
    most: int
    percent: int

    @property
    def is_over(self) -> bool:
        """Tell whether the cap is broken."""
        return self.spent > self.most


def ratios(budget: Budget, terms: Terms) -> list[Ratio]:
    """Return every cap of the terms that is in use or could be, in the order of the terms."""
    asked = budget.requested_fen
    found = [
        Ratio(CAP_NAMES.get(cap, cap), budget.grant_towards(cap), asked * percent // 100, percent)
        for cap, percent in terms.limits.percent_max.items()
    ]
    return [one for one in found if one.percent or one.spent]


@rule(
    "B4",
    says=N_("{name} {spent:yuan} 元，超过申请资金的 {percent}%，最多可填 {most:yuan} 元"),
    source="预算编制说明 三",
)
def shares_are_within_caps(budget: Budget, terms: Terms) -> Faults:
    """Each kind of cost keeps its share of the grant asked for."""
    faults: list[dict[str, object]] = []
    for cap, percent in terms.limits.percent_max.items():
        spent = budget.grant_towards(cap)
        if not at_most(spent, budget.requested_fen, percent):
            most = budget.requested_fen * percent // 100
            name = CAP_NAMES.get(cap, cap)
            faults.append(
                {"subject": "budget", "name": name, "spent": spent, "percent": percent, "most": most}
            )
    return faults or True


@rule("B5", says=N_("预算第{no}行“{item}”：单件设备不得超过 {most:yuan} 元"), source="预算编制说明 四")
def equipment_is_small(budget: Budget, terms: Terms) -> Faults:
    """No single piece of equipment costs more than the terms allow."""
    most = terms.limits.equipment_item_max_fen
    dear = [line for line in budget.lines if line.code == EQUIPMENT and line.unit_price_fen > most]
    return [{**_where(line), "most": most} for line in dear] or True


@rule("B6", says=N_("预算第{no}行“{item}”：单价超过标准，最高 {most:yuan} 元"), source="预算编制说明 五")
def unit_prices_keep_standards(budget: Budget, terms: Terms) -> Faults:
    """Volunteers are paid at most so much a day, experts at most so much a session."""
    caps = {VOLUNTEERS: "volunteer_day", EXPERTS: "expert_session"}
    faults: list[dict[str, object]] = []
    for line in budget.lines:
        most = terms.limits.unit_caps_fen.get(caps.get(line.code, ""))
        if most is not None and line.unit_price_fen > most:
            faults.append({**_where(line), "most": most})
    return faults or True


@rule("B7", says=N_("预算第{no}行“{item}”：“{word}”不在资助范围内"), source="预算编制说明 六")
def nothing_is_forbidden(budget: Budget, terms: Terms) -> Faults:
    """No line names a forbidden kind of spending."""
    faults: list[dict[str, object]] = []
    for line in budget.lines:
        text = f"{line.item} {line.basis} {line.remark}"
        for word in terms.forbidden_items:
            if word in text:
                faults.append({**_where(line), "word": word})
    return faults or True


@rule("B8", says=N_("预算第{no}行“{item}”：对应的活动未写明，或不在“主要活动”中"), source="预算编制说明 七")
def lines_serve_activities(budget: Budget, terms: Terms) -> Faults:
    """Every line names an activity, and the plan contains it."""
    named = [(line, line.linked_activity.strip()) for line in budget.lines]
    return _faults(line for line, activity in named if not activity or activity not in budget.activities)


@rule("B9", says=N_("预算第{no}行“{item}”：列入“其他”须写明理由"), source="预算编制说明 八")
def other_costs_have_a_reason(budget: Budget, terms: Terms) -> Faults:
    """Account 190 needs a remark."""
    return _faults(line for line in budget.lines if line.code == OTHER and not line.remark.strip())


@rule("B10", says=N_("自筹资金不足：至少占总预算的 {percent}%"), source="征集公告 自筹要求")
def own_share_is_enough(budget: Budget, terms: Terms) -> bool | dict[str, object]:
    """The applicant's own share of the whole budget is at least what the terms ask."""
    percent = terms.limits.own_share_percent_min
    if at_least(budget.own_fen, budget.requested_fen + budget.own_fen, percent):
        return True
    return {"subject": "budget", "percent": percent}


@rule("B11", says=N_("预算应有 1 至 {most} 行，现在有 {lines} 行"), source="预算编制说明 一")
def lines_are_few(budget: Budget, terms: Terms) -> bool | dict[str, object]:
    """A light budget has at least one and at most eight lines."""
    count = len(budget.lines)
    return 1 <= count <= MAX_LINES or {"subject": "budget", "lines": count, "most": MAX_LINES}


@rule("B12", says=N_("预算第{no}行：科目 {code} 不存在"), source="预算编制说明 附表")
def accounts_exist(budget: Budget, terms: Terms) -> Faults:
    """Every line is booked under a known account."""
    unknown = [line for line in budget.lines if line.code not in budget.accounts]
    return [{**_where(line), "code": line.code} for line in unknown] or True


BUDGET_RULES = (
    lines_are_few,
    accounts_exist,
    subtotals_multiply,
    subtotals_are_paid_for,
    request_is_within_cap,
    shares_are_within_caps,
    equipment_is_small,
    unit_prices_keep_standards,
    nothing_is_forbidden,
    lines_serve_activities,
    other_costs_have_a_reason,
    own_share_is_enough,
)
