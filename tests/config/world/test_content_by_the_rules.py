"""The written year under the product's own rules: the sound passes, each first try fails by its clause."""

from __future__ import annotations

from dataclasses import asdict

import pytest

from config.world import content
from config.world.content.pack import accounts, pack_file
from core.rulebook import violations
from grants.proposals.rules.answers import COMPLETENESS
from grants.proposals.rules.budget import BUDGET_RULES, Budget, Line
from grants.rounds.rules import parse_terms

WORLD = content.build_world(2026)
TERMS = parse_terms(pack_file("terms_2026"))
FORM = pack_file("form_2026")
CHART = {code: tuple(row["counts_towards"].split()) for code, row in accounts().items()}
CLAUSES = {"subtotal": "B1", "funding": "B2", "over_cap": "B3", "equipment_item": "B5", "activity": "B8"}
CLAUSES |= {"volunteer_day": "B6", "expert_session": "B6", "lines": "B11"} | dict.fromkeys(
    TERMS.limits.percent_max, "B4"
)


def broken_clauses(proposal, lines):
    """Return the codes of the budget clauses that are broken."""
    rows = [{"no": line.seq, **{k: v for k, v in asdict(line).items() if k != "seq"}} for line in lines]
    activities = proposal.answers["design"]["activities"]
    budget = Budget(proposal.track, tuple(Line(**row) for row in rows), CHART, activities)
    return {violation.code for violation in violations(BUDGET_RULES, budget, TERMS)}


def incomplete(answers):
    """Return the codes of the clauses of completeness that are broken."""
    flat = {name: value for fields in answers.values() for name, value in fields.items()}
    return {violation.code for violation in violations(COMPLETENESS, FORM, flat)}


@pytest.mark.parametrize("proposal", WORLD.proposals, ids=lambda p: p.key)
def test_a_final_proposal_is_complete_and_its_budget_breaks_nothing(proposal):
    assert incomplete(proposal.answers) == set()
    assert broken_clauses(proposal, proposal.budget) == set()


def test_a_first_budget_is_refused_by_the_clause_it_was_written_for():
    for flaw in WORLD.flaws:
        kind, _, what = flaw.code.partition(":")
        proposal = WORLD.proposal[flaw.proposal]
        if proposal.first_budget is None:
            continue
        found = broken_clauses(proposal, proposal.first_budget)
        assert found == {"B7" if kind == "forbidden" else CLAUSES[what or kind]}, flaw


def test_first_answers_lack_something_only_where_the_case_is_incompleteness():
    for proposal in WORLD.proposals:
        if proposal.first_answers is not None:
            codes = {flaw.code for flaw in WORLD.flaws_of(proposal.key)}
            expected = {"C1"} if codes & {"incomplete", "incomplete_repaired"} else set()
            assert incomplete(proposal.first_answers) == expected
