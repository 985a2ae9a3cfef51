"""Money: integer fen everywhere; yuan only in what people type and read.

Plain Python. Every function is exact: no float, no rounding that loses a fen.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from decimal import Decimal, InvalidOperation

from core.words import N_, sentence, yuan_text

MOST_YUAN = 999_999_999_999
_PLAIN = re.compile(r"(?:0|[1-9][0-9]*|[1-9][0-9]{0,2}(?:,[0-9]{3})+)(?:\.[0-9]{1,2})?")
_UNITS = {
    "万元": 10_000,
    "亿元": 100_000_000,
    "千元": 1_000,
    "元": 1,
    "万": 10_000,
    "亿": 100_000_000,
    "千": 1_000,
    "w": 10_000,
    "k": 1_000,
    "圆": 1,
    "块": 1,
}

EMPTY = N_("请填写金额，例如 30000 或 30000.00。")
NEGATIVE = N_("金额不能是负数（“{typed}”）。请写正数，例如 30000.00。")
DECIMALS = N_("金额最多写到分，即小数点后两位（“{typed}”）。请写成 {write}。")
TOO_MUCH = N_("金额过大（“{typed}”），请核对是否多写了数字。")
SUGGEST = N_("金额请以元为单位写半角数字，不要写“{typed}”。如果是这个数，请写成 {write}。")
UNREADABLE = N_("看不懂金额“{typed}”。请以元为单位写半角数字，例如 30000 或 30000.00。")


class NotMoney(ValueError):
    """What was typed is not an amount; the sentence says what to write instead."""

    def __init__(self, says: str, typed: str = "", write: str = "") -> None:
        super().__init__(says)
        self.says, self.typed, self.write = says, typed[:40], write

    def __str__(self) -> str:
        return sentence(self.says, {"typed": self.typed, "write": self.write})


def yuan(text: str) -> int:
    """Read an amount in yuan as a person types it and give fen; raise NotMoney rather than guess.

    >>> yuan("1234.5"), yuan(" 1,234.56 "), yuan("0")
    (123450, 123456, 0)
    >>> yuan("3万")
    Traceback (most recent call last):
    core.money.NotMoney: 金额请以元为单位写半角数字，不要写“3万”。如果是这个数，请写成 30000.00。
    """
    typed = text.strip(" \t\r\n")
    if not typed:
        raise NotMoney(EMPTY)
    if not _PLAIN.fullmatch(typed):
        raise _refusal(typed)
    whole, _, rest = typed.replace(",", "").partition(".")
    if len(whole) > len(str(MOST_YUAN)):
        raise NotMoney(TOO_MUCH, typed)
    return int(whole) * 100 + int(rest.ljust(2, "0") or 0)


def _refusal(typed: str) -> NotMoney:
    """The most helpful sentence for text that is not a plain amount."""
    plain = unicodedata.normalize("NFKC", typed).replace("。", ".").replace("¥", "").replace(" ", "").lower()
    plain = plain.replace("−", "-").replace("—", "-").removeprefix("rmb").removeprefix("人民币").strip()
    times = 1
    for unit, factor in _UNITS.items():
        if plain.endswith(unit):
            plain, times = plain.removesuffix(unit), factor
            break
    if plain.startswith("-"):
        return NotMoney(NEGATIVE, typed)
    amount = _guess(plain.replace(",", ""), times)
    if amount is None:
        return NotMoney(UNREADABLE, typed)
    if amount > MOST_YUAN:
        return NotMoney(TOO_MUCH, typed)
    fen = int(amount * 100)
    if fen != amount * 100:
        return NotMoney(DECIMALS, typed, f"{fen // 100}.{fen % 100:02d}")
    return NotMoney(SUGGEST, typed, f"{fen // 100}.{fen % 100:02d}")


def _guess(number: str, times: int) -> Decimal | None:
    """What the typist probably meant, in yuan, for the suggestion only."""
    if not re.fullmatch(r"[0-9]{1,20}(\.[0-9]{1,10})?(e[0-9]{1,2})?", number):
        return None
    try:
        return Decimal(number) * times
    except InvalidOperation:
        return None


def format_yuan(fen: int) -> str:
    """Fen as yuan for reading, without a unit.

    >>> format_yuan(100000000)
    '1,000,000.00'
    """
    return yuan_text(fen)


_DIGITS = "零壹贰叁肆伍陆柒捌玖"
_PLACES = ("", "拾", "佰", "仟")


def capital(fen: int) -> str:
    """Amount in capital letters for vouchers (《支付结算办法》附件一), up to 16 digits of yuan.

    >>> capital(140950), capital(600714)
    ('人民币壹仟肆佰零玖元伍角', '人民币陆仟零柒元壹角肆分')
    >>> capital(5), capital(100000000), capital(1000)
    ('人民币伍分', '人民币壹佰万元整', '人民币壹拾元整')
    """
    if not 0 <= fen < 10**18:
        raise ValueError(f"no capital amount for {fen} fen")
    whole, rest = divmod(fen, 100)
    jiao, cents = divmod(rest, 10)
    words = _capital_whole(whole) + "元" if whole or not rest else ""
    if jiao:
        words += _DIGITS[jiao] + "角"
    if cents:
        words += ("零" if whole and not jiao else "") + _DIGITS[cents] + "分"
    return "人民币" + words + ("" if rest else "整")


def _capital_whole(whole: int) -> str:
    """Read from the largest unit down: what stands before 亿 or 万 is itself a number."""
    for unit, name in ((10**8, "亿"), (10**4, "万")):
        if whole >= unit:
            high, low = divmod(whole, unit)
            pause = _DIGITS[0] if 0 < low < unit // 10 else ""
            return _capital_whole(high) + name + pause + (_capital_whole(low) if low else "")
    return _capital_group(whole) or _DIGITS[0]


def _capital_group(group: int) -> str:
    words, pause = "", False
    for power in (3, 2, 1, 0):
        digit = group // 10**power % 10
        if digit:
            words += (_DIGITS[0] if pause and words else "") + _DIGITS[digit] + _PLACES[power]
        pause = not digit
    return words


def split(total_fen: int, weights: Sequence[int]) -> list[int]:
    """Share a total by whole-number weights so that no fen is lost (largest remainder, ties to the earlier).

    >>> split(100, [1, 1, 1])
    [34, 33, 33]
    >>> split(100_000_000, [40, 35, 25])
    [40000000, 35000000, 25000000]
    """
    whole = sum(weights)
    if total_fen < 0 or whole <= 0 or any(weight < 0 for weight in weights):
        raise ValueError("split needs a total and weights that are not negative, and one weight above zero")
    parts = [total_fen * weight // whole for weight in weights]
    by_remainder = sorted(range(len(weights)), key=lambda i: (-(total_fen * weights[i] % whole), i))
    for i in by_remainder[: total_fen - sum(parts)]:
        parts[i] += 1
    return parts


def tranche_amounts(total_fen: int, percents: Sequence[int]) -> list[int]:
    """Cut an award into tranches: each is rounded down to a fen and the last one takes what remains.

    >>> tranche_amounts(1_999_999, [50, 30, 20])
    [999999, 599999, 400001]
    """
    if total_fen < 0 or sum(percents) != 100 or any(percent <= 0 for percent in percents):
        raise ValueError(f"tranches must be positive percents that make 100, not {list(percents)}")
    amounts = [total_fen * percent // 100 for percent in percents[:-1]]
    return [*amounts, total_fen - sum(amounts)]


def share(part: int, whole: int) -> int:
    """Whole percent for reading, rounded half up; compare with at_most and at_least, never with this.

    >>> share(1, 3), share(5, 1000), share(7, 0)
    (33, 1, 0)
    """
    return (part * 200 + whole) // (whole * 2) if whole else 0


def share_text(part: int, whole: int) -> str:
    """Percent to two places, rounded half up.

    >>> share_text(1, 3), share_text(30_01, 100_00)
    ('33.33%', '30.01%')
    """
    hundredths = (part * 20_000 + whole) // (whole * 2) if whole else 0
    return f"{hundredths // 100}.{hundredths % 100:02d}%"


def at_most(part: int, whole: int, percent: int) -> bool:
    """Is part at most so many percent of whole? Exact to the fen.

    >>> at_most(30_00, 100_00, 30), at_most(30_01, 100_00, 30)
    (True, False)
    """
    return part * 100 <= percent * whole


def at_least(part: int, whole: int, percent: int) -> bool:
    """Is part at least so many percent of whole? Exact to the fen.

    >>> at_least(9_99, 100_00, 10)
    False
    """
    return part * 100 >= percent * whole
