"""The assignment: hard rules hold, the optimum is proven, chance is repeatable."""

import itertools
import random
import time
from collections import Counter
from dataclasses import replace

import pytest

from evaluations.panels.rules import repair
from evaluations.panels.rules.assignment import Problem, Reviewer, Table, Wanted, Weights, assign, flow

FINANCE = {"finance": 1}


def real_size(
    dossiers=50, experts=20, finance=5, demand=5, maximum=15, conflicts=0.03, employers=0, seed="2026"
):
    """A round as it comes: sparse expertise, a few conflicts, a quarter of the experts in finance."""
    dice = random.Random(f"{dossiers}x{experts}")
    reviewers = tuple(
        Reviewer(
            f"r{n:03}",
            maximum,
            role="finance" if n < finance else "general",
            employer=f"e{n % employers}" if employers else "",
        )
        for n in range(experts)
    )
    wanted = tuple(Wanted(f"d{n:04}", demand) for n in range(dossiers))
    fit, barred = {}, set()
    for d, r in itertools.product(wanted, reviewers):
        fit[d.key, r.key] = dice.choice((0.1, 0.1, 0.4, 0.7, 1.0))
        if dice.random() < conflicts:
            barred.add((d.key, r.key))
    return Problem(
        reviewers,
        wanted,
        seed,
        fit,
        barred=frozenset(barred),
        role_minimum=FINANCE,
        per_employer_max=1 if employers else None,
    )


def loads(plan):
    return Counter(reviewer for _, reviewer in plan.pairs)


def readers(plan):
    given = {}
    for dossier, reviewer in plan.pairs:
        given.setdefault(dossier, set()).add(reviewer)
    return given


def test_every_dossier_gets_its_number_once_each_and_nobody_too_many():
    problem = real_size()
    plan = assign(problem)
    assert len(set(plan.pairs)) == len(plan.pairs) == 250
    assert {len(r) for r in readers(plan).values()} == {5}
    assert max(loads(plan).values()) <= 15
    assert (plan.shortfalls, plan.broken) == ({}, ())


def test_no_pair_in_conflict_is_ever_made_and_each_dossier_has_a_finance_expert():
    problem = real_size()
    plan = assign(problem)
    assert problem.barred and not set(plan.pairs) & problem.barred
    finance = {r.key for r in problem.reviewers if r.role == "finance"}
    assert all(given & finance for given in readers(plan).values())


def test_fifty_by_twenty_equals_the_bound_of_an_independent_linear_programme():
    problem = real_size()
    started = time.perf_counter()
    plan = assign(problem)
    spent = time.perf_counter() - started
    _, bound = repair.Programme(Table(problem, frozenset()), with_employers=False).solve(relaxed=True)
    assert plan.proof == "exact" and plan.objective == bound
    assert plan.objective == repair.cost(Table(problem, frozenset()), frozenset(plan.pairs))
    assert spent < 5, f"50 x 20 took {spent:.2f} s"


@pytest.mark.parametrize("number", range(8))
def test_small_problems_equal_the_best_of_all_choices(number):
    dice = random.Random(number)
    reviewers = tuple(
        Reviewer(
            f"r{n}", dice.randint(1, 3), dice.randint(0, 1), "finance" if n == 0 else "general", f"e{n % 2}"
        )
        for n in range(4)
    )
    wanted = tuple(Wanted(f"d{n}", dice.randint(1, 3)) for n in range(3))
    fit = {(d.key, r.key): dice.random() for d in wanted for r in reviewers}
    problem = Problem(
        reviewers,
        wanted,
        str(number),
        fit,
        barred=frozenset({("d0", "r3")}),
        role_minimum=FINANCE,
        per_employer_max=1 if number % 2 else None,
    )
    table = Table(problem, frozenset())
    best = min(repair.cost(table, choice) for choice in every_choice(problem))
    plan = assign(problem)
    assert plan.objective == best and plan.proof == "exact"


def every_choice(problem):
    options = []
    for wanted in problem.dossiers:
        may = [r.key for r in problem.reviewers if (wanted.key, r.key) not in problem.barred]
        options.append(
            [
                {(wanted.key, k) for k in some}
                for n in range(wanted.demand + 1)
                for some in itertools.combinations(may, n)
            ]
        )
    capacity = {r.key: r.maximum for r in problem.reviewers}
    for parts in itertools.product(*options):
        choice = frozenset().union(*parts)
        if all(n <= capacity[k] for k, n in Counter(r for _, r in choice).items()):
            yield choice


def test_at_most_one_reader_of_an_employer_where_the_flow_alone_would_crowd():
    problem = real_size(employers=12)
    crowded_pairs, cheapest = flow(Table(problem, frozenset()))
    plan = assign(problem)
    employer = {r.key: r.employer for r in problem.reviewers}
    assert any(len({employer[r] for d, r in crowded_pairs if d == w.key}) < 5 for w in problem.dossiers)
    for given in readers(plan).values():
        assert len({employer[r] for r in given}) == len(given) == 5
    assert plan.proof == "exact" and plan.objective == plan.bound >= cheapest
    assert "HiGHS" in plan.solver and plan.broken == ()


def test_above_the_whole_size_only_what_is_broken_is_repaired(monkeypatch):
    monkeypatch.setattr(repair, "WHOLE", 100)
    problem = real_size(employers=12)
    _, cheapest = flow(Table(problem, frozenset()))
    plan = assign(problem)
    assert plan.broken == () and plan.shortfalls == {}
    assert plan.bound == cheapest <= plan.objective
    assert plan.objective == repair.cost(Table(problem, frozenset()), frozenset(plan.pairs))
    assert plan.proof == ("exact" if plan.objective == cheapest else "bound")


def test_the_same_problem_gives_the_same_bytes_in_whatever_order_it_comes():
    problem = real_size(employers=12)
    turned = replace(
        problem,
        reviewers=problem.reviewers[::-1],
        dossiers=problem.dossiers[::-1],
        fit=dict(reversed(list(problem.fit.items()))),
    )
    assert assign(problem).digest() == assign(turned).digest() == assign(problem).digest()


def test_another_seed_draws_other_pairs_at_no_noticeable_loss():
    one, two = assign(real_size(seed="a")), assign(real_size(seed="b"))
    fit = real_size().fit
    worth = [sum(fit[pair] for pair in plan.pairs) for plan in (one, two)]
    assert one.pairs != two.pairs and one.input_hash != two.input_hash
    assert abs(worth[0] - worth[1]) / worth[0] < 0.01


def test_work_is_spread_when_all_pairs_fit_alike():
    problem = replace(real_size(conflicts=0), fit={})
    counts = loads(assign(problem)).values()
    assert max(counts) - min(counts) <= 1 and sum(counts) == 250


def test_a_minimum_load_is_reached_by_somebody_who_fits_badly():
    reviewers = (Reviewer("good", 10), Reviewer("poor", 10, minimum=3))
    wanted = tuple(Wanted(f"d{n}", 1) for n in range(6))
    fit = {(d.key, "good"): 1.0 for d in wanted} | {(d.key, "poor"): 0.0 for d in wanted}
    plan = assign(Problem(reviewers, wanted, "s", fit))
    assert loads(plan)["poor"] == 3 and plan.broken == ()


def test_what_cannot_be_filled_is_told_not_forced():
    reviewers = (Reviewer("a", 1), Reviewer("b", 1), Reviewer("money", 1, role="finance"))
    problem = Problem(reviewers, (Wanted("d1", 2), Wanted("d2", 2)), "s", role_minimum=FINANCE)
    plan = assign(problem)
    assert sum(plan.shortfalls.values()) == 1 and len(plan.pairs) == 3
    assert [row["rule"] for row in plan.broken] == ["role"]


def test_nobody_without_conflict_means_no_reader_at_all():
    problem = Problem((Reviewer("a", 5),), (Wanted("d1", 1),), "s", barred=frozenset({("d1", "a")}))
    plan = assign(problem)
    assert plan.pairs == () and plan.shortfalls == {"d1": 1}


def test_forced_pairs_stand_even_against_the_fit_and_count_towards_role_and_load():
    problem = real_size()
    forced = frozenset({("d0000", "r000"), ("d0000", "r019"), ("d0001", "r019")}) - problem.barred
    plan = assign(replace(problem, forced=forced))
    assert forced <= set(plan.pairs) and len(readers(plan)["d0000"]) == 5
    assert max(loads(plan).values()) <= 15 and plan.broken == ()


def test_a_pair_both_forced_and_barred_is_a_mistake():
    pair = frozenset({("d1", "a")})
    with pytest.raises(ValueError, match="forced and barred"):
        Problem((Reviewer("a", 5),), (Wanted("d1", 1),), "s", barred=pair, forced=pair)


def test_when_two_experts_drop_out_hardly_any_other_review_moves():
    problem = real_size()
    before = assign(problem)
    gone = {"r007", "r012"}
    left = tuple(r for r in problem.reviewers if r.key not in gone)
    kept = frozenset(pair for pair in before.pairs if pair[1] not in gone)
    after = assign(replace(problem, reviewers=left, existing=kept, weights=Weights(keep=3.0)))
    assert after.shortfalls == {}
    assert kept <= set(after.pairs)


def test_three_hundred_by_a_hundred_with_employers_is_exact():
    problem = real_size(dossiers=300, experts=100, finance=25, maximum=20, employers=60)
    plan = assign(problem)
    assert plan.proof == "exact" and plan.broken == ()
