"""Registered organisations in plain values: credit codes, validity of grades, inspections due, standing.

Credit codes follow GB 32100-2015 with the organisation code of GB 11714 inside. The grade rule is that of the
assessment measures in force since 1 March 2026.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from core.rulebook import N_, Violation, rule, violations

ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
WEIGHTS = (1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28)
INNER_WEIGHTS = (3, 7, 9, 10, 5, 8, 4, 2)
SHAPE = re.compile(r"[0-9A-HJ-NP-RTUWXY]{2}[0-9]{6}[0-9A-HJ-NP-RTUWXY]{10}", re.ASCII)
LOOKALIKES = str.maketrans({"O": "0", "I": "1", "S": "5", "Z": "2", "V": "U"})
SOURCE = "GB 32100-2015"

ASSOCIATION, SERVICE_INSTITUTION, FOUNDATION = "association", "service_institution", "foundation"
RESIDENTS_COMMITTEE, VILLAGE_COMMITTEE = "residents_committee", "village_committee"
PREFIXES = {
    "51": ASSOCIATION,
    "52": SERVICE_INSTITUTION,
    "53": FOUNDATION,
    "54": RESIDENTS_COMMITTEE,
    "55": VILLAGE_COMMITTEE,
}
CIVIL_AFFAIRS = "5"

PASSED, BASICALLY_PASSED, FAILED = "passed", "basically_passed", "failed"
NOT_TAKEN, NOT_YET_DUE = "not_taken", "not_yet_due"
ABNORMAL, SERIOUS = "abnormal", "serious"
NEW_GRADES_SINCE = date(2026, 3, 1)
GRADE_YEARS = 5


# Credit codes


def normalise_code(text: str) -> str:
    """Return the code as it is compared: half-width, upper case, without spaces and hyphens; nothing guessed.

    >>> normalise_code(" 91350100m000100y43 "), normalise_code("５２４２０１０６ＭＪＨ００００２７８")
    ('91350100M000100Y43', '52420106MJH0000278')
    """
    return re.sub(r"[\s\-]", "", unicodedata.normalize("NFKC", text)).upper()


def check_character(first17: str) -> str:
    """Return character 18 for the first 17; a remainder of 0 gives '0'.

    >>> check_character("52420106MJH000211"), check_character("91350100M000100Y4")
    ('0', '3')
    """
    total = sum(ALPHABET.index(one) * weight for one, weight in zip(first17, WEIGHTS, strict=True))
    return ALPHABET[(31 - total % 31) % 31]


def inner_check(body8: str) -> str:
    """Return the check character of the organisation code (GB 11714) inside: character 17 for 9 to 16.

    >>> inner_check("MJH00006"), inner_check("MJH00002")
    ('X', '7')
    """
    total = sum(int(one, 36) * weight for one, weight in zip(body8, INNER_WEIGHTS, strict=True))
    value = 11 - total % 11
    return {10: "X", 11: "0"}.get(value, str(value))


def suggestion(code: str) -> str:
    """Return a code that is sound once look-alike letters are read as digits, or nothing; only to be shown.

    >>> suggestion("52420106MJHOOOO278"), suggestion("52420106MJH0000279")
    ('52420106MJH0000278', '')
    """
    guess = code.translate(LOOKALIKES)
    return guess if guess != code and not code_problems(guess) else ""


def compose_code(*, org_type: str, division: str, subject8: str) -> str:
    """Return a valid code for a fictional organisation: type, registering division, 8 characters of subject.

    >>> compose_code(org_type="service_institution", division="420106", subject8="MJH00002")
    '52420106MJH0000278'
    """
    prefix = next(key for key, value in PREFIXES.items() if value == org_type)
    first17 = f"{prefix}{division}{subject8}{inner_check(subject8)}"
    return first17 + check_character(first17)


@rule(
    "U1", says=N_("统一社会信用代码应为18位数字和大写字母，不含I、O、S、V、Z，第3至8位为数字"), source=SOURCE
)
def code_has_the_shape(code: str) -> bool | dict[str, object]:
    """Eighteen characters of the alphabet of 31."""
    return bool(SHAPE.fullmatch(code)) or {"subject": "uscc"}


@rule("U2", says=N_("统一社会信用代码校验位不符：末位应为“{expected}”，填写的是“{found}”"), source=SOURCE)
def code_checks(code: str) -> bool | dict[str, object]:
    """Character 18 follows from the others."""
    if not SHAPE.fullmatch(code):
        return True
    expected = check_character(code[:17])
    return code[17] == expected or {"expected": expected, "found": code[17], "subject": "uscc"}


@rule(
    "U3", says=N_("主体标识码校验位不符：第17位应为“{expected}”，填写的是“{found}”"), source="GB 11714-1997"
)
def inner_code_checks(code: str) -> bool | dict[str, object]:
    """Character 17 follows from characters 9 to 16."""
    if not SHAPE.fullmatch(code):
        return True
    expected = inner_check(code[8:16])
    return code[16] == expected or {"expected": expected, "found": code[16], "subject": "uscc"}


@rule("U4", says=N_("代码前两位“{prefix}”与组织类型不符"), source=SOURCE)
def prefix_fits_the_type(code: str, org_type: str) -> bool | dict[str, object]:
    """The first two characters name the registering authority's class of body."""
    if not SHAPE.fullmatch(code):
        return True
    return PREFIXES.get(code[:2]) == org_type or {"prefix": code[:2], "subject": "org_type"}


CODE_RULES: tuple[Callable[..., bool | dict[str, object]], ...] = (
    code_has_the_shape,
    code_checks,
    inner_code_checks,
)


def code_problems(code: str, org_type: str = "") -> list[Violation]:
    """Return every rule that a normalised code breaks; with a type, whether its prefix fits is asked too."""
    found = violations(CODE_RULES, code)
    return found + (violations([prefix_fits_the_type], code, org_type) if org_type else [])


def registering_division(code: str) -> str:
    """Return the division code of the registering authority, characters 3 to 8."""
    return code[2:8]


def clean_account_number(text: str) -> str:
    """Return a bank account number without spaces and hyphens, or an empty string if it is none.

    >>> clean_account_number("4205 0123-4567 8900 0011"), clean_account_number("42x")
    ('42050123456789000011', '')
    """
    number = re.sub(r"[\s\-]", "", unicodedata.normalize("NFKC", text))
    return number if re.fullmatch(r"[0-9]{8,32}", number, re.ASCII) else ""


def same_name(one: str, other: str) -> bool:
    """Tell whether two names are the same but for spaces and full-width brackets."""
    return _folded(one) == _folded(other)


def _folded(name: str) -> str:
    return re.sub(r"\s", "", unicodedata.normalize("NFKC", name))


# Grades and inspections


def grade_validity(announced_on: date) -> tuple[date, date]:
    """Return first and last day of an assessment grade announced on a day.

    Since 1 March 2026: from 1 January of the next year to 31 December of the fifth; before: five years from
    the announcement.

    >>> grade_validity(date(2026, 3, 1))
    (datetime.date(2027, 1, 1), datetime.date(2031, 12, 31))
    >>> grade_validity(date(2024, 2, 29))
    (datetime.date(2024, 2, 29), datetime.date(2029, 2, 27))
    """
    if announced_on >= NEW_GRADES_SINCE:
        return date(announced_on.year + 1, 1, 1), date(announced_on.year + GRADE_YEARS, 12, 31)
    return announced_on, date.fromordinal(_years_later(announced_on, GRADE_YEARS).toordinal() - 1)


def _years_later(day: date, years: int) -> date:
    """The same day some years on; 29 February becomes the 28th."""
    try:
        return day.replace(year=day.year + years)
    except ValueError:
        return day.replace(year=day.year + years, day=28)


def due_inspection_year(on: date) -> int:
    """Return the newest year whose annual inspection was due by a day (31 May of the next year)."""
    return on.year - 1 if on >= date(on.year, 6, 1) else on.year - 2


def inspection_is_due(founded_on: date | None, year: int) -> bool:
    """Tell whether an organisation takes part in a year's inspection: registered by 30 June of that year."""
    return founded_on is None or founded_on <= date(year, 6, 30)


def latest_inspection(results: Iterable[tuple[int, str]], founded_on: date | None, on: date) -> str:
    """Return the result that counts on a day: the newest recorded, or not_taken, or not_yet_due.

    ``results`` are (year, result) rows. An older result does not stand in for the year that was due.
    """
    due = due_inspection_year(on)
    recent = sorted((row for row in results if due <= row[0] < on.year), reverse=True)
    if recent:
        return recent[0][1]
    return NOT_TAKEN if inspection_is_due(founded_on, due) else NOT_YET_DUE


# Standing


@dataclass(frozen=True)
class Listing:
    """A period on a credit list: ``abnormal`` or ``serious``; ``to_date`` None while it lasts."""

    kind: str
    from_date: date
    to_date: date | None = None


@dataclass(frozen=True)
class Standing:
    """What is known about a body on a day, for the eligibility rules of a round.

    ``kind`` is the kind of Body; ``status`` is the state of its register entry; ``host_id`` is the body that
    stands behind a hosted group; ``code`` is the credit code or the filing number.
    """

    body_id: int
    on: date
    kind: str
    name: str = ""
    code: str = ""
    org_type: str = ""
    status: str = ""
    founded_on: date | None = None
    registered_in: str = ""
    street_code: str = ""
    community_code: str = ""
    latest_inspection: str = ""
    listings: tuple[Listing, ...] = ()
    has_own_account: bool = False
    host_id: int | None = None
    grade: str = ""
    has_party_organisation: bool = False
    incubated: bool = False
    charity: bool = False
    tags: tuple[str, ...] = field(default_factory=tuple)

    def founded_for(self, years: float) -> bool:
        """Tell whether the organisation has existed for that many years (halves count as six months)."""
        if self.founded_on is None:
            return False
        return months_later(self.founded_on, round(years * 12)) <= self.on

    def listed(self, kind: str, *, years: int = 0) -> bool:
        """Tell whether the body was on a credit list on any of the days of the last years, today included."""
        since = _years_later(self.on, -years)
        return any(
            one.kind == kind and one.from_date <= self.on and (one.to_date is None or one.to_date >= since)
            for one in self.listings
        )

    def listed_until(self, kind: str) -> date | None:
        """Return the last day on a list so far; today while the listing lasts, None if there was none."""
        ends = [min(one.to_date or self.on, self.on) for one in self.listings if one.kind == kind]
        return max(ends, default=None)


def months_later(day: date, months: int) -> date:
    """Return the same day some months on, or the last day of a shorter month.

    >>> months_later(date(2025, 8, 31), 6)
    datetime.date(2026, 2, 28)
    """
    year, month = divmod(day.month - 1 + months, 12)
    for last in (day.day, 30, 29, 28):
        try:
            return date(day.year + year, month + 1, last)
        except ValueError:
            continue
    raise AssertionError("every month has 28 days")


def grade_on(grades: Sequence[tuple[str, date, date]], on: date) -> str:
    """Return the grade valid on a day among (grade, first day, last day) rows; the one that began last."""
    valid = [(start, grade) for grade, start, end in grades if start <= on <= end]
    return max(valid)[1] if valid else ""


# Import


def differences(
    known: Mapping[str, object], incoming: Mapping[str, object], fields: Iterable[str]
) -> dict[str, tuple[object, object]]:
    """Return (before, after) of each field that an import would change; an empty cell changes nothing.

    >>> differences({"domicile": "1", "bank": "b"}, {"domicile": "2", "bank": ""}, ["domicile", "bank"])
    {'domicile': ('1', '2')}
    """
    return {
        name: (known.get(name), incoming[name])
        for name in fields
        if incoming.get(name) not in (None, "") and incoming[name] != known.get(name)
    }
