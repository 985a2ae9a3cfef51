"""Who works for the district: officials, operator, coaches, streets, communities, and the pool of experts."""

from __future__ import annotations

from config.world.content.model import BodyCard, ExpertCard, Post
from config.world.content.names import Registry
from config.world.content.texts import stream

# key, role, body, bound to the round
POSTS = (
    ("leader", "leader", "committee", False),
    ("leader_b", "leader", "committee", False),
    ("section_chief", "section_chief", "section_organisations", False),
    ("section_chief_b", "section_chief", "section_charity", False),
    ("clerk_1", "clerk", "section_organisations", False),
    ("clerk_2", "clerk", "section_organisations", False),
    ("clerk_3", "clerk", "section_charity", False),
    ("clerk_4", "clerk", "section_ageing", False),
    ("finance_clerk", "finance_clerk", "section_finance", False),
    ("finance_clerk_b", "finance_clerk", "section_finance", False),
    ("finance_approver", "finance_approver", "section_finance", False),
    ("cashier", "cashier", "section_finance", False),
    ("supervisor", "supervisor", "section_supervision", False),
    ("editor", "editor", "section_office", False),
    ("system_admin", "system_admin", "section_office", False),
    ("security_admin", "security_admin", "section_office", False),
    ("audit_admin", "audit_admin", "section_supervision", False),
    ("operator_1", "operator", "operator", True),
    ("operator_2", "operator", "operator", True),
    ("operator_3", "operator", "operator", True),
    ("coach_1", "coach", "operator", True),
    ("coach_2", "coach", "operator", True),
    ("evaluator_1", "evaluator", "evaluator_south", True),
    ("evaluator_2", "evaluator", "evaluator_south", True),
    ("evaluator_3", "evaluator", "evaluator_south", True),
    ("auditor_1", "auditor", "audit_firm", True),
    ("auditor_2", "auditor", "audit_firm", True),
)

ELDERLY, YOUTH, GOVERNANCE = "elderly_disability", "youth_support", "community_governance"
# fields, is finance, employer, title, reserve
EXPERTS = (
    ((ELDERLY,), False, "江夏卫生职业学院老年护理系", "副教授", False),
    ((ELDERLY,), False, "长乐养老服务研究所", "研究员", False),
    ((ELDERLY, GOVERNANCE), False, "荆楚社会建设研究会", "秘书长", False),
    ((ELDERLY,), False, "江南康复辅具服务站", "康复治疗师", False),
    ((ELDERLY, YOUTH), False, "汉水社会工作督导中心", "高级社工师", False),
    ((YOUTH,), False, "东湖青少年发展研究所", "研究员", False),
    ((YOUTH,), False, "楚才教育科学研究院", "教研员", False),
    ((YOUTH,), False, "临江心理健康服务中心", "心理督导师", False),
    ((YOUTH, GOVERNANCE), False, "珞珈社会政策研究室", "副教授", False),
    ((YOUTH, ELDERLY), False, "沙湖儿童福利促进中心", "中级社工师", False),
    ((GOVERNANCE,), False, "荆江城市更新设计院", "高级规划师", False),
    ((GOVERNANCE,), False, "三镇社区治理研究中心", "研究员", False),
    ((GOVERNANCE,), False, "楚法调解事务所", "一级人民调解员", False),
    ((GOVERNANCE, ELDERLY), False, "晴川公益传播中心", "主任", False),
    ((GOVERNANCE, YOUTH), False, "江城志愿服务学院", "讲师", False),
    ((ELDERLY, YOUTH, GOVERNANCE), True, "汉正会计师事务所", "注册会计师", False),
    ((ELDERLY, YOUTH, GOVERNANCE), True, "江汉财经学院会计系", "副教授", False),
    ((ELDERLY, YOUTH, GOVERNANCE), True, "明允税务师事务所", "税务师", False),
    ((ELDERLY, YOUTH, GOVERNANCE), True, "楚信工程造价咨询部", "高级会计师", False),
    ((ELDERLY, YOUTH, GOVERNANCE), True, "黄鹄非营利财务工作室", "中级会计师", False),
    ((ELDERLY, YOUTH), False, "江堤残障服务研究组", "副研究员", True),
    ((YOUTH, GOVERNANCE), False, "武胜社会工作教育中心", "讲师", True),
    ((GOVERNANCE, ELDERLY), False, "月湖社区发展研究所", "研究员", True),
    ((ELDERLY, YOUTH, GOVERNANCE), True, "琴台会计服务中心", "注册会计师", True),
    ((ELDERLY, YOUTH, GOVERNANCE), True, "知音内部审计学会", "高级审计师", True),
)
ABSENT = ("expert_07", "expert_18")  # fall ill on the day: one of the field, one of finance


def posts(people: Registry, bodies: tuple[BodyCard, ...]) -> tuple[Post, ...]:
    """Return every post of the district, with an officer for each street and a worker for each community."""
    found = [Post(key, people.person(key), role, body, "", bound) for key, role, body, bound in POSTS]
    for body in bodies:
        if body.kind == "street_office":
            key = f"street_{body.street_code}"
            found.append(Post(key, people.person(key), "street_officer", body.key, body.street_code))
        elif body.kind == "residents_committee":
            key = f"community_{body.community_code}"
            found.append(Post(key, people.person(key), "community_worker", body.key, body.community_code))
    return tuple(found)


def experts(people: Registry, seed: int) -> tuple[ExpertCard, ...]:
    """Return 20 experts and 5 reserves, each with a hidden leniency of at most four points either way."""
    found = []
    for number, (fields, is_finance, employer, title, reserve) in enumerate(EXPERTS, start=1):
        key = f"expert_{number:02d}"
        leniency = round(max(-4.0, min(4.0, stream(seed, "leniency", key).gauss(0, 1.9))), 2)
        person = people.person(key)
        found.append(ExpertCard(key, person, fields, is_finance, employer, "", title, reserve, leniency))
    return tuple(found)
