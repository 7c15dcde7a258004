"""Turns what the hidden tests found in one submission into the results of its verdict: words, a line, two timelines."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import lru_cache

from grader.judge.attempt import Failed, Judged
from grader.judge.cells import Cells
from grader.judge.explain import error_sentence, exception_text, in_words, line_to_look_at
from grader.judge.session import Examination
from grader.judge.verdict import BackendResult, Failure, Outcome, PassedRemark, TestResult
from grader.kit.exercise import Exercise, Limits
from grader.kit.hidden_tests import HiddenTest
from grader.kit.kit import Kit
from grader.kit.tables import read_text
from grader.policy.submission import Submission
from grader.sandbox.cell import Cell
from grader.sandbox.play import Play
from grader.wire.recording import Ended, Remark, Trace

UNTRACED = (Ended.CRASHED, Ended.LIMIT, Ended.TAMPERED, Ended.INTERNAL)
"""Endings of which no trace comes back."""


class Results:
    """Makes the results of submissions of one exercise; ``cell`` makes a cell to play the reference answer in."""

    def __init__(self, kit: Kit, exercise: Exercise, cell: Callable[[str], Cell]) -> None:
        self._kit = kit
        self._exercise = exercise
        self._cell = cell
        self._reference: Cell | None = None

    def of(self, examination: Examination, taken: Submission) -> tuple[TestResult, ...]:
        """The result of every hidden test asked for. Closes the cell of the examination."""
        tests = tuple(self._test_result(examination, test, taken) for test in examination.tests)
        # Whatever the box sends after its last answer is noticed when the cell is closed.
        examination.cell.close()
        return _without_points(tests) if examination.cell.tampered else tests

    def close(self) -> None:
        """End the plays of the reference answer."""
        if self._reference is not None:
            self._reference.close()

    def _test_result(self, examination: Examination, test: HiddenTest, taken: Submission) -> TestResult:
        return TestResult(
            number=test.number,
            name=test.name,
            label=test.label,
            points=test.points,
            results=tuple(self._backend_result(examination, test, backend, taken) for backend in examination.backends),
        )

    def _backend_result(
        self, examination: Examination, test: HiddenTest, backend: str, taken: Submission
    ) -> BackendResult:
        judged = examination.results.get((test.name, backend))
        if judged is None:
            # Silence is no evidence: a test that left no result has not passed, however its call ended.
            judged = Judged(outcome=Outcome.NOT_JUDGED, schedules=0, reason="the hidden test left no result")
        failed = judged.failed
        return BackendResult(
            backend=backend,
            outcome=judged.outcome,
            schedules=judged.schedules,
            all_schedules=judged.all_schedules,
            failure=None if failed is None else self._failure(examination.cell, test, failed, taken),
            reason=judged.reason,
            remarks=tuple(self._remark(remark, taken) for remark in judged.remarks),
        )

    def _remark(self, remark: Remark, taken: Submission) -> PassedRemark:
        text = self._kit.diagnoses[remark.slug].sentence
        return PassedRemark(kind=remark.slug, text=text, line=remark.line, source=taken.line(remark.line))

    def _failure(self, cell: Cell | Cells, test: HiddenTest, failed: Failed, taken: Submission) -> Failure:
        shown = failed.recording
        if shown.trace is None and shown.ended not in UNTRACED:
            # The play goes the same way again, unless the program depends on real time or chance: no timeline then.
            again = cell.recording(replace(failed.play, trace=True))
            if (again.ended, again.elapsed) == (shown.ended, shown.elapsed):
                shown = replace(shown, trace=again.trace)
        diagnosis = self._kit.diagnoses[failed.diagnosis]
        line = line_to_look_at(failed.diagnosis, shown, taken.source)
        return Failure(
            diagnosis=failed.diagnosis,
            error=error_sentence(diagnosis, test, shown),
            help=diagnosis.help,
            ended=shown.ended,
            elapsed=shown.elapsed,
            schedule=failed.variant,
            turns=in_words(shown.trace) if failed.variant and shown.trace is not None else "",
            line=line,
            source=taken.line(line),
            exception=exception_text(shown, failed.diagnosis),
            waiting=shown.waiting if shown.ended in (Ended.DEADLOCK, Ended.LATE) else (),
            output=shown.output,
            trace=_slim(shown.trace),
            reference=self._reference_trace(failed.play),
        )

    def _reference_trace(self, play: Play) -> Trace | None:
        """The same play of the reference answer, in natural order; None if the kit comes without it."""
        if self._exercise.reference is None:
            return None
        source = read_text(self._exercise.reference)
        traces = _reference_traces(source, read_text(self._exercise.scenarios), self._exercise.limits)
        natural = replace(play, seed=0, choices=None, trace=True)
        if natural not in traces:
            if self._reference is None:
                self._reference = self._cell(source)
            trace = _slim(self._reference.recording(natural).trace)
            if trace is None:
                return None
            traces[natural] = trace
        return traces[natural]


@lru_cache(maxsize=32)
def _reference_traces(source: str, scenarios: str, limits: Limits) -> dict[Play, Trace]:
    """The traces of a reference answer, kept while the process lives: all who fail a test are shown the same ones."""
    return {}


def _slim(trace: Trace | None) -> Trace | None:
    """A trace without the values of its spans: a report draws lanes only."""
    if trace is None:
        return None
    return replace(trace, spans=tuple(replace(span, value_or_error=None) for span in trace.spans))


def _without_points(tests: Sequence[TestResult]) -> tuple[TestResult, ...]:
    """The same tests, all failed: the box sent something that our own code would not have written."""
    return tuple(replace(test, results=tuple(_tampered(result) for result in test.results)) for test in tests)


def _tampered(result: BackendResult) -> BackendResult:
    if result.failure is not None and result.failure.ended is Ended.TAMPERED:
        return result
    failure = Failure(
        diagnosis="tampered",
        error="something came out of the box that the grader did not write there",
        help="leave file descriptors and the grader's own objects alone",
        ended=Ended.TAMPERED,
        elapsed=0.0,
        schedule=0,
    )
    return replace(result, outcome=Outcome.FAIL, failure=failure)
