"""What an empty desk says to each role. Plain values only."""

from __future__ import annotations

from collections.abc import Iterable

from core.words import N_

NOTHING_WAITS: dict[str, str] = {
    "applicant_admin": N_(
        "没有待办事项。征集期内可以新建申报；已提交的申报有进展时，这里和站内消息会提醒您。"
    ),
    "applicant_editor": N_("没有待办事项。本单位的申报被退回补正时，会出现在这里。"),
    "applicant_finance": N_("没有待办事项。项目立项后，凭证登记和请款会出现在这里。"),
    "community_worker": N_("没有待确认的项目。有单位申请在本社区实施项目时，会出现在这里，并发送确认链接。"),
    "street_officer": N_("没有待办事项。本街道社区收到落地确认请求时会告知您。"),
    "operator": N_("没有待办事项。申报提交后，资格审查任务会出现在这里。"),
    "coach": N_("没有待辅导的申报。申报转入优化后会出现在这里。"),
    "expert": N_("没有待评审的材料。评审组开始评审后会出现在这里，打开材料前请先申报利害关系。"),
    "supervisor": N_("没有待监督事项。抽取、开封、锁分和异议办理时会提醒您到场。"),
    "clerk": N_("没有待办事项。申报提交、复核申请、异议和结算会按期限先后出现在这里。"),
    "section_chief": N_("没有待确认事项。经办提出意见后会出现在这里。"),
    "leader": N_("没有待签批事项。会议议题、公示和立项送审后会出现在这里。"),
    "finance_clerk": N_("没有待制单的款项。拨款条件满足后会出现在这里。"),
    "finance_approver": N_("没有待审批的付款单。制单后会出现在这里。"),
    "cashier": N_("没有待支付的付款单。审批后会出现在这里。"),
    "evaluator": N_("没有待评估的报告。单位提交中期或末期报告后会出现在这里。"),
    "auditor": N_("没有待审计的项目。接受审计委托后会出现在这里。"),
    "editor": N_("没有待办事项。可以进入网站编辑，维护首页文字。"),
    "system_admin": N_("没有待办事项。开通账号、申请岗位由您提出，由安全管理员批准。"),
    "security_admin": N_("没有待批准事项。岗位申请、邀请和工作交接会出现在这里。"),
    "audit_admin": N_("没有待办事项。日志校验有异常时会提醒您。"),
}
NO_ROLE = N_("您的账号目前没有有效岗位。请联系本单位负责人或系统管理员。")


def nothing_waits(roles: Iterable[str]) -> list[str]:
    """Return what an empty desk says, one sentence for each role in the order of the house.

    >>> nothing_waits([]) == [NO_ROLE]
    True
    >>> len(nothing_waits({"editor", "clerk"}))
    2
    """
    held = set(roles)
    return [says for role, says in NOTHING_WAITS.items() if role in held] or [NO_ROLE]
