"""Logins, identity numbers, passwords, and which roles never meet in one person: plain values only.

Role codes are written as text here because rules know nothing of Django; a test compares them with the list
of roles in core.policy.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Iterable
from datetime import date

from core.words import N_

APPLICANT = frozenset({"applicant_admin", "applicant_editor", "applicant_finance"})
BUREAU = frozenset({"clerk", "section_chief", "leader"})
FINANCE = frozenset({"finance_clerk", "finance_approver", "cashier"})
ADMINISTRATORS = frozenset({"system_admin", "security_admin", "audit_admin"})
CHECKERS = frozenset({"evaluator", "auditor"})
BUSINESS = (
    APPLICANT
    | BUREAU
    | FINANCE
    | CHECKERS
    | {"community_worker", "street_officer", "operator", "coach", "expert", "supervisor", "editor"}
)
SECOND_FACTOR = BUSINESS - APPLICANT - {"community_worker"} | ADMINISTRATORS

# Pairs of role sets that one person never holds at the same time, with the reason.
INCOMPATIBLE: tuple[tuple[frozenset[str], frozenset[str], str], ...] = (
    (frozenset({"system_admin"}), frozenset({"security_admin", "audit_admin"}), N_("三员分立")),
    (frozenset({"security_admin"}), frozenset({"audit_admin"}), N_("三员分立")),
    (ADMINISTRATORS, BUSINESS, N_("管理员不办理业务")),
    (frozenset({"operator"}), APPLICANT | BUREAU | {"expert"}, N_("承办方不申报、不审批、不评分")),
    (
        APPLICANT,
        BUREAU | FINANCE | CHECKERS | {"supervisor", "street_officer"},
        N_("申报单位人员不办理审批、资金与监督"),
    ),
    (frozenset({"supervisor"}) | FINANCE, frozenset({"expert"}), N_("财务与监督人员不参加评审")),
    (frozenset({"supervisor"}), BUREAU | FINANCE, N_("监督人员不办理业务")),
)

# The kinds of body in which a role can be held.
HOMES: dict[str, frozenset[str]] = {
    # An operator or evaluator is itself an organisation that may apply in a round it does not run; rule E10
    # keeps it out of its own.
    **dict.fromkeys(
        APPLICANT, frozenset({"social_organisation", "community_group", "operator", "evaluator_firm"})
    ),
    **dict.fromkeys(
        BUREAU | FINANCE | ADMINISTRATORS | {"supervisor", "editor", "expert"},
        frozenset({"committee", "department", "section"}),
    ),
    "community_worker": frozenset({"residents_committee"}),
    "street_officer": frozenset({"street_office"}),
    "operator": frozenset({"operator"}),
    "coach": frozenset({"operator", "social_organisation", "committee", "department", "section"}),
    "auditor": frozenset({"audit_firm"}),
    "evaluator": frozenset({"evaluator_firm", "operator"}),
}
INVITATION_DAYS = 7
TIES_YEARS = 3
PASSWORD_LENGTH = 10
PASSWORD_CLASSES = 3

_ID_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_ID_CHECKS = "10X98765432"


def normalise_mobile(text: str) -> str:
    """Return the 11 digits of a mainland mobile number, or an empty string.

    >>> normalise_mobile(" +86 138-0013-8000"), normalise_mobile("1234")
    ('13800138000', '')
    """
    digits = re.sub(r"[\s\-()]", "", unicodedata.normalize("NFKC", text))
    digits = re.sub(r"^(\+86|0086)", "", digits)
    return digits if re.fullmatch(r"1[3-9][0-9]{9}", digits, re.ASCII) else ""


def normalise_email(text: str) -> str:
    """Return the address in lower case without spaces around it, or an empty string if it is none."""
    address = unicodedata.normalize("NFKC", text).strip().lower()
    return address if re.fullmatch(r"[^@\s]+@[^@\s]+\.[^@\s]+", address) else ""


def normalise_login(text: str) -> tuple[str, str]:
    """Return ("mobile", digits), ("email", address) or ("", "") for what somebody typed to sign in."""
    if mobile := normalise_mobile(text):
        return "mobile", mobile
    if address := normalise_email(text):
        return "email", address
    return "", ""


def normalise_identity_number(text: str) -> str:
    """Return an 18-character identity number in upper case; spaces are dropped, nothing is checked."""
    return re.sub(r"\s", "", unicodedata.normalize("NFKC", text)).upper()


def identity_number_is_sound(number: str) -> bool:
    """Tell whether shape, date of birth and check character (GB 11643) fit together.

    >>> identity_number_is_sound("11010519491231002X"), identity_number_is_sound("110105194912310021")
    (True, False)
    """
    if not re.fullmatch(r"[0-9]{17}[0-9X]", number, re.ASCII):
        return False
    try:
        date(int(number[6:10]), int(number[10:12]), int(number[12:14]))
    except ValueError:
        return False
    total = sum(int(digit) * weight for digit, weight in zip(number, _ID_WEIGHTS, strict=False))
    return _ID_CHECKS[total % 11] == number[17]


def conflicts(held: Iterable[str], wanted: str) -> list[str]:
    """Return the reasons why a person with these roles cannot take another; empty: it may be given."""
    roles = set(held) - {wanted}
    return list(
        dict.fromkeys(
            why
            for one, other, why in INCOMPATIBLE
            if (wanted in one and roles & other) or (wanted in other and roles & one)
        )
    )


def is_at_home(role: str, body_kind: str) -> bool:
    """Tell whether a role can be held in a body of this kind; an expert belongs to the keeper of the pool."""
    return body_kind in HOMES.get(role, frozenset())


def needs_second_factor(roles: Iterable[str]) -> bool:
    """Tell whether somebody with these roles must sign in with a second factor."""
    return bool(set(roles) & SECOND_FACTOR)


def character_classes(password: str) -> int:
    """Count the classes present: lower case, upper case, digits, everything else."""
    return sum(
        (
            any(c.islower() for c in password),
            any(c.isupper() for c in password),
            any(c.isdigit() for c in password),
            any(not (c.islower() or c.isupper() or c.isdigit()) for c in password),
        )
    )


def password_problems(password: str, *, officer: bool = False) -> list[str]:
    """Return what is wrong with a password; officers need three of the four classes of characters.

    >>> password_problems("12345678"), password_problems("wuchang-2026", officer=True)
    (['密码至少10个字符。', '密码不能全是数字。'], [])
    """
    problems = []
    if len(password) < PASSWORD_LENGTH:
        problems.append(N_("密码至少10个字符。"))
    if password.isdigit():
        problems.append(N_("密码不能全是数字。"))
    if officer and character_classes(password) < PASSWORD_CLASSES:
        problems.append(N_("您的岗位要求密码含大写字母、小写字母、数字、其他字符中的三类。"))
    return problems


def token_digest(token: str) -> str:
    """Return what the database keeps of a one-time token."""
    return hashlib.sha256(token.encode()).hexdigest()


def tied_since(on: date) -> date:
    """Return the first day whose ties still count on a given day: three years back."""
    try:
        return on.replace(year=on.year - TIES_YEARS)
    except ValueError:
        return on.replace(year=on.year - TIES_YEARS, day=28)
