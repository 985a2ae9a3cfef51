"""The judged and funded year: sheets, records, expenses, reports, and the words of its branches."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections import Counter
from datetime import date
from decimal import Decimal
from pathlib import Path

from config.world import content
from config.world.content.pack import pack_file
from config.world.content.roster import STRONG

WORLD = content.build_world(2026)
TERMS = pack_file("terms_2026")
JULY, OCTOBER, MARCH = date(2026, 7, 1), date(2026, 10, 28), date(2027, 3, 28)


def official(proposal, experts):
    """Drop the highest and the lowest of five totals and take the mean of the rest."""
    totals = sorted(content.sheet(WORLD, proposal.key, key).total for key in experts)
    return sum(totals[1:-1]) / 3


def test_sheets_are_in_half_points_within_maxima_and_every_comment_is_new():
    experts = sorted(WORLD.expert)
    most = content.items("application")
    assert sum(most.values()) == 100
    comments = Counter()
    for proposal in WORLD.proposals:
        for expert in experts:
            draft = content.sheet(WORLD, proposal.key, expert)
            assert set(draft.scores) == set(most)
            for code, score in draft.scores.items():
                assert 0 <= score <= most[code]
                assert score % Decimal("0.5") == 0
            comments[draft.comment] += 1
            assert WORLD.applicant_name(proposal) not in draft.comment
            assert len(draft.comment) <= 200
    assert comments.most_common(1)[0][1] == 1


def test_scores_put_the_strong_above_the_waiting_and_fail_the_weakest():
    experts = sorted(WORLD.expert)
    failed = 0
    for code, *_rest in TERMS["categories"]:
        judged = [p for p in WORLD.proposals if p.category == code and p.tier != "weak"]
        marks = {p.key: official(p, experts[i % 16 : i % 16 + 5]) for i, p in enumerate(judged)}
        best = sorted(marks, key=lambda key: -marks[key])[: sum(STRONG[code])]
        assert {WORLD.proposal[key].tier for key in best} == {"strong"}
        assert min(marks.values()) > 55
        weak = [p for p in WORLD.proposals if p.category == code and p.tier == "weak"]
        failed += sum(official(p, experts[3:8]) < 60 for p in weak)
    assert failed >= 10


def test_the_rectified_passes_at_the_second_attempt_and_the_terminated_never():
    rectified, ended = WORLD.fates["midterm_rectified"], WORLD.fates["midterm_terminated"]
    assert content.sheet(WORLD, rectified, "evaluator_1", "midterm").total < 60
    assert content.sheet(WORLD, rectified, "evaluator_1", "midterm", 2).total >= 60
    assert content.sheet(WORLD, ended, "evaluator_1", "midterm", 2).total < 60
    for proposal in WORLD.proposals:
        if proposal.tier == "strong" and proposal.key not in {rectified, ended}:
            assert content.sheet(WORLD, proposal.key, "evaluator_1", "midterm").total >= 60
            assert content.sheet(WORLD, proposal.key, "evaluator_2", "final").total >= 60


def test_records_of_adjoining_portions_do_exactly_the_plan():
    for proposal in WORLD.proposals[:40]:
        early = content.activity_records(WORLD, proposal.key, JULY, OCTOBER, (0.0, 0.5))
        late = content.activity_records(WORLD, proposal.key, OCTOBER, MARCH, (0.5, 1.0))
        done = Counter()
        for record in early + late:
            done[record.activity] += record.done
            assert record.participants > 0
        assert done == {activity.name: activity.count for activity in proposal.activities}
        assert all(JULY <= record.held_on <= OCTOBER for record in early)


def test_expenses_never_exceed_a_line_and_invoices_never_repeat():
    invoices = Counter()
    for proposal in (p for p in WORLD.proposals if p.tier == "strong"):
        lines = content.budget_lines(proposal)
        early = content.expenses(WORLD, proposal.key, lines, JULY, OCTOBER, (0.0, 0.45))
        late = content.expenses(WORLD, proposal.key, lines, OCTOBER, MARCH, (0.45, 1.0))
        spent = Counter()
        for card in early + late:
            spent[card.line_seq] += card.amount_fen
            invoices[card.invoice_no] += 1
        for line in lines:
            assert line.amount_fen * 95 // 100 <= spent[line.seq] <= line.amount_fen
        vouchers = [card.voucher_no for card in early + late]
        assert len(vouchers) == len(set(vouchers))
        if content.spend_rate(WORLD, proposal.key) == 1:
            assert sum(spent.values()) == proposal.requested_fen
    assert invoices.most_common(1)[0][1] == 1


def test_reports_say_what_was_recorded_and_spent():
    said = Counter()
    for proposal in (p for p in WORLD.proposals if p.tier == "strong"):
        records = content.activity_records(WORLD, proposal.key, JULY, OCTOBER, (0.0, 0.5))
        spent = content.expenses(
            WORLD, proposal.key, content.budget_lines(proposal), JULY, OCTOBER, (0.0, 0.4)
        )
        answers = content.report(WORLD, proposal.key, "midterm", records, spent, proposal.requested_fen)
        assert answers["activities_held"] == len(records)
        assert f"{answers['spent_fen'] / 100:,.2f}" in answers["finance"]
        said[answers["progress"]] += 1
        survey = content.satisfaction(WORLD, proposal.key, "midterm")
        assert survey.satisfied <= survey.returned <= survey.asked
    assert said.most_common(1)[0][1] == 1


def test_words_of_the_branches_have_no_slot_left_open():
    key, other = WORLD.fates["objection_upheld"], WORLD.fates["objection_dismissed"]
    texts = [
        content.departure_reason(WORLD, key, other),
        content.saying("provisional"),
        content.saying("not_signed"),
    ]
    texts += [
        text
        for kind in ("upheld", "dismissed", "anonymous")
        for text in content.objection(WORLD, key, kind).values()
    ]
    for kind in ("rectified", "terminated"):
        texts += [str(part) for part in content.midterm_failure(WORLD, other, kind).values()]
    texts += [*content.recovery(WORLD, key).values(), *content.disallowed(WORLD, key).values()]
    assert all(text and "$" not in text for text in texts)
    assert WORLD.proposal[other].title in content.departure_reason(WORLD, key, other)


def test_the_same_seed_gives_the_same_world_in_another_process_and_another_seed_another():
    command = "from config.world.content import build_world; import hashlib;"
    command += "print(hashlib.sha256(repr(build_world(2026)).encode()).hexdigest())"
    runs = [
        subprocess.run(
            [sys.executable, "-c", command], capture_output=True, text=True, env={"PYTHONHASHSEED": seed}
        )
        for seed in ("1", "2")
    ]
    assert runs[0].returncode == 0, runs[0].stderr
    assert runs[0].stdout == runs[1].stdout
    other = content.build_world(7)
    assert [p.title for p in other.proposals] != [p.title for p in WORLD.proposals]


def test_the_content_imports_no_django():
    folder = Path(content.__file__).parent
    for path in folder.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            assert not [name for name in names if name.split(".")[0] == "django"], path
