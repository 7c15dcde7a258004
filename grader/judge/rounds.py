"""Judges one hidden test on one backend: under one schedule after the other, and by the reference answer if it fails.

``grade`` and pytest come to their verdicts here, both of them.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from grader.judge.attempt import Judged, Trial, by_number, not_judged
from grader.judge.options import PlayOptions
from grader.judge.reference import Reference
from grader.judge.schedules import Variants
from grader.judge.verdict import Outcome
from grader.wire.rows import LEFT_BEHIND, Remark

STEP_BUDGET = 400_000
"""Task steps of all plays of one test on one backend, after which no further schedule is begun."""


def under_schedules(
    trial: Trial, options: PlayOptions, variants: Variants, check: Callable[[], None]
) -> tuple[Judged, float]:
    """Call a hidden test under one schedule after the other, until it fails or has passed under enough of them.

    Returns how it came out, and the virtual seconds of all its plays. ``check`` is called after each call of the test,
    and may raise to end the judging.
    """
    numbers = options.numbers(trial.test)
    steps, seconds = 0, 0.0
    left_behind: dict[tuple[str, int | None], Remark] = {}
    all_schedules = False
    for number in numbers:
        # During the first two schedules no play is asked for ahead: a failure under them would leave it unused.
        ahead = numbers[-1] if number >= 2 else number
        play = trial.fixture(by_number(trial.cell, variants, number, ahead))
        judged = trial.call(play, number)
        check()
        seconds += sum(recording.elapsed for _, recording in play.used)
        if judged is not None:
            judged = replace(judged, schedules=number - numbers[0] + 1)
            if judged.failed is not None and number:
                judged = replace(judged, failed=trial.shortened(judged.failed, play.used))
            return judged, seconds
        # The remarks are kept and not the recordings, of which each may hold megabytes.
        for _, recording in play.used:
            left_behind |= {(remark.slug, remark.line): remark for remark in recording.remarks}
            steps += recording.steps
        if variants.exhausted([play for play, _ in play.used], number):
            all_schedules = options.only is None and play.walks_whole
            break
        if steps > STEP_BUDGET:
            break
    passed = Judged(
        outcome=Outcome.PASS,
        schedules=number - numbers[0] + 1,
        all_schedules=all_schedules,
        remarks=tuple(sorted(left_behind.values(), key=_telling)),
    )
    return passed, seconds


def blamed(trial: Trial, judged: Judged, reference: Reference) -> Judged:
    """The same, or not judged if the test fails through a bug in the kit."""
    if judged.failed is None:
        return judged
    if fault := reference.fault_of_kit(trial, judged.failed):
        return replace(not_judged(fault), schedules=judged.schedules)
    if judged.failed.endless:
        trial.cell.budget.lose_patience()
    return judged


def _telling(remark: Remark) -> tuple[int, int]:
    """The order of remarks: the most telling kind first, then by line."""
    return LEFT_BEHIND.index(remark.slug), remark.line or 0
