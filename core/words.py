"""Words of plain Python: marked where they are written, translated where they are shown.

rules.py files know no Django, so they cannot call gettext. They mark a sentence with `N_` (makemessages
finds it by `--keyword=N_`) and carry msgid and parameters; core.ui installs the real translator.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, datetime, timedelta, timezone
from string import Formatter

_SHANGHAI = timezone(timedelta(hours=8))
_translator: Callable[[str], str] = str


def N_(text: str) -> str:
    """Mark a sentence for translation; the sentence itself stays what it is."""
    return text


def translate_with(translator: Callable[[str], str]) -> None:
    """Install the function that turns a msgid into the reader's language (core.ui gives gettext)."""
    global _translator
    _translator = translator


def day_text(value: date) -> str:
    """The day in words; an instant is told to the minute in Shanghai time.

    >>> day_text(date(2026, 3, 1))
    '2026年3月1日'
    """
    if isinstance(value, datetime):
        local = value.astimezone(_SHANGHAI)
        return f"{local.year}年{local.month}月{local.day}日 {local:%H:%M}"
    return f"{value.year}年{value.month}月{value.day}日"


def yuan_text(fen: int) -> str:
    """Fen as yuan with separators and two decimals.

    >>> yuan_text(123450), yuan_text(-5), yuan_text(0)
    ('1,234.50', '-0.05', '0.00')
    """
    sign = "-" if fen < 0 else ""
    whole, rest = divmod(abs(fen), 100)
    return f"{sign}{whole:,}.{rest:02d}"


class _Sentence(Formatter):
    """`{cap:yuan}` shows fen as yuan, a date is shown in words, a list is joined by 、."""

    def format_field(self, value: object, format_spec: str) -> str:
        if format_spec == "yuan":
            return yuan_text(int(value))  # type: ignore[call-overload]
        if isinstance(value, date) and not format_spec:
            return day_text(value)
        if isinstance(value, list | tuple) and not format_spec:
            return "、".join(self.format_field(one, "") for one in value)
        return str(super().format_field(value, format_spec))


def sentence(says: str, params: Mapping[str, object] | None = None) -> str:
    """The msgid in the reader's language with its parameters filled in.

    >>> sentence("上限 {cap:yuan} 元，截止 {on}", {"cap": 3000000, "on": date(2026, 3, 1)})
    '上限 30,000.00 元，截止 2026年3月1日'
    """
    return _Sentence().vformat(_translator(says), (), dict(params or {}))
