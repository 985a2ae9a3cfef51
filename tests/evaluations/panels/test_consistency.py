"""Agreement statistics against published answers, the crossed model against closed forms, the cut line."""

import math

import numpy as np
import pytest

from evaluations.panels.rules import consistency
from evaluations.panels.rules.agreement import icc, kendall_w, krippendorff_interval
from evaluations.panels.rules.consistency import Trim, crossed, cut_line

SHROUT_FLEISS = np.array(
    [[9, 2, 5, 8], [6, 1, 3, 2], [8, 4, 6, 8], [7, 1, 2, 6], [10, 5, 6, 9], [6, 2, 4, 7]]
)
NAN = math.nan
KRIPPENDORFF = [
    [NAN, NAN, NAN, NAN, NAN, 3, 4, 1, 2, 1, 1, 3, 3, NAN, 3],
    [1, NAN, 2, 1, 3, 3, 4, 3, NAN, NAN, NAN, NAN, NAN, NAN, NAN],
    [NAN, NAN, 2, 1, 3, 4, 4, NAN, 2, 1, 1, 3, 3, NAN, 4],
]


def as_scores(table):
    return {(f"d{i}", f"r{j}"): float(v) for i, row in enumerate(table) for j, v in enumerate(row)}


def test_intraclass_correlations_of_shrout_and_fleiss_1979():
    found = icc(SHROUT_FLEISS)
    squares = (found.between, found.judges, found.residual, found.within)
    assert squares == pytest.approx((11.2417, 32.4861, 1.0194, 6.2639), abs=5e-5)
    answers = (found.icc_1_1, found.icc_a_1, found.icc_c_1, found.icc_1_k, found.icc_a_k, found.icc_c_k)
    assert answers == pytest.approx((0.1657, 0.2898, 0.7148, 0.4428, 0.6201, 0.9093), abs=5e-5)


def test_krippendorffs_interval_alpha_of_his_own_example():
    assert krippendorff_interval(KRIPPENDORFF) == pytest.approx(0.8108, abs=5e-5)


def test_alpha_is_one_when_all_agree_and_undefined_when_nothing_can_be_compared():
    assert krippendorff_interval([[1, 2, 3], [1, 2, 3]]) == pytest.approx(1)
    assert math.isnan(krippendorff_interval([[1, NAN], [NAN, 2]]))
    assert consistency.alpha_of(as_scores([[1, 1], [5, 5], [9, 9]])) == pytest.approx(1)


def test_kendalls_w_of_three_judges():
    assert kendall_w([[1, 3, 4, 2], [1, 2, 4, 3], [2, 1, 4, 3]]) == pytest.approx(7 / 9)


def test_kendalls_w_corrects_for_ties():
    assert kendall_w([[1, 2, 2, 4], [1, 2, 2, 4]]) == pytest.approx(1)


def test_the_crossed_model_of_a_balanced_table_has_the_closed_form_of_its_mean_squares():
    """In a balanced table REML equals the analysis of variance, so the published squares are the answer."""
    fit, squares = crossed(as_scores(SHROUT_FLEISS), rounds=20_000, tolerance=1e-11), icc(SHROUT_FLEISS)
    assert fit.mean == pytest.approx(SHROUT_FLEISS.mean())
    assert fit.sd_residual**2 == pytest.approx(squares.residual, rel=1e-3)
    assert fit.sd_dossier**2 == pytest.approx((squares.between - squares.residual) / 4, rel=1e-3)
    assert fit.sd_reviewer**2 == pytest.approx((squares.judges - squares.residual) / 6, rel=1e-3)


def simulated(dossiers=120, reviewers=20, each=5, sd=(7.0, 4.0, 5.0), seed=7):
    dice = np.random.default_rng(seed)
    quality, leniency = dice.normal(0, sd[0], dossiers), dice.normal(0, sd[1], reviewers)
    scores = {}
    for d in range(dossiers):
        for r in dice.choice(reviewers, each, replace=False):
            scores[f"d{d:03}", f"r{r:02}"] = 75 + quality[d] + leniency[r] + dice.normal(0, sd[2])
    return scores, quality, leniency


def test_the_crossed_model_finds_known_variance_components_in_a_spread_design():
    scores, _, leniency = simulated(dossiers=300, reviewers=60)
    fit = crossed(scores)
    found = (fit.sd_dossier, fit.sd_reviewer, fit.sd_residual)
    assert found == pytest.approx((7.0, leniency.std(), 5.0), rel=0.1)
    assert fit.rounds < 2000


def test_strict_reviewers_are_told_from_bad_dossiers_better_than_by_the_plain_mean():
    scores, quality, leniency = simulated(sd=(7.0, 6.0, 4.0))
    fit = crossed(scores)
    plain = [np.mean([v for (d, _), v in scores.items() if d == f"d{n:03}"]) for n in range(120)]
    adjusted = [fit.dossiers[f"d{n:03}"] for n in range(120)]
    assert np.corrcoef(adjusted, quality)[0, 1] > np.corrcoef(plain, quality)[0, 1] + 0.01
    offsets = [fit.reviewers[f"r{n:02}"][0] for n in range(20)]
    assert np.corrcoef(offsets, leniency)[0, 1] > 0.95
    low, high = fit.interval("r00")
    assert low < fit.reviewers["r00"][0] < high


def test_too_few_scores_are_refused():
    with pytest.raises(ValueError, match="too few"):
        crossed({("d", "a"): 1.0, ("d", "b"): 2.0})


def test_a_reviewer_who_gives_everybody_the_same_stands_out():
    scores = as_scores([[80, 70, 75], [80, 60, 66], [80, 90, 88], [80, 50, 57]])
    flat, honest, _ = consistency.reviewer_views(scores, {("d0", "r0"): 2.0, ("d1", "r0"): 4.0})
    assert (flat.same_total, flat.spread, flat.agreement, flat.minutes) == (1.0, 0.0, None, 3.0)
    assert honest.agreement is not None and honest.agreement > 0.9 and honest.minutes is None


def test_a_dossier_over_twenty_points_apart_is_flagged_and_twenty_is_not():
    narrow, wide = consistency.dossier_views(as_scores([[60, 80], [60, 80.5]]))
    assert (narrow.wide, wide.wide) == (False, True) and wide.range == 20.5


TRIM = Trim(1, 1, 5, 60)


def test_the_bootstrap_trims_as_the_official_rule_does():
    values = np.array([80.0, 85, 90, 70, 95])
    assert consistency._trimmed(values, np.array([[1, 1, 1, 1, 1]]), TRIM) == pytest.approx([85])
    doubled = np.array([[0, 0, 0, 3, 2], [0, 0, 0, 0, 0], [4, 0, 0, 0, 0]])
    assert consistency._trimmed(values, doubled, TRIM) == pytest.approx([(70 * 2 + 95) / 3, 85, 80])


def test_safe_dossiers_are_in_or_out_and_those_at_the_line_are_for_discussion():
    scores, _, _ = simulated(dossiers=60)
    asked = {f"d{n:03}": 20_000_00 for n in range(60)}
    standings = cut_line(scores, asked, 20 * 20_000_00, Trim(1, 1, 5, 0), seed="2026")
    assert [s.funded for s in standings] == [True] * 20 + [False] * 40
    bands = [s.band for s in standings]
    assert bands[0] == "in" and bands[-1] == "out"
    assert {"discuss"} <= set(bands[15:25])
    assert sum(s.chance for s in standings) == pytest.approx(20)


def test_the_cut_line_never_exceeds_the_budget_nor_funds_a_failed_dossier():
    scores = as_scores([[90, 90, 90], [80, 80, 80], [50, 50, 50]])
    asked = {"d0": 30_000_00, "d1": 30_000_01, "d2": 1}
    standings = cut_line(scores, asked, 60_000_00, TRIM, seed="s")
    assert [(s.dossier, s.funded, s.chance) for s in standings] == [
        ("d0", True, 1),
        ("d1", False, 0),
        ("d2", False, 0),
    ]


def test_the_same_seed_gives_the_same_chances_and_another_seed_does_not():
    scores, _, _ = simulated(dossiers=30)
    asked = {f"d{n:03}": 1 for n in range(30)}
    once = cut_line(scores, asked, 10, TRIM, seed="a")
    assert once == cut_line(dict(reversed(list(scores.items()))), asked, 10, TRIM, seed="a")
    assert once != cut_line(scores, asked, 10, TRIM, seed="b")


def test_a_published_draw_depends_on_seed_and_names_only():
    assert consistency.draw_order(["a", "b", "c"], "s") == consistency.draw_order(["c", "a", "b"], "s")
    assert len({tuple(consistency.draw_order(["a", "b", "c"], str(n))) for n in range(50)}) == 6
