"""What is shown of a person is masked, and what a notice must not hold is found."""

import doctest

import pytest

from core import masking
from core.masking import is_identity_number, mask_bank, mask_id, mask_phone, mask_text, personal_numbers

IDENTITY = "11010519491231002X"
CARD = "6222021001116245702"


def test_the_examples_in_the_docstrings_hold():
    assert doctest.testmod(masking).failed == 0


@pytest.mark.parametrize(
    ("mask", "plain", "shown"),
    [
        (mask_phone, "13812341234", "138****1234"),
        (mask_phone, "", ""),
        (mask_phone, "1234", "****"),
        (mask_id, IDENTITY, "11*************02X"),
        (mask_id, "510922680907401", "51**********401"),
        (mask_id, "12345", "*****"),
        (mask_bank, CARD, "****5702"),
        (mask_bank, "12345678", "****"),
        (mask_bank, "", "****"),
    ],
)
def test_a_number_keeps_its_ends_only(mask, plain, shown):
    assert mask(plain) == shown


def test_an_identity_number_has_a_birthday_and_a_check_character():
    assert is_identity_number(IDENTITY)
    assert not is_identity_number("110105194912310021")
    assert not is_identity_number("11010519491331002X")
    assert not is_identity_number("52420106MJH0000278")


def test_personal_numbers_are_found_in_the_middle_of_a_text():
    text = f"身份证{IDENTITY}，手机13812341234，卡号6222 0210 0111 6245 702。"
    assert personal_numbers(text) == [IDENTITY, "13812341234", "6222 0210 0111 6245 702"]
    assert personal_numbers(mask_text(text)) == []
    assert mask_text(text) == "身份证11*************02X，手机138****1234，卡号****5702。"


@pytest.mark.parametrize(
    "text",
    [
        "52420106MJH0000278",
        "2026年11月24日",
        "金额 1,000,000.00 元",
        "编号 20261124000001",
        "138****1234",
        "统一社会信用代码 91350100M000100Y43",
        "账号末四位 5702",
    ],
)
def test_what_is_no_personal_number_is_left_alone(text):
    assert personal_numbers(text) == []
    assert mask_text(text) == text
