"""Proves that the simulation is legal: anyio's own test suite passes inside it, under every seed asked for.

    python benchmarks/legality.py [SEEDS...]

Prints a line per seed (0 to 4 without any), then what was left out and why. What fails is tried without the simulation:
a test that passes there is illegal, one that fails there too is left out, and stands in the list at the end. Leaves
with 1 if anything was illegal, or if fewer tests passed than there must be; with 4 if the suite could not be got (it is
downloaded once, by pip) or did not come to its end.
"""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass, field, replace

from legality_plugin import EXPECTED, FAILS_HERE
from legality_suite import Counts, Suite, Unavailable, get_suite

SEEDS = (0, 1, 2, 3, 4)

FEWEST = 1000
"""The number of tests that must pass in the suite of any version; 1748 of anyio 4.14 do and 2167 of 4.16."""
SHARE = 0.9
"""The share that must pass of the tests that were not left out as a matter of principle."""


@dataclass(slots=True, kw_only=True)
class Legality:
    """Runs a suite under one seed after the other, and learns which of its tests this machine fails anyway."""

    suite: Suite
    fails_anyway: set[str] = field(default_factory=set)

    def judge(self, seed: int) -> Counts:
        """What the suite comes to under a seed; what failed there is illegal."""
        counts = self.suite.run(f"--seed={seed}", without=self.fails_anyway)
        if not counts.failed:
            return counts
        log = self.suite.log
        # A resource that a failing test leaves behind is reported in whichever test runs next.
        plain = self.suite.run("-W", "ignore::pytest.PytestUnraisableExceptionWarning", only=counts.failed)
        self.suite.log = log
        if not plain.failed:
            return counts
        self.fails_anyway.update(plain.failed)
        suspects = set(counts.failed).difference(plain.failed)
        return self._alone(seed, suspects, leave_out(counts, plain.failed))

    def _alone(self, seed: int, suspects: Collection[str], counts: Counts) -> Counts:
        """Run again what may have failed only because of what ran before it."""
        if not suspects:
            return counts
        again = self.suite.run(f"--seed={seed}", only=suspects)
        return replace(
            counts,
            outcomes=counts.outcomes + again.outcomes,
            failed=again.failed,
            seconds=counts.seconds + again.seconds,
        )


def leave_out(counts: Counts, failed: Collection[str]) -> Counts:
    kept = tuple(name for name in counts.failed if name not in failed)
    return replace(counts, failed=kept, left_out=counts.left_out + Counter({FAILS_HERE: len(failed)}))


def too_few(counts: Counts) -> str:
    """What is suspicious about how many tests passed; empty if nothing is."""
    unexpected = sum(number for reason, number in counts.left_out.items() if reason not in EXPECTED)
    least = max(FEWEST, SHARE * (counts.outcomes.total() - counts.outcomes["skipped"] + unexpected))
    return f"only {counts.passed} tests passed, of at least {least:.0f}" if counts.passed < least else ""


def run(suite: Suite, seeds: Collection[int]) -> int:
    """Run, print, and return the exit code."""
    legality = Legality(suite=suite)
    illegal = False
    counts = Counts()
    for seed in seeds:
        counts = legality.judge(seed)
        print(f"seed {seed}: {counts}", flush=True)
        suspicious = too_few(counts)
        if counts.failed or suspicious:
            illegal = True
            print(suite.log, suspicious, sep="\n", flush=True)
    print("left out:")
    for reason, number in counts.left_out.most_common():
        print(f"{number:6}  {reason}")
    for name in sorted(legality.fails_anyway):
        print(f"fails anyway: {name}")
    return 1 if illegal else 0


def main() -> int:
    try:
        suite = get_suite()
        print(suite.folder.name, flush=True)
        return run(suite, [int(argument) for argument in sys.argv[1:]] or SEEDS)
    except Unavailable as error:
        print(error, file=sys.stderr)
        return 4


if __name__ == "__main__":
    sys.exit(main())
