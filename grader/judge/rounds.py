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


class Rounds:
    """One hidden test on one backend, called under one schedule after the other until its outcome is known.

    ``check`` is called after each call of the test, and may raise to end the judging.
    """

    def __init__(self, trial: Trial, options: PlayOptions, variants: Variants, check: Callable[[], None]) -> None:
        self.trial = trial
        self.seconds = 0.0
        """Virtual seconds of all plays so far."""
        self._check = check
        self._variants = variants
        self._numbers = options.numbers(trial.test)
        self._alone = options.only is not None
        self._played = 0
        self._steps = 0
        self._left_behind: dict[tuple[str, int | None], Remark] = {}

    def next(self) -> Judged | None:
        """Call the test under the next schedule; None if it has held and there are further ones."""
        number = self._numbers[self._played]
        # During the first two schedules no play is asked for ahead: a failure under them would leave it unused.
        ahead = self._numbers[-1] if number >= 2 else number
        play = self.trial.fixture(by_number(self.trial.cell, self._variants, number, ahead))
        judged = self.trial.call(play, number)
        self._check()
        self._played += 1
        self.seconds += sum(recording.elapsed for _, recording in play.used)
        if judged is not None:
            judged = replace(judged, schedules=self._played)
            if judged.failed is not None and number:
                judged = replace(judged, failed=self.trial.shortened(judged.failed, play.used))
            return judged
        # The remarks are kept and not the recordings, of which each may hold megabytes.
        for _, recording in play.used:
            self._left_behind |= {(remark.slug, remark.line): remark for remark in recording.remarks}
            self._steps += recording.steps
        if self._variants.exhausted([play for play, _ in play.used], number):
            return replace(self.passed(), all_schedules=not self._alone and play.walks_whole)
        if self._steps > STEP_BUDGET or number == self._numbers[-1]:
            return self.passed()
        return None

    def to_the_end(self) -> Judged:
        """Call the test until its outcome is known: until it fails, or has passed under enough schedules."""
        while (judged := self.next()) is None:
            pass
        return judged

    def passed(self) -> Judged:
        """A pass under the schedules so far."""
        remarks = tuple(sorted(self._left_behind.values(), key=_telling))
        return Judged(outcome=Outcome.PASS, schedules=self._played, remarks=remarks)


def under_schedules(
    trial: Trial, options: PlayOptions, variants: Variants, check: Callable[[], None]
) -> tuple[Judged, float]:
    """Call a hidden test under one schedule after the other, until it fails or has passed under enough of them.

    Returns how it came out, and the virtual seconds of all its plays. ``check`` is as in ``Rounds``.
    """
    rounds = Rounds(trial, options, variants, check)
    return rounds.to_the_end(), rounds.seconds


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
