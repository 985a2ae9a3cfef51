"""JSON logs without personal data: numbers and addresses are blotted out before a line is written."""

from __future__ import annotations

import re
from collections.abc import MutableMapping
from typing import Any

import structlog

# Longest first: a bank card contains what looks like a phone.
_PERSONAL = (
    (re.compile(r"(?<!\d)\d{17}[\dXx](?!\d)"), "[id]"),
    (re.compile(r"(?<!\d)\d{12,19}(?!\d)"), "[number]"),
    (re.compile(r"(?<!\d)1[3-9]\d{9}(?!\d)"), "[phone]"),
    (re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)*"), "[mail]"),
    (
        re.compile(r"(?i)(password|passwd|token|secret|authorization|cookie)([\"']?\s*[=:]\s*)\S+"),
        r"\1\2[secret]",
    ),
)
_SECRET_NAMES = {
    "password",
    "token",
    "secret",
    "authorization",
    "cookie",
    "otp",
    "phone",
    "id_number",
    "email",
}


def blot(text: str) -> str:
    """The text without phone, identity or bank number, mail address or secret."""
    for pattern, instead in _PERSONAL:
        text = pattern.sub(instead, text)
    return text


def _blot_value(value: Any) -> Any:
    if isinstance(value, str):
        return blot(value)
    if isinstance(value, dict):
        return {key: _blot_value(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_blot_value(item) for item in value]
    return value


def without_personal_data(
    _logger: Any, _method: str, event: MutableMapping[str, Any]
) -> MutableMapping[str, Any]:
    """A structlog processor; the last before the line is rendered."""
    for key, value in list(event.items()):
        if key.startswith("_"):
            continue
        event[key] = "[hidden]" if key.lower() in _SECRET_NAMES else _blot_value(value)
    return event


_shared: list[Any] = [
    structlog.contextvars.merge_contextvars,
    structlog.stdlib.add_logger_name,
    structlog.stdlib.add_log_level,
    structlog.stdlib.PositionalArgumentsFormatter(),
    structlog.stdlib.ExtraAdder(["request_id"]),
    structlog.processors.TimeStamper(fmt="iso", utc=True),
    structlog.processors.format_exc_info,
]

structlog.configure(
    processors=[*_shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
    logger_factory=structlog.stdlib.LoggerFactory(),
    wrapper_class=structlog.stdlib.BoundLogger,
    cache_logger_on_first_use=True,
)

LOGGING: dict[str, Any] = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "json": {
            "()": structlog.stdlib.ProcessorFormatter,
            "processors": [
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                without_personal_data,
                structlog.processors.JSONRenderer(ensure_ascii=False),
            ],
            "foreign_pre_chain": _shared,
        },
    },
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "json"}},
    "root": {"handlers": ["console"], "level": "INFO"},
    "loggers": {
        "django": {"handlers": ["console"], "level": "INFO", "propagate": False},
        "django.server": {"handlers": ["console"], "level": "WARNING", "propagate": False},
        "weasyprint": {"level": "ERROR"},
        "fontTools": {"level": "ERROR"},
    },
}
