"""One submission of one exercise, judged test by test: a hidden test, on a backend, whenever pytest comes to it."""

from __future__ import annotations

from pathlib import Path

from grader.errors import GraderError
from grader.judge.attempt import Failed, Judged, Trial
from grader.judge.collect import HiddenFunction
from grader.judge.engine import Bench, Request
from grader.judge.exempt import check_for
from grader.judge.kitfault import fault_in
from grader.judge.options import PlayOptions
from grader.judge.rounds import blamed, under_schedules
from grader.judge.schedules import Variants
from grader.judge.verdict import Outcome
from grader.kit.exercise import Exercise
from grader.kit.hidden_tests import HiddenTest
from grader.kit.kit import Kit
from grader.sandbox.box import Box
from grader.sandbox.budget import Budget
from grader.sandbox.cell import Cell
from grader.text import clean, clean_line

SHOWN = 2000
"""Characters that are shown of what a play printed."""
NOTHING_EARNED = "Change the test: one that is not judged earns its points for no submission."


class NotPlayed(GraderError):
    """The submission cannot be judged, as its own file is at fault or this computer cannot play it."""

    exit_code = 3


class Subject:
    """A submission that is played in ``box``, and what its exercise has to judge it by."""

    def __init__(self, box: Box, kit: Kit, exercise: Exercise, path: Path, shown: str, options: PlayOptions) -> None:
        self.exercise = exercise
        self._shown = shown
        self._box = box
        self._bench = Bench(box, kit, exercise)
        self._path = path
        self._options = options
        self._variants = Variants()
        self._cell: Cell | None = None

    @property
    def described(self) -> str:
        """What is played, in a line."""
        return f"{self.exercise.id}: plays {self._shown}"

    @property
    def timeout_seconds(self) -> int:
        """The real time that one hidden test may take on one backend, with all its plays."""
        limits = self.exercise.limits
        seconds = limits.total_wall_seconds + limits.total_cpu_seconds + limits.judging_seconds
        return round(seconds * self._options.share)

    def judge(self, test: HiddenTest, backend: str, function: HiddenFunction) -> Judged:
        """Judge the submission by one hidden test on one backend.

        Raises NotPlayed if it cannot be played, KitError or InternalError as ``grade`` does.
        """
        trial = Trial(
            test=test,
            function=function,
            cell=self._playing(),
            backend=backend,
            threads=self.exercise.rules.allow_threads,
        )
        judged, _ = under_schedules(trial, self._options, self._variants, _go_on)
        return blamed(trial, judged, self._bench.reference)

    def _playing(self) -> Cell:
        if self._cell is None:
            request = Request(
                path=self._path,
                shown=str(self._path),
                options=self._options,
                check=check_for(self.exercise, self._path),
            )
            verdict, taken = self._bench.take_in(request)
            for fault in verdict.faults:
                place = f"{self._shown}:{fault.line}" if fault.line else self._shown
                raise NotPlayed(f"{place}: {fault.error}", hint=fault.help)
            if taken is None:
                raise NotPlayed(verdict.trouble, hint="Run `grade doctor` to see what this computer lacks.")
            budget = Budget.within(self.exercise.limits, share=self._options.share)
            self._cell = self._bench.cell(taken.source, budget)
        return self._cell

    def start_afresh(self) -> None:
        """Give up the box: a test was interrupted, perhaps between two halves of a message to it."""
        self._box.renew()
        self._bench.reference.forget()
        if self._cell is not None:
            self._cell.forget()

    def close(self) -> None:
        """End all plays."""
        self._bench.reference.close()
        if self._cell is not None:
            self._cell.close()

    # ---- in words ----------------------------------------------------------------------------------------------------

    def told(self, judged: Judged) -> tuple[str, str]:
        """Why a test was not judged, and what its author should see of one that failed; empty for one that passed."""
        if judged.outcome is Outcome.PASS:
            return "", ""
        if judged.failed is None:
            at_fault = fault_in(judged.reason) is not None
            return f"{judged.reason}\nhelp: {'Correct that line of the kit.' if at_fault else NOTHING_EARNED}", ""
        return "", _seen(judged.failed)


def _go_on() -> None:
    """Nothing ends the judging between two calls."""


def _seen(failed: Failed) -> str:
    play, recording = failed.play, failed.recording
    inputs = "".join(f", {name}={value!r}" for name, value in play.values().items())
    lines = [
        f'play("{play.scenario}"{inputs}) on {play.backend}, {_schedule(failed.variant)}',
        f"ended as {recording.ended} after {recording.elapsed:g} virtual seconds",
        f"diagnosis: {failed.diagnosis}",
    ]
    if recording.reason:
        lines[1] += f": {recording.reason}"
    if recording.line is not None:
        lines[1] += f" (line {recording.line} of the submission)"
    shown = [clean_line(line, SHOWN) for line in lines]
    if recording.output:
        shown += ["it printed:", clean(recording.output, SHOWN)]
    return "\n".join(shown)


def _schedule(number: int) -> str:
    return f"under schedule {number} (--seed {number})" if number else "in natural order"
