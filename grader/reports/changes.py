"""Which tests have come out better or worse than in an earlier verdict on the same exercise."""

from __future__ import annotations

from dataclasses import dataclass

from grader.judge.verdict import BackendResult, Outcome, TestResult, Verdict


@dataclass(frozen=True, slots=True, kw_only=True)
class Changes:
    """Numbers of tests that pass now and did not before, and of those that fail now and passed before."""

    better: tuple[int, ...] = ()
    worse: tuple[int, ...] = ()


def changes(before: Verdict | None, now: Verdict) -> Changes:
    """Compare two whole verdicts; there is no change where one of them has no tests."""
    return _compared(before, now, in_natural_order=False)


def changes_in_natural_order(before: Verdict | None, now: Verdict) -> Changes:
    """Compare a verdict on natural order alone with what natural order alone had shown before.

    A test that failed before under another schedule only has not got better: it has not come to that one yet.
    """
    return _compared(before, now, in_natural_order=True)


def _compared(before: Verdict | None, now: Verdict, *, in_natural_order: bool) -> Changes:
    earlier = {} if before is None else {test.name: test for test in before.tests}
    better, worse = [], []
    for test in now.tests:
        if (old := earlier.get(test.name)) is None:
            continue
        passed, passes = (_outcome(each, in_natural_order) is Outcome.PASS for each in (old, test))
        if passes and not passed:
            better.append(test.number)
        elif passed and _outcome(test, in_natural_order) is Outcome.FAIL:
            worse.append(test.number)
    return Changes(better=tuple(better), worse=tuple(worse))


def _outcome(test: TestResult, in_natural_order: bool) -> Outcome:
    outcomes = {_on_backend(result, in_natural_order) for result in test.results}
    return next((outcome for outcome in (Outcome.FAIL, Outcome.NOT_JUDGED) if outcome in outcomes), Outcome.PASS)


def _on_backend(result: BackendResult, in_natural_order: bool) -> Outcome:
    late = result.failure is not None and result.failure.schedule > 0
    return Outcome.PASS if in_natural_order and late else result.outcome
