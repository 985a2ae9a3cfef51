"""No log line holds a phone, an identity number, a bank account, a mail address or a secret."""

from __future__ import annotations

import json
import logging
import logging.config
import logging.handlers

import pytest
import structlog

from config.logs import LOGGING, blot

PERSONAL = [
    "13812345678",
    "420106199001011234",
    "42010619900101123X",
    "6222021234567890123",
    "lin@example.org",
]


@pytest.mark.parametrize("value", PERSONAL)
def test_personal_values_are_blotted(value: str) -> None:
    assert value not in blot(f"联系人 {value}，请核对")


def test_ordinary_numbers_stay() -> None:
    text = "round 2026 amount 100000000 entry 12345678901 at 2026-11-24T06:00:00"
    assert blot("amount 100000000 at 2026-11-24T06:00:00") == "amount 100000000 at 2026-11-24T06:00:00"
    assert "2026" in blot(text)


def written(log_with: str, **values: object) -> dict[str, object]:
    """The line that the real formatter writes for one event."""
    configured = logging.config.DictConfigurator(LOGGING)  # type: ignore[arg-type]
    formatter = configured.configure_formatter(dict(LOGGING["formatters"]["json"]))
    buffer = logging.handlers.MemoryHandler(10, flushLevel=logging.CRITICAL + 1)
    logger = logging.getLogger(f"test.{log_with}")
    logger.addHandler(buffer)
    logger.setLevel(logging.INFO)
    try:
        if log_with == "structlog":
            structlog.get_logger(logger.name).info("sign-in of 13812345678", **values)
        else:
            logger.info("sign-in of %s", "13812345678", extra=values)
        return json.loads(formatter.format(buffer.buffer[0]))
    finally:
        logger.removeHandler(buffer)


@pytest.mark.parametrize("source", ["structlog", "logging"])
def test_both_ways_of_logging_are_blotted(source: str) -> None:
    line = written(
        source,
        **({"phone": "13812345678", "detail": {"who": "lin@example.org"}} if source == "structlog" else {}),
    )
    text = json.dumps(line, ensure_ascii=False)
    assert line["level"] == "info"
    assert not [value for value in PERSONAL if value in text]
    assert "[phone]" in str(line["event"])


def test_a_newline_cannot_forge_a_line() -> None:
    line = written("structlog", detail='x\n{"event": "forged"}')
    assert "\n" not in json.dumps(line)
