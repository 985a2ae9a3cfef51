"""A rule is one clause: it checks, it speaks, and it can be looked up."""

from datetime import date

import pytest

from core import rulebook, words
from core.rulebook import N_, Violation, rule, violations


@pytest.fixture(autouse=True)
def _own_rulebook(monkeypatch):
    monkeypatch.setattr(rulebook, "_rules", {})


def make_cap():
    @rule("T1", says=N_("申请 {asked:yuan} 元，超过上限 {cap:yuan} 元"), source="征集通知 第三条")
    def within_cap(asked, cap):
        """An application asks for at most the cap."""
        return asked <= cap or {"asked": asked, "cap": cap, "subject": "requested_fen"}

    return within_cap


def test_a_rule_that_holds_says_nothing():
    assert violations([make_cap()], 100, 100) == []


def test_a_broken_rule_speaks_with_its_numbers_source_and_subject():
    (broken,) = violations([make_cap()], 3_000_001, 3_000_000)
    assert str(broken) == "申请 30,000.01 元，超过上限 30,000.00 元"
    assert (broken.code, broken.source, broken.subject) == ("T1", "征集通知 第三条", "requested_fen")


def test_all_rules_are_asked_and_all_faults_are_told_in_order():
    @rule("T2", says=N_("第 {line} 行没有依据"))
    def every_line_has_a_basis(lines):
        return [{"line": i, "subject": f"line-{i}"} for i, basis in enumerate(lines, 1) if not basis]

    @rule("T3", says=N_("至少三行"))
    def has_three_lines(lines):
        return len(lines) >= 3

    told = violations([every_line_has_a_basis, has_three_lines], ["a", ""])
    assert [(v.code, v.text) for v in told] == [("T2", "第 2 行没有依据"), ("T3", "至少三行")]
    assert violations([every_line_has_a_basis], ["a", "b"]) == []


def test_a_code_belongs_to_one_rule():
    make_cap()
    make_cap()  # the same function again, as after a reload
    with pytest.raises(ValueError, match="T1 is taken by .*within_cap"):

        @rule("T1", says="x")
        def another(asked):
            return True


def test_the_rulebook_can_be_read():
    make_cap()
    clause = rulebook.registry()["T1"]
    assert clause.doc == "An application asks for at most the cap."
    assert clause.source == "征集通知 第三条"


def test_a_rule_that_forgets_to_answer_is_an_error_not_a_pass():
    @rule("T4", says="x")
    def forgets():
        return None

    with pytest.raises(TypeError, match="T4"):
        violations([forgets])


def test_parameters_are_shown_as_people_write_them():
    v = Violation(
        "X",
        "截止 {on}，缺 {papers}，得分 {score}",
        {"on": date(2026, 3, 1), "papers": ["章程", "年检"], "score": 80},
    )
    assert v.text == "截止 2026年3月1日，缺 章程、年检，得分 80"


def test_the_sentence_is_translated_when_it_is_shown(monkeypatch):
    (broken,) = violations([make_cap()], 200, 100)
    monkeypatch.setattr(words, "_translator", lambda text: "asked {asked:yuan}, cap {cap:yuan}")
    assert str(broken) == "asked 2.00, cap 1.00"
