"""Money is exact: what is typed is understood or refused, what is shared adds up to the fen."""

import doctest

import cn2an
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core import money, words
from core.money import (
    NotMoney,
    at_most,
    capital,
    format_yuan,
    share,
    share_text,
    split,
    tranche_amounts,
    yuan,
)

FEN = st.integers(0, 99_999_999_999_999)


@pytest.mark.parametrize("module", [money, words])
def test_the_examples_in_the_docstrings_hold(module):
    assert doctest.testmod(module).failed == 0
    assert doctest.testmod(module).attempted > 0


@pytest.mark.parametrize(
    ("typed", "fen"),
    [("0", 0), ("0.5", 50), ("12", 1200), ("1,234.50", 123450), (" 30000 ", 3_000_000), ("1,000,000", 10**8)],
)
def test_a_plain_amount_is_read(typed, fen):
    assert yuan(typed) == fen


@pytest.mark.parametrize(
    ("typed", "write"),
    [
        ("3万", "30000.00"),
        ("3万元", "30000.00"),
        ("2.5万", "25000.00"),
        ("3e4", "30000.00"),
        ("３００００", "30000.00"),
        ("１，２３４．５", "1234.50"),
        ("1，234", "1234.00"),
        ("12,34", "1234.00"),
        ("¥300", "300.00"),
        ("￥300", "300.00"),
        ("300元", "300.00"),
        ("007", "7.00"),
        ("3w", "30000.00"),
        ("1.234", "1.23"),
        ("1 234", "1234.00"),
        ("12。5", "12.50"),
    ],
)
def test_a_confusing_amount_is_refused_and_told_what_to_write(typed, write):
    with pytest.raises(NotMoney) as refusal:
        yuan(typed)
    assert f"请写成 {write}" in str(refusal.value)
    assert typed in str(refusal.value)


@pytest.mark.parametrize(
    ("typed", "says"),
    [
        ("", "请填写金额"),
        ("   ", "请填写金额"),
        ("-1", "不能是负数"),
        ("－1", "不能是负数"),
        ("−5万", "不能是负数"),
        ("三万", "看不懂金额"),
        ("٣٠", "看不懂金额|请写成 30.00"),
        ("abc", "看不懂金额"),
        ("1.2.3", "看不懂金额"),
        ("NaN", "看不懂金额"),
        ("Infinity", "看不懂金额"),
        ("1e99", "金额过大"),
        ("9999999999999", "金额过大"),
        ("{typed.__class__}", "看不懂金额"),
        ("9" * 5000, "看不懂金额|金额过大"),
    ],
)
def test_what_is_no_amount_is_refused(typed, says):
    with pytest.raises(NotMoney, match=says):
        yuan(typed)


@given(st.text(max_size=30))
def test_any_text_is_either_read_or_refused_in_a_sentence(text):
    try:
        assert yuan(text) >= 0
    except NotMoney as refusal:
        assert str(refusal).endswith("。")


@given(FEN)
def test_what_is_shown_can_be_typed_again(fen):
    assert yuan(format_yuan(fen)) == fen


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("1409.50", "人民币壹仟肆佰零玖元伍角"),
        ("6007.14", "人民币陆仟零柒元壹角肆分"),
        ("1680.32", "人民币壹仟陆佰捌拾元叁角贰分"),
        ("1000000", "人民币壹佰万元整"),
        ("0.05", "人民币伍分"),
        ("10", "人民币壹拾元整"),
        ("0", "人民币零元整"),
        ("0.50", "人民币伍角"),
        ("325.04", "人民币叁佰贰拾伍元零肆分"),
        ("16409.02", "人民币壹万陆仟肆佰零玖元零贰分"),
        ("107000.53", "人民币壹拾万柒仟元伍角叁分"),
        ("100000001", "人民币壹亿零壹元整"),
        ("10000000000", "人民币壹佰亿元整"),
        ("10000001000", "人民币壹佰亿零壹仟元整"),
        ("100010000", "人民币壹亿零壹万元整"),
        ("20001.01", "人民币贰万零壹元零壹分"),
    ],
)
def test_capital_amount(typed, words):
    assert capital(yuan(typed)) == words


@given(st.integers(1, 999_999_999_999))
def test_capital_amounts_agree_with_an_independent_writer(fen):
    theirs = cn2an.an2cn(f"{fen // 100}.{fen % 100:02d}", "rmb")
    assert capital(fen) == "人民币" + theirs.replace("零元", "") if fen < 100 else "人民币" + theirs


def test_no_capital_amount_below_zero():
    with pytest.raises(ValueError, match="-1 fen"):
        capital(-1)


@given(FEN, st.lists(st.integers(0, 1000), min_size=1, max_size=20).filter(any))
def test_a_split_loses_no_fen_and_each_part_is_within_one_fen(total, weights):
    parts = split(total, weights)
    assert sum(parts) == total
    whole = sum(weights)
    for part, weight in zip(parts, weights, strict=True):
        assert abs(part * whole - total * weight) < whole
        assert weight or not part


@pytest.mark.parametrize(("total", "weights"), [(-1, [1]), (1, []), (1, [0, 0]), (1, [2, -1])])
def test_an_impossible_split_is_refused(total, weights):
    with pytest.raises(ValueError):
        split(total, weights)


@given(FEN, st.sampled_from([[80, 20], [50, 30, 20], [100], [40, 40, 20], [33, 33, 34]]))
def test_tranches_add_up_and_only_the_last_takes_the_remainder(total, percents):
    amounts = tranche_amounts(total, percents)
    assert sum(amounts) == total
    assert all(amount == total * p // 100 for amount, p in zip(amounts[:-1], percents[:-1], strict=True))


@pytest.mark.parametrize("percents", [[], [50], [60, 50], [110, -10], [100, 0]])
def test_percents_that_do_not_make_a_hundred_are_refused(percents):
    with pytest.raises(ValueError):
        tranche_amounts(100, percents)


@given(FEN, FEN.filter(bool), st.integers(0, 100))
def test_a_cap_is_compared_exactly(part, whole, cap):
    assert at_most(part, whole, cap) == (part / whole * 100 <= cap) or abs(part * 100 - cap * whole) < whole


def test_a_fen_above_the_cap_is_above_the_cap_though_the_percent_reads_the_same():
    assert share(3_000_001, 10_000_000) == 30
    assert not at_most(3_000_001, 10_000_000, 30)
    assert share_text(3_000_001, 10_000_000) == "30.00%"
