"""The living demo: three rounds at once, every desk with work, and one sign-in for each role.

Passwords and one-time-code secrets are random for each installation and lie in var/ (0600); the database
carries the demo mark, which production refuses. What the three rounds are doing is told in
config/world/living/play.py.
"""

from __future__ import annotations

import json
import os
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings

from config.world.content.model import OrganisationCard, PersonCard
from config.world.living import plan
from config.world.living.plan import NEXT, THIS
from config.world.living.play import BEGINS, CROWD, Living, play
from config.world.year import casting
from config.world.year.judging import key_of
from config.world.year.stage import Stage
from config.world.year.workers import Inline, Processes, set_clock
from core.policy import STAFF_ROLES, SYSTEM, Role
from evaluations.panels.lifecycle import S
from evaluations.panels.models import Sheet
from grants.payments.lifecycle import T
from grants.payments.models import Tranche
from grants.proposals.lifecycle import C, P
from grants.proposals.models import PlaceConsent, Proposal
from grants.rounds.models import Stage as Judged
from orgs.people.models import Body, User
from orgs.people.services import change_password, enrol_second_factor, install_role

# Who stands for a role: the key of a post. The others are found where their work lies.
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
    Role.AUDITOR: "auditor_1",
    Role.EDITOR: "editor",
    Role.SYSTEM_ADMIN: "system_admin",
    Role.SECURITY_ADMIN: "security_admin",
    Role.AUDIT_ADMIN: "audit_admin",
}
WITH_CODE = STAFF_ROLES | {Role.EXPERT, Role.COACH}
HELPER = PersonCard("demo_helper", "白小禾", "19900009001", "demo-helper@example.org")


@dataclass(frozen=True)
class SignIn:
    """How one role of the demo signs in; ``secret`` makes its one-time codes (empty: none needed)."""

    role: str
    label: str
    name: str
    login: str
    password: str
    secret: str


def load_demo(
    say: Callable[[str], None], workers: Inline | Processes | None = None, *, passers: int = CROWD
) -> list[SignIn]:
    """Play the three rounds and open the doors; what the workers have not done yet stays in their queues."""
    with workers or Processes(2, BEGINS) as at_work:
        living = play(say, at_work, passers=passers)
        sign_ins = open_doors(living.turn(THIS), faces(living))
    keep(sign_ins)
    set_clock(plan.stands_at())
    return sign_ins


def faces(living: Living) -> dict[Role, User]:
    """Return who signs in for each role: somebody whose desk has work of that role."""
    stage = living.turn(THIS)
    found = {role: stage.users[key] for role, key in FACES.items()}
    found[Role.EXPERT] = stage.users[_reviewer(living.stages[NEXT], Judged.APPLICATION)]
    found[Role.EVALUATOR] = stage.users[_reviewer(stage, Judged.MIDTERM)]
    asked = PlaceConsent.objects.filter(state=C.ASKED).select_related("community__street").order_by("pk")[0]
    found[Role.COMMUNITY_WORKER] = stage.users[f"community_{asked.community.code}"]
    found[Role.STREET_OFFICER] = stage.users[f"street_{asked.community.street.code}"]
    returned = Proposal.objects.filter(state=P.RETURNED).select_related("applicant").order_by("pk")[0]
    found[Role.APPLICANT_ADMIN] = _member(returned.applicant, Role.APPLICANT_ADMIN)
    found[Role.APPLICANT_EDITOR] = _helper(stage, returned.applicant)
    bare = Tranche.objects.filter(state=T.DUE).exclude(invoices__is_live=True).order_by("pk")[0]
    found[Role.APPLICANT_FINANCE] = _member(bare.project.payee, Role.APPLICANT_FINANCE)
    return {role: found[role] for role in Role}


def _reviewer(stage: Stage, judged: str) -> str:
    """Return the key of somebody with sheets that wait, the one with most of them."""
    waiting = Sheet.objects.filter(state=S.ASSIGNED, panel__round_code=stage.round.code, panel__stage=judged)
    people = list(waiting.order_by("reviewer_id").values_list("reviewer_id", flat=True))
    person_id = max(dict.fromkeys(people), key=people.count)
    posts = {stage.users[post.key].person_id: post.key for post in stage.world.posts}
    return posts.get(person_id) or key_of(stage, person_id)


def _member(body: Body, role: Role) -> User:
    return User.objects.get(pk=body.memberships.filter(role=role).order_by("pk")[0].user_id)


def _helper(stage: Stage, body: Body) -> User:
    """Return a colleague who writes applications; no scene of the year needs one, the demo does."""
    user = casting.person(stage, HELPER)
    install_role(
        user_id=user.pk,
        body_id=body.pk,
        role=Role.APPLICANT_EDITOR,
        valid_from=stage.now.date(),
        by=SYSTEM,
        now=stage.now,
    )
    return user


def applicant(stage: Stage) -> OrganisationCard:
    """Return the first organisation of a world that applies."""
    world = stage.world
    return next(world.organisation[p.applicant] for p in world.proposals if p.applicant in world.organisation)


def open_doors(stage: Stage, people: dict[Role, User]) -> list[SignIn]:
    """Give one person of each role a random password, and a second factor where the role needs one."""
    found = []
    for role, user in people.items():
        password = f"{secrets.token_urlsafe(9)}-Wc{secrets.randbelow(90) + 10}"
        change_password(user_id=user.pk, password=password, by=SYSTEM, now=stage.now)
        secret = enrol_second_factor(user_id=user.pk, by=SYSTEM, now=stage.now) if role in WITH_CODE else ""
        person = user.person
        found.append(SignIn(role.value, str(role.label), person.name, str(person.phone), password, secret))
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
