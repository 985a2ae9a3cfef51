"""The first demo: the 2026 round is open, half of the applications are in, and every role can sign in.

Passwords and one-time-code secrets are random for each installation and lie in var/ (0600); the database
carries the demo mark, which production refuses.
"""

from __future__ import annotations

import json
import os
import secrets
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from django.conf import settings

from config.world.content.model import OrganisationCard
from config.world.year import applying, calling
from config.world.year.play import begin
from config.world.year.stage import Stage, shanghai
from config.world.year.workers import Inline, set_clock
from core.policy import STAFF_ROLES, SYSTEM, Role
from grants.rounds.selectors import application_window
from orgs.people.services import change_password, enrol_second_factor

SEED = 2026
STANDS_AT = shanghai("2026-04-20", "10:00:00")
# One person for each role: the key of a post, or of an expert.
FACES = {
    Role.LEADER: "leader",
    Role.SECTION_CHIEF: "section_chief",
    Role.CLERK: "clerk_1",
    Role.FINANCE_CLERK: "finance_clerk",
    Role.FINANCE_APPROVER: "finance_approver",
    Role.CASHIER: "cashier",
    Role.SUPERVISOR: "supervisor",
    Role.OPERATOR: "operator_1",
    Role.COACH: "coach_1",
    Role.EXPERT: "expert_01",
    Role.EVALUATOR: "evaluator_1",
    Role.AUDITOR: "auditor_1",
    Role.STREET_OFFICER: "street_420106005",
    Role.COMMUNITY_WORKER: "community_420106005002",
    Role.EDITOR: "editor",
    Role.SYSTEM_ADMIN: "system_admin",
    Role.SECURITY_ADMIN: "security_admin",
    Role.AUDIT_ADMIN: "audit_admin",
}
WITH_CODE = STAFF_ROLES | {Role.EXPERT, Role.COACH}


@dataclass(frozen=True)
class SignIn:
    """How one role of the demo signs in; ``secret`` makes its one-time codes (empty: none needed)."""

    role: str
    label: str
    name: str
    login: str
    password: str
    secret: str


def load_demo(say: Callable[[str], None]) -> list[SignIn]:
    """Play the year up to the middle of the application window, and open the doors."""
    stage = begin(SEED, say, Inline())
    calling.prepare_and_publish(stage)
    applications_until(stage, STANDS_AT)
    stage.at(STANDS_AT)
    sign_ins = open_doors(stage)
    keep(sign_ins)
    set_clock(STANDS_AT)
    return sign_ins


def applications_until(stage: Stage, until: datetime) -> None:
    """Hand in what has its instant before a moment; leave the next three as drafts."""
    window = application_window(stage.round)
    stage.at(window.opens)
    stage.notes["refused"] = Counter()
    drafts = 3
    for card, moment in applying.timetable(stage, window.opens, window.closes):
        if moment < until:
            applying.apply(stage, card, moment, stage.notes["refused"])
        elif drafts:
            applying.draft(stage, card)
            drafts -= 1


def faces(stage: Stage) -> dict[str, str]:
    """Return the person who stands for each role: the key of a post, an expert or an applicant."""
    found = {str(role): key for role, key in FACES.items()}
    return found | {
        "applicant_admin": applicant(stage).admin.key,
        "applicant_finance": applicant(stage).finance.key,
    }


def applicant(stage: Stage) -> OrganisationCard:
    """Return the organisation whose people sign in as applicants."""
    world = stage.world
    return next(world.organisation[p.applicant] for p in world.proposals if p.applicant in world.organisation)


def open_doors(stage: Stage) -> list[SignIn]:
    """Give one person of each role a random password, and a second factor where the role needs one."""
    world = stage.world
    cards = {post.key: post.person for post in world.posts} | {e.key: e.person for e in world.experts}
    own = applicant(stage)
    cards |= {own.admin.key: own.admin, own.finance.key: own.finance}
    found = []
    for role, key in faces(stage).items():
        user, card = stage.users[key], cards[key]
        password = f"{secrets.token_urlsafe(9)}-Wc{secrets.randbelow(90) + 10}"
        change_password(user_id=user.pk, password=password, by=SYSTEM, now=stage.now)
        secret = enrol_second_factor(user_id=user.pk, by=SYSTEM, now=stage.now) if role in WITH_CODE else ""
        found.append(SignIn(role, str(Role(role).label), card.name, card.phone, password, secret))
    return found


def keep(sign_ins: list[SignIn]) -> None:
    """Write the sign-ins, and the secrets for ``manage.py demo_code``, readable by this user alone."""
    lines = [
        "演示账号（密码为本机随机生成；“需要”动态码的，运行：.venv/bin/python manage.py demo_code 岗位代码）"
    ]
    for one in sign_ins:
        code = "动态码：需要" if one.secret else "动态码：不需要"
        lines.append(f"{one.label}\t{one.role}\t{one.name}\t手机号 {one.login}\t密码 {one.password}\t{code}")
    _private(settings.VAR_DIR / "demo-sign-ins.txt", "\n".join(lines) + "\n")
    found = {one.role: one.secret for one in sign_ins if one.secret}
    _private(settings.VAR_DIR / "demo-codes.json", json.dumps(found))


def _private(path: Path, text: str) -> None:
    path.unlink(missing_ok=True)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as out:
        out.write(text)


def code_of(role: str, at: float) -> str:
    """Return the one-time code of a role at a moment (seconds since the epoch); KeyError for none."""
    from allauth.mfa import app_settings
    from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value

    kept = json.loads((settings.VAR_DIR / "demo-codes.json").read_text(encoding="utf-8"))
    return str(format_hotp_value(hotp_value(kept[role], int(at) // app_settings.TOTP_PERIOD)))
