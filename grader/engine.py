"""Grades submissions of one exercise: takes a file in, checks the rules, has it played and judged."""

from __future__ import annotations

import platform
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import cache
from importlib.util import find_spec
from pathlib import Path

from grader import blame, policy, submission
from grader.attempt import Failed, Judged
from grader.cell import Cell, Play
from grader.errors import GraderError, InternalError, KitError
from grader.judge import DEFAULT_SCHEDULES, Examination, examine
from grader.kit import Exercise, HiddenTest, Kit
from grader.kit_table import read_text
from grader.recording import Ended, Hygiene, Trace
from grader.recording import Outcome as Span
from grader.sandbox import Box, Job
from grader.shorten import in_words
from grader.submission import Fault, Submission
from grader.verdict import BackendResult, Caution, Failure, Outcome, TestResult, Verdict

UNTRACED = (Ended.CRASHED, Ended.LIMIT, Ended.TAMPERED, Ended.INTERNAL)


Check = Callable[[Submission, Exercise, str], policy.Findings]


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """One submission to grade. ``shown`` is its path as the learner knows it.

    ``tests`` are the numbers of the hidden tests asked for, none meaning all; likewise ``backends``. ``only`` is the
    one schedule to play. ``unfair`` is how many unfair schedules to try on a test that passed, for a remark only.
    ``check`` finds what is wrong with the file before anything of it runs.
    """

    path: Path
    shown: str
    tests: tuple[int, ...] = ()
    backends: tuple[str, ...] = ()
    schedules: int = DEFAULT_SCHEDULES
    only: int | None = None
    unfair: int = 0
    check: Check = policy.check
    beside: tuple[str, ...] = ()
    """Names of other files in its folder, which play no part in grading."""
    taken: Submission | Fault | None = None
    """The file, if it has been taken in already; it may have come from another machine."""


def grade(box: Box, kit: Kit, exercise: Exercise, requests: Iterable[Request]) -> list[Verdict]:
    """Grade submissions of one exercise, in order. A fault of a learner's file is part of its verdict.

    Raises KitError if the kit's own tests cannot run, InternalError if the box cannot.
    """
    verdicts: list[Verdict] = []
    grade_each(box, kit, exercise, requests, verdicts.append)
    return verdicts


def grade_each(
    box: Box, kit: Kit, exercise: Exercise, requests: Iterable[Request], note: Callable[[Verdict], None]
) -> None:
    """Grade as ``grade`` does, and hand over each verdict as soon as it is there; errors do not take it back."""
    course = _Course(box, kit, exercise, note)
    examine(exercise, course.examinations(requests))


class _Course:
    """Grades one submission after the other, in step with the session of hidden tests."""

    def __init__(self, box: Box, kit: Kit, exercise: Exercise, note: Callable[[Verdict], None]) -> None:
        self._box = box
        self._kit = kit
        self._exercise = exercise
        self._stub = read_text(exercise.stub)
        self._scenarios = _read_scenarios(exercise.scenarios)
        self._reference: Cell | None = None
        self._note = note

    def examinations(self, requests: Iterable[Request]) -> Iterator[Examination]:
        """One examination per submission that can be judged; it is complete when the next one is asked for."""
        for request in requests:
            began = time.perf_counter()
            verdict = _blank(self._kit, self._exercise, request)
            taken = request.taken or submission.take(request.path, limit=self._exercise.limits.file_bytes)
            if isinstance(taken, Fault):
                self._note(replace(verdict, faults=(taken,)))
                continue
            found = request.check(taken, self._exercise, self._stub)
            verdict = replace(verdict, digest=taken.digest, look=found.look)
            if found.faults:
                self._note(replace(verdict, faults=found.faults))
                continue
            verdict = replace(verdict, isolation=self._box.level)
            if refused := self._box.refusal(self._exercise.needs):
                self._note(replace(verdict, trouble=refused))
                continue
            cell = Cell(self._box, self._job(taken.source))
            examination = Examination(
                cell=cell,
                tests=[t for t in self._exercise.tests if not request.tests or t.number in request.tests],
                backends=request.backends or self._exercise.backends,
                schedules=request.schedules,
                only=request.only,
                unfair=request.unfair,
            )
            yield examination
            tests = tuple(self._test_result(examination, test, taken) for test in examination.tests)
            cell.close()
            self._note(
                replace(
                    verdict,
                    tests=_without_points(tests) if cell.tampered else tests,
                    real_seconds=time.perf_counter() - began,
                    virtual_seconds=examination.virtual_seconds,
                    plays=cell.plays,
                    own_fault=any(judged.own_fault for judged in examination.results.values()),
                )
            )
        if self._reference is not None:
            self._reference.close()

    def _job(self, source: str) -> Job:
        exercise = self._exercise
        return Job(
            module=exercise.module,
            submission=source,
            scenarios=self._scenarios,
            limits=exercise.limits,
            needs=exercise.needs,
        )

    # ---- results -----------------------------------------------------------------------------------------------------

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
            cautions=tuple(self._caution(remark, taken) for remark in judged.remarks),
        )

    def _caution(self, remark: Hygiene, taken: Submission) -> Caution:
        text = self._kit.diagnoses[remark.slug].sentence
        return Caution(kind=remark.slug, text=text, line=remark.line, source=taken.line(remark.line))

    def _failure(self, cell: Cell, test: HiddenTest, failed: Failed, taken: Submission) -> Failure:
        shown = failed.recording
        if shown.trace is None and shown.ended not in UNTRACED:
            # A program that depends on real time or chance may end otherwise this time: what it was judged by counts.
            again = cell.recording(replace(failed.play, trace=True))
            shown = again if again.ended is shown.ended else shown
        diagnosis = self._kit.diagnoses[failed.diagnosis]
        line = blame.line_to_look_at(failed.diagnosis, shown, taken.source)
        return Failure(
            diagnosis=failed.diagnosis,
            error=blame.error_sentence(diagnosis, test, shown),
            help=diagnosis.help,
            ended=shown.ended,
            elapsed=shown.elapsed,
            schedule=failed.variant,
            turns=in_words(shown.trace) if failed.variant and shown.trace is not None else "",
            line=line,
            source=taken.line(line),
            exception=blame.exception_text(shown, failed.diagnosis),
            waiting=shown.waiting if shown.ended in (Ended.DEADLOCK, Ended.LATE) else (),
            output=shown.output,
            trace=_slim(shown.trace),
            reference=self._reference_trace(failed.play),
        )

    def _reference_trace(self, play: Play) -> Trace | None:
        """The same play of the reference answer, in natural order; None if the kit comes without it."""
        path = self._exercise.reference
        if path is None:
            return None
        if self._reference is None:
            self._reference = Cell(self._box, self._job(read_text(path)))
        return _slim(self._reference.recording(replace(play, seed=0, choices=None, trace=True)).trace)


def not_judged(kit: Kit, exercise: Exercise, request: Request, error: GraderError) -> Verdict:
    """The verdict on a submission that could not be graded through no fault of the learner."""
    trouble = f"{error}. {error.hint}"
    return replace(_blank(kit, exercise, request), trouble=trouble, own_fault=isinstance(error, InternalError))


def _blank(kit: Kit, exercise: Exercise, request: Request) -> Verdict:
    everything = not request.tests and not request.backends and request.only is None
    return Verdict(
        exercise=exercise.id,
        title=exercise.title,
        file=request.shown,
        digest="",
        kit=f"{kit.title} {kit.version}",
        total=sum(test.points for test in exercise.tests),
        ignored=request.beside,
        complete_run=everything and request.schedules >= DEFAULT_SCHEDULES,
        versions=versions(),
        judged_at=datetime.now(UTC).isoformat(timespec="seconds"),
    )


def _read_scenarios(path: Path) -> str:
    """Read what goes into the box. Raises KitError if it is no Python: in the box that would look like our fault."""
    source = read_text(path)
    try:
        compile(source, str(path), "exec", dont_inherit=True)
    except (SyntaxError, ValueError) as error:
        line = getattr(error, "lineno", None) or 1
        raise KitError(f"{path}:{line}: Python cannot read this: {error}", hint="Correct the line.") from None
    return source


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


@cache
def versions() -> tuple[tuple[str, str], ...]:
    """What decides how a play goes: Python, anyio and trio."""
    return (("python", platform.python_version()), ("anyio", _version("anyio")), ("trio", _version("trio")))


def _version(package: str) -> str:
    # importlib.metadata takes 40 ms to import, and importing the packages themselves takes far longer.
    spec = find_spec(package)
    if spec is None or spec.origin is None:
        return "unknown"
    found = sorted(Path(spec.origin).parent.parent.glob(f"{package}-*.dist-info"))
    return found[-1].name.removesuffix(".dist-info").partition("-")[2] if found else "unknown"
