"""Synthetic unified social credit codes (GB 32100-2015) around an organisation code (GB 11714)."""

from __future__ import annotations

ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
CLASSES = {"association": "1", "service_institution": "2", "foundation": "3", "residents_committee": "4"}


def organisation_check(body: str) -> str:
    """Return the check character of eight characters after GB 11714.

    >>> organisation_check("MJH00001")
    '9'
    """
    weights = (3, 7, 9, 10, 5, 8, 4, 2)
    rest = 11 - sum(int(char, 36) * weight for char, weight in zip(body, weights, strict=True)) % 11
    return {10: "X", 11: "0"}.get(rest, str(rest))


def credit_check(body: str) -> str:
    """Return the check character of seventeen characters after GB 32100; remainder 0 gives the character 0.

    >>> credit_check("51420106MJH000019")
    'G'
    >>> credit_check("52420106MJH000211")
    '0'
    """
    total = sum(ALPHABET.index(char) * pow(3, place, 31) for place, char in enumerate(body))
    return ALPHABET[-total % 31]


def credit_code(org_type: str, division: str, serial: int) -> str:
    """Return a valid code of a fictional organisation; serials run from 1 to 99999."""
    subject = f"MJY{serial:05d}"
    body = f"5{CLASSES[org_type]}{division}{subject}{organisation_check(subject)}"
    return body + credit_check(body)


def is_valid(code: str) -> bool:
    """Tell whether both check characters fit."""
    if len(code) != 18 or any(char not in ALPHABET for char in code):
        return False
    return code[16] == organisation_check(code[8:16]) and code[17] == credit_check(code[:17])
