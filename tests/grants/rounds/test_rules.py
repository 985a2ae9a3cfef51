"""The terms of a round as plain values."""

from __future__ import annotations

from copy import deepcopy
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import yaml

from grants.rounds.rules import missing_parts, parse_terms

PACK = Path(__file__).parents[3] / "district" / "wuchang"
RAW = yaml.safe_load((PACK / "terms_2026.yaml").read_text(encoding="utf-8"))


def test_money_is_read_in_fen():
    terms = parse_terms(RAW)
    assert terms.budget_fen == 100_000_000
    assert (terms.tracks["micro"].cap_fen, terms.tracks["light"].cap_fen) == (1_000_000, 2_000_000)
    assert terms.limits.unit_caps_fen == {"volunteer_day": 10_000, "expert_session": 100_000}


def test_the_window_is_inclusive_to_the_second():
    window = parse_terms(RAW).application_window()
    closing = datetime(2026, 4, 28, 9, 30, tzinfo=UTC)
    assert window.closes == closing
    assert window.is_open(closing) and not window.is_over(closing)
    assert not window.is_open(closing + timedelta(microseconds=1)) and window.is_over(
        closing + timedelta(seconds=1)
    )
    assert not window.is_open(window.opens - timedelta(microseconds=1)) and window.is_open(window.opens)


def test_grace_is_data_and_added_to_the_end():
    raw = deepcopy(RAW)
    raw["calendar"]["grace_seconds"] = 300
    window = parse_terms(raw).application_window()
    assert window.is_open(window.closes + timedelta(seconds=300))
    assert window.is_over(window.closes + timedelta(seconds=301))


def test_an_extension_moves_the_end_only():
    window = parse_terms(RAW).application_window(datetime(2026, 4, 30, 9, 30, tzinfo=UTC))
    assert window.is_open(datetime(2026, 4, 29, tzinfo=UTC))


def test_instalments_that_do_not_add_up_are_refused():
    raw = deepcopy(RAW)
    raw["tracks"]["light"]["tranches"][0][0] = 60
    with pytest.raises(ValueError, match="100"):
        parse_terms(raw)


def test_a_missing_clause_is_named():
    raw = deepcopy(RAW)
    del raw["limits"]
    with pytest.raises(KeyError, match="limits"):
        parse_terms(raw)


def test_what_is_missing_before_publication_is_named():
    complete = {
        "budget_fen": 100,
        "funded_fen": 100,
        "shares": [40, 30, 30],
        "has_form": True,
        "stages": {"application", "midterm", "final"},
        "wanted": {"application", "midterm", "final"},
    }
    assert missing_parts(**complete) == []
    assert missing_parts(**{**complete, "funded_fen": 99}) == ["funding"]
    assert missing_parts(**{**complete, "shares": [40, 30]}) == ["shares"]
    assert missing_parts(**{**complete, "has_form": False, "stages": {"application"}}) == [
        "form",
        "rubric:final",
        "rubric:midterm",
    ]
