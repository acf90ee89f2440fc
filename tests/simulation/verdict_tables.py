"""Prints the tables of docs/verdict.md: ``python -m tests.simulation.verdict_tables``."""

import math
from collections.abc import Iterable

from tests.simulation.verdict_figures import (
    ALPHA,
    coverage_errors,
    delays,
    error_rates,
    rank_ratios,
    rate_ratios,
    whole_release_errors,
)

RELEASES = 2_000


def rows(head: tuple[str, ...], body: Iterable[tuple[str, ...]]) -> None:
    print("\n| " + " | ".join(head) + " |\n|" + "---|" * len(head))
    for row in body:
        print("| " + " | ".join(row) + " |")


def share(number: float) -> str:
    return f"{number:.1%}"


def minutes(number: float) -> str:
    return "never" if math.isinf(number) else f"{number:.1f}"


def main() -> None:
    head = ("world", f"verdict, alpha {ALPHA:.0%}", f"z-test every minute, {ALPHA:.0%}", "alarm, 2 of 3 minutes")
    for margin in (0.0, 0.02):
        print(f"\nCalled bad though worse by no more than the margin, {margin:.0%}:")
        found = error_rates(RELEASES, margin)
        rows(head, ((each.world, share(each.verdict), share(each.peeking), share(each.alarm)) for each in found))
    print(
        f"\nWhole release, all guardrails at their margins, alpha {ALPHA:.0%}: {share(whole_release_errors(RELEASES))}"
    )
    rows(
        ("confidence", "sequences that ever miss"), ((share(a), share(b)) for a, b in coverage_errors(RELEASES).items())
    )
    print("\nMinutes to detection at 600 requests a minute, margin 2 %, alpha 1 % over seven guardrails:")
    rows(
        ("regression", "weight", "oracle", "verdict", "verdict, 80 %", "z-test every minute", "alarm"),
        (
            (each.what, f"{each.weight} %", f"{each.oracle:.1f}", *map(minutes, (each.verdict, each.verdict_80)),
             minutes(each.peeking), minutes(each.alarm))
            for each in delays(RELEASES)
        ),
    )  # fmt: skip
    for found in (rate_ratios(RELEASES), rank_ratios(RELEASES)):
        rows(
            ("regression", "weight", "oracle, canary requests", "verdict / oracle, median", "80 %"),
            (
                (each.what, f"{each.weight} %", f"{each.oracle:.0f}", f"{each.median:.2f}", f"{each.p80:.2f}")
                for each in found
            ),
        )  # fmt: skip


if __name__ == "__main__":
    main()
