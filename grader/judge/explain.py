"""Turns what hidden tests have found into what a verdict says: a diagnosis for each failure, a line, a trace."""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import lru_cache

from grader.judge.attempt import Failed, Judged
from grader.judge.schedules import in_words
from grader.judge.session import Examination
from grader.judge.verdict import BackendResult, Failure, Outcome, PassedRemark, TestResult
from grader.kit.diagnosis import Diagnosis
from grader.kit.exercise import Exercise, Limits
from grader.kit.hidden_tests import HiddenTest
from grader.kit.kit import Kit
from grader.kit.tables import read_text
from grader.policy.submission import Submission
from grader.sandbox.cell import Cell, Play
from grader.wire.recording import Ended, Recording, Remark, Span, Trace

# ---- blame -----------------------------------------------------------------------------------------------------------
#
# Says in which line and with which words a failed play is shown to the learner.


def error_sentence(diagnosis: Diagnosis, test: HiddenTest, recording: Recording) -> str:
    """What finishes "error: ".

    A diagnosis that the hidden test declares speaks with the author's feedback; one that the grader itself found speaks
    with its own sentence, and with what it saw.
    """
    slug = diagnosis.slug
    if slug == Ended.BLOCKED_LOOP and recording.ended is Ended.BLOCKED_LOOP:
        return f"{diagnosis.sentence} ({recording.reason})"
    if slug in (Ended.CRASHED, Ended.LIMIT, Ended.TAMPERED, Ended.LATE) and recording.reason:
        return f"{diagnosis.sentence} ({recording.reason})"
    if slug == test.diagnosis and recording.ended.by_itself and not _found_by_grader(slug, recording):
        return test.feedback
    return diagnosis.sentence


def _found_by_grader(slug: str, recording: Recording) -> bool:
    return slug == "raised" or any(complaint.slug == slug for complaint in recording.hygiene)


def line_to_look_at(slug: str, recording: Recording, source: str) -> int | None:
    """The learner's line to begin with: where it happened, or where the play waited longest."""
    if recording.line is not None:
        return recording.line
    if recording.ended is Ended.DEADLOCK:
        # The task that waits longest is the one others may be waiting for.
        placed = [waiting for waiting in recording.waiting if waiting.line is not None]
        return min(placed, key=lambda waiting: waiting.since).line if placed else first_definition(source)
    for complaint in recording.hygiene:
        if complaint.slug == slug and complaint.line is not None:
            return complaint.line
    if slug == "raised":
        lines = [leaf.line for leaf in recording.surprises if leaf.line is not None]
        if lines:
            return lines[0]
    waited = longest_wait(recording.trace) if recording.trace is not None else None
    return waited if waited is not None else first_definition(source)


def exception_text(recording: Recording, slug: str) -> str:
    """``ValueError: boom`` for the first exception that has something to do with the diagnosis."""
    for leaf in recording.surprises if slug == "raised" or recording.error else []:
        name = leaf.types[0].removeprefix("submission.") if leaf.types else "an exception"
        return f"{name}: {leaf.message}" if leaf.message else name
    if slug == "raised" and recording.error:
        leaf = recording.error.leaves[0]
        return f"{leaf.types[0] if leaf.types else 'an exception'} (raised by the scenario)"
    return ""


def longest_wait(trace: Trace) -> int | None:
    """The learner's line in which tasks have spent the most virtual time; any line they waited in if none passed."""
    waits: Counter[int] = Counter()
    seconds: Counter[int] = Counter()
    suspended: dict[int, tuple[float, int]] = {}
    for event in trace.events:
        before = suspended.pop(event.task, None)
        if before is not None:
            seconds[before[1]] += event.time - before[0]  # type: ignore[assignment]
        if event.kind == "suspend" and event.line is not None:
            suspended[event.task] = (event.time, event.line)
            waits[event.line] += 1
    for counted in (seconds, waits):
        found = [(amount, -line) for line, amount in counted.items() if amount > 0]
        if found:
            return -max(found)[1]
    return None


def first_definition(source: str) -> int | None:
    """The line of the first public function or class."""
    for node in ast.parse(source).body:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef) and not node.name.startswith("_"):
            return node.lineno
    return None


UNTRACED = (Ended.CRASHED, Ended.LIMIT, Ended.TAMPERED, Ended.INTERNAL)


class Results:
    """The results of one exercise's submissions; ``cell`` makes a cell for a source, to play the reference in."""

    def __init__(self, kit: Kit, exercise: Exercise, cell: Callable[[str], Cell]) -> None:
        self._kit = kit
        self._exercise = exercise
        self._cell = cell
        self._reference: Cell | None = None

    def of(self, examination: Examination, taken: Submission) -> tuple[TestResult, ...]:
        """The result of every hidden test asked for. Closes the cell of the examination."""
        tests = tuple(self._test_result(examination, test, taken) for test in examination.tests)
        # What comes out after the last answer is noticed here.
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
            # Silence is no evidence: a test that left no result has not passed, whatever became of it.
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

    def _failure(self, cell: Cell, test: HiddenTest, failed: Failed, taken: Submission) -> Failure:
        shown = failed.recording
        if shown.trace is None and shown.ended not in UNTRACED:
            # Plays are alike each time, but for programs that depend on real time or chance: no timeline then.
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
        known = _reference_traces(source, read_text(self._exercise.scenarios), self._exercise.limits)
        natural = replace(play, seed=0, choices=None, trace=True)
        if natural not in known:
            if self._reference is None:
                self._reference = self._cell(source)
            trace = _slim(self._reference.recording(natural).trace)
            if trace is None:
                return None
            known[natural] = trace
        return known[natural]


@lru_cache(maxsize=32)
def _reference_traces(source: str, scenarios: str, limits: Limits) -> dict[Play, Trace]:
    """What the reference has been seen to do, for as long as the process lives: whoever fails a test needs the same."""
    return {}


def _slim(trace: Trace | None) -> Trace | None:
    """A trace without the values of its spans; a report draws lanes and nothing else."""
    if trace is None:
        return None
    spans: tuple[Span, ...] = tuple(replace(span, result=None) for span in trace.spans)
    return replace(trace, spans=spans)


def _without_points(tests: Sequence[TestResult]) -> tuple[TestResult, ...]:
    """All tests as failed: something came out of the box that our own code would not have written."""
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
