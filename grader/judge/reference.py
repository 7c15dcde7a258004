"""The reference answer, played for comparison: its timeline beside a failing one, and as a witness against the kit.

When a hidden test fails, the kit may be to blame: it reads an attribute that a recording does not have, or a scenario
raises by itself. What a box says about a submission cannot decide that, because a submission that could blame the kit
would lose no points. So the same hidden test is called on the reference answer, on the same backend and under the
schedule of the same number. If it stumbles there as well, or fails on an exception of the scenario's own, no answer can
pass it, and the kit is at fault. If it holds, the submission is.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import lru_cache

from grader.judge.attempt import ENDLESS, Choose, Failed, TooLong, Trial, by_number
from grader.judge.judging import TooCostly
from grader.judge.kitfault import at_fault, fault_in, said
from grader.judge.kitnames import of_scenarios
from grader.judge.schedules import Variants
from grader.kit.exercise import Exercise, Limits
from grader.kit.tables import read_text
from grader.sandbox.budget import Budget
from grader.sandbox.cell import Cell
from grader.sandbox.play import Play
from grader.wire.recording import Recording, Trace
from grader.wire.rows import Leaf


class Reference:
    """The reference answer of one exercise, if its kit has it; ``cell`` makes a cell to play a submission in."""

    def __init__(self, exercise: Exercise, cell: Callable[[str], Cell]) -> None:
        self._exercise = exercise
        self._source = None if exercise.reference is None else read_text(exercise.reference)
        self._make = cell
        self._made: Cell | None = None
        self._variants = Variants()
        self._faults: dict[tuple[str, str, int], str] = {}

    def close(self) -> None:
        """End the plays of the reference answer."""
        if self._made is not None:
            self._made.close()

    def forget(self) -> None:
        """Give up a play that Ctrl-C has interrupted."""
        if self._made is not None:
            self._made.forget()

    def _cell(self, source: str) -> Cell:
        if self._made is None:
            self._made = self._make(source)
        return self._made

    # ---- for comparison ----------------------------------------------------------------------------------------------

    def recording(self, play: Play) -> Recording | None:
        """The same play of the reference answer, in natural order, with its trace and what its functions returned.

        A caller that is to be cancelled at a step which it does not come to there is cancelled at its last one. None if
        the kit comes without the reference, or if this play of it does not end by itself.
        """
        if self._source is None:
            return None
        kept = _recordings(self._source, read_text(self._exercise.scenarios), self._exercise.limits)
        natural = replace(_natural(play), returns=True)
        if natural not in kept:
            recording = self._cancelled_within(natural)
            if not recording.ended.by_itself:
                return None
            kept[natural] = recording
        return kept[natural]

    def _cancelled_within(self, play: Play) -> Recording:
        """The play of the reference answer, cancelled at its last step if it has fewer steps than the play asks for."""
        assert self._source is not None
        recording = self._cell(self._source).recording(play)
        cancellation, steps = recording.cancellation, recording.caller_steps
        if cancellation is None or cancellation.time is not None or steps is None or steps >= cancellation.step:
            return recording
        return self._cell(self._source).recording(replace(play, cancel_at=steps))

    # ---- the witness -------------------------------------------------------------------------------------------------

    def fault_of_kit(self, trial: Trial, failed: Failed) -> str:
        """Why the kit is to blame for the failure of a hidden test, with file and line; empty if it is not."""
        if self._source is None and failed.endless:
            return f"{ENDLESS}, over little that the plays have returned"
        return self._fault_by_text(failed) or self._fault_by_witness(trial, failed.variant)

    def _fault_by_witness(self, trial: Trial, number: int) -> str:
        """The fault that the hidden test has on the reference answer as well."""
        if self._source is None:
            return ""
        asked = trial.test.name, trial.backend, number
        if asked not in self._faults:
            try:
                self._faults[asked] = self._witnessed(self._cell(self._source), trial, number)
            except TooCostly:
                # By a clock of its own, so it says the same in the case of every submission.
                endless = f"{ENDLESS} on the reference answer as well"
                self._faults[asked] = at_fault(self._exercise.test_file, trial.test.line, endless)
            except TooLong:
                return ""  # not kept: a busy machine may have cut it short
        return self._faults[asked]

    def _witnessed(self, cell: Cell, trial: Trial, number: int) -> str:
        witness = replace(trial, cell=cell)
        play = witness.fixture(self._choose(cell, number))
        # Its own clock each time. Without one, a test that does not end on the reference answer would hang a worker
        # of a cluster, where no alarm rings.
        cell.budget = Budget(judging=self._exercise.limits.judging_seconds)
        try:
            judged = witness.call_to_the_end(play, number)
        finally:
            cell.budget = Budget()
        if judged is None:
            return ""
        if judged.failed is None:
            return judged.reason if fault_in(judged.reason) else ""
        # A play that ended in another way proves nothing: a submission may have brought that about, by taking the
        # computer's memory or by ending the box.
        if not all(recording.ended.by_itself or recording.looked for _, recording in play.used):
            return ""
        stumble = judged.failed.stumble
        if stumble is not None:
            return stumble.reason
        return next((self._of_scenario(trial, *used) for used in play.used if _own_exceptions(used[1])), "")

    def _choose(self, cell: Cell, number: int) -> Choose:
        # In natural order with a trace, which the timeline beside the failing one is drawn from.
        return by_number(cell, self._variants, number, number) if number else _natural

    def _of_scenario(self, trial: Trial, play: Play, recording: Recording) -> str:
        leaf = _own_exceptions(recording)[0]
        what = said(leaf.types[0] if leaf.types else "an exception", leaf.message)
        if leaf.scenario_line is not None:
            return at_fault(self._exercise.scenarios, leaf.scenario_line, what)
        # There is no such scenario, or it does not take these inputs.
        called = f'`play("{play.scenario}")`: {what}'
        return at_fault(self._exercise.test_file, trial.test.line, called)

    def _fault_by_text(self, failed: Failed) -> str:
        """The fault that the kit's own text proves, as in a line that the reference answer does not come to."""
        stumble = failed.stumble
        if stumble is not None and stumble.of_the_test:
            return stumble.reason
        lines = {leaf.scenario_line for leaf in failed.recording.surprises if "AttributeError" in leaf.types}
        wrong = (mistake for mistake in of_scenarios(self._exercise) if mistake.line in lines) if lines else ()
        return next((at_fault(mistake.path, mistake.line, mistake.what) for mistake in wrong), "")


def _natural(play: Play) -> Play:
    return replace(play, seed=0, choices=None, trace=True, returns=False)


def _own_exceptions(recording: Recording) -> list[Leaf]:
    """The exceptions that the scenario did not hand out and that did not come from the answer."""
    return [leaf for leaf in recording.surprises if leaf.line is None or leaf.scenario_line is not None]


@lru_cache(maxsize=32)
def _recordings(source: str, scenarios: str, limits: Limits) -> dict[Play, Recording]:
    """The plays of a reference answer, kept while the process lives: all who fail a test are compared with them."""
    return {}


def slim(trace: Trace | None) -> Trace | None:
    """A trace without the values of its spans: a report draws lanes only."""
    if trace is None:
        return None
    return replace(trace, spans=tuple(replace(span, value_or_error=None) for span in trace.spans))
