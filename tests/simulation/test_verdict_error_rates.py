"""The verdict's promises by simulation; docs/verdict.md has the same figures from more releases."""

import math

import numpy as np
import pytest

from roost.domain.rate_process import RateProcess
from roost.domain.sequential import MeanProcess, Tally
from tests.simulation.release_worlds import ranks, rates, stepped
from tests.simulation.vectorised_verdict import Blocks, log_e_rate, mean_paths
from tests.simulation.verdict_figures import (
    ALPHA,
    coverage_errors,
    delays,
    error_rates,
    rank_ratios,
    rate_ratios,
    whole_release_errors,
)

pytestmark = pytest.mark.simulation

RELEASES = 400


def within(rate: float) -> float:
    """The rate plus four standard errors of this many releases: a true rate up to it passes the assertion."""
    return float(rate + 4 * (rate * (1 - rate) / RELEASES) ** 0.5)


def tallies(arm: Blocks) -> list[Tally]:
    sums = (arm.count[0], arm.total[0], arm.squares[0])
    return [Tally(int(count), total, squares) for count, total, squares in zip(*sums, strict=True)]


@pytest.mark.parametrize("margin", [0.0, 0.02])
@pytest.mark.parametrize("minute", [40, 900])
def test_the_vectorised_rate_process_is_the_platforms(margin: float, minute: int) -> None:
    canary, live = rates(np.random.default_rng(1), 1, stepped(8, minute), 0.06, 0.02)
    theirs, process, seen, found = log_e_rate(canary, live, margin)[0], RateProcess(), Tally(), []
    for ours, beside in zip(tallies(canary), tallies(live), strict=True):
        if ours.count:
            process = process.after(ours, beside, margin, seen)
        seen += beside
        found.append(process.log_e_worse())
    assert found == pytest.approx(theirs.tolist(), abs=1e-6)


def test_the_vectorised_mean_process_is_the_platforms() -> None:
    canary, live = ranks(np.random.default_rng(2), 1, stepped(8, 300), 0.6, 0.5)
    paths, process, seen, found = mean_paths(canary, live), MeanProcess(), (Tally(), Tally()), []
    for block in zip(tallies(canary), tallies(live), strict=True):
        process = process.after(*block, seen)
        seen = seen[0] + block[0], seen[1] + block[1]
        found.append((process.log_e_above(0.05), process.log_e_below(0.05)))
    assert [above for above, _ in found] == pytest.approx(paths.log_e_above(0.05)[0].tolist(), abs=1e-6)
    assert [below for _, below in found] == pytest.approx(paths.log_e_below(0.05)[0].tolist(), abs=1e-6)


def test_an_equal_canary_is_rolled_back_at_most_as_often_as_stated_however_often_one_looks() -> None:
    found = {each.world: each for each in error_rates(RELEASES)}
    independent = [each for world, each in found.items() if "clumps" not in world]
    assert all(each.verdict <= within(ALPHA) for each in independent)
    assert found["10 % fail"].peeking > 0.2
    assert found["a rate that rises tenfold"].peeking > 0.9  # Simpson's paradox, once sums of steps are pooled
    assert found["10 % fail"].alarm > 0.2
    assert found["failures in clumps of 5, each in one version"].verdict > ALPHA  # beyond the promise, and said to be


def test_a_canary_at_the_margin_is_not_called_worse_more_often() -> None:
    found = [each for each in error_rates(RELEASES, margin=0.02) if "clumps" not in each.world]
    assert all(each.verdict <= within(ALPHA) for each in found)


def test_all_guardrails_together_keep_the_alpha_of_the_release() -> None:
    assert whole_release_errors(RELEASES) <= within(ALPHA)


def test_confidence_sequences_hold_the_truth_at_all_times() -> None:
    assert all(missed <= within(1 - confidence) for confidence, missed in coverage_errors(RELEASES).items())


def test_regressions_of_the_error_rate_are_found_within_one_and_a_half_of_the_oracles_sample() -> None:
    assert all(each.median <= 1.5 for each in rate_ratios(RELEASES))


def test_regressions_at_every_weight_are_found_in_time() -> None:
    found = list(delays(100))
    assert all(math.isfinite(each.verdict_80) for each in found)
    assert all(each.verdict <= each.oracle * 1.5 + 1 for each in found)  # one look is the grain


def test_a_shift_of_scores_is_found_within_a_few_hundred_requests() -> None:
    """A bound on the mean of anything bounded knows less than the oracle, which knows the distribution."""
    found = list(rank_ratios(100))
    assert all(each.median <= 2.5 for each in found if each.oracle > 150)
    assert all(each.median * each.oracle <= 400 for each in found if each.oracle <= 150)
