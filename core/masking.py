"""What may be shown of personal data: the masked forms used in lists, notices and exports. Plain Python."""

from __future__ import annotations

import re
from datetime import date

_PHONE = re.compile(r"(?<![0-9])1[3-9][0-9]{9}(?![0-9])")
_IDENTITY = re.compile(r"(?<![0-9A-Za-z])[1-9][0-9]{16}[0-9Xx](?![0-9A-Za-z])")
_BANK = re.compile(r"(?<![0-9A-Za-z])[0-9]{4}(?:[ -]?[0-9]{4}){3}[0-9 ]{0,4}(?![0-9A-Za-z])")
_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
STAR = "*"


def _keep(text: str, head: int, tail: int) -> str:
    if len(text) <= head + tail:
        return STAR * len(text)
    return text[:head] + STAR * (len(text) - head - tail) + text[len(text) - tail :]


def mask_phone(phone: str) -> str:
    """A mobile keeps three and four digits, any other number its last four.

    >>> mask_phone("13812341234"), mask_phone("027-88936123"), mask_phone("110")
    ('138****1234', '********6123', '***')
    """
    return _keep(phone, 3, 4) if _PHONE.fullmatch(phone) else _keep(phone, 0, 4)


def mask_id(number: str) -> str:
    """An identity number keeps its first two and last three characters.

    >>> mask_id("350102199001010123")
    '35*************123'
    """
    return _keep(number, 2, 3)


def mask_bank(number: str) -> str:
    """A bank account keeps its last four digits and says nothing of its length.

    >>> mask_bank("6222 0210 0111 6245 702"), mask_bank("123")
    ('****5702', '****')
    """
    digits = re.sub(r"[\s-]", "", number)
    return "****" + (digits[-4:] if len(digits) > 8 else "")


def mask_name(name: str) -> str:
    """A name keeps its first character.

    >>> mask_name("王小明"), mask_name("")
    ('王**', '')
    """
    return name[:1] + STAR * (len(name) - 1)


def mask_email(address: str) -> str:
    """An address keeps one letter and its domain.

    >>> mask_email("wang@example.org")
    'w***@example.org'
    """
    name, at, domain = address.partition("@")
    return f"{name[:1]}***{at}{domain}" if at else "***"


def is_identity_number(text: str) -> bool:
    """Eighteen characters with a date of birth and a right check character (GB 11643)."""
    if not _IDENTITY.fullmatch(text):
        return False
    try:
        date(int(text[6:10]), int(text[10:12]), int(text[12:14]))
    except ValueError:
        return False
    total = sum(int(digit) * weight for digit, weight in zip(text[:17], _WEIGHTS, strict=True))
    return "10X98765432"[total % 11] == text[17].upper()


def _is_card(text: str) -> bool:
    digits = [int(c) for c in text if c.isdigit()]
    if not 16 <= len(digits) <= 19:
        return False
    doubled = sum((d * 2 - 9 if d > 4 else d * 2) if i % 2 else d for i, d in enumerate(reversed(digits)))
    return doubled % 10 == 0


def personal_numbers(text: str) -> list[str]:
    """Identity numbers, mobiles and bank cards that stand unmasked in a text; a notice must hold none."""
    found = [m.group() for m in _IDENTITY.finditer(text) if is_identity_number(m.group())]
    found += [m.group() for m in _PHONE.finditer(text)]
    return found + [m.group().strip() for m in _BANK.finditer(text) if _is_card(m.group())]


def mask_text(text: str) -> str:
    """The same text with every personal number masked.

    >>> mask_text("联系电话13812341234，谢谢")
    '联系电话138****1234，谢谢'
    """
    text = _IDENTITY.sub(lambda m: mask_id(m.group()) if is_identity_number(m.group()) else m.group(), text)
    text = _PHONE.sub(lambda m: mask_phone(m.group()), text)
    return _BANK.sub(lambda m: mask_bank(m.group()) if _is_card(m.group()) else m.group(), text)
