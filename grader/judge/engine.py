"""Grades submissions of one exercise: takes each file in, checks the rules, has it played and judged."""

from __future__ import annotations

import platform
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import cache
from importlib.util import find_spec
from pathlib import Path

from grader.errors import GraderError, InternalError, KitError
from grader.judge.cells import AnyCell, Cells
from grader.judge.exempt import Check
from grader.judge.options import EVERYTHING, PlayOptions
from grader.judge.parts import part_results
from grader.judge.progress import NOBODY, Onlooker
from grader.judge.reference import Reference
from grader.judge.results import Results
from grader.judge.session import Examination, Session
from grader.judge.verdict import STOPPED, Root, TestResult, Verdict
from grader.kit.exercise import Exercise
from grader.kit.kit import Kit
from grader.kit.tables import read_text
from grader.policy import rules, submission
from grader.policy.submission import Fault, Submission
from grader.sandbox.box import Box, Job
from grader.sandbox.budget import Budget
from grader.sandbox.cell import Cell
from grader.sandbox.play import Play


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """One submission to grade. ``shown`` is its path as the learner knows it.

    ``check`` finds what is wrong with the file before anything of it runs.
    """

    path: Path
    shown: str
    options: PlayOptions = EVERYTHING
    check: Check = rules.check
    beside: tuple[str, ...] = ()
    """Names of other files in its folder, which play no part in grading."""
    taken: Submission | Fault | None = None
    """The file, if it has been taken in already; it may have come from another computer."""


def grade(
    box: Box,
    kit: Kit,
    exercise: Exercise,
    requests: Iterable[Request],
    *,
    processors: int = 1,
    onlooker: Onlooker = NOBODY,
) -> list[Verdict]:
    """Grade submissions of one exercise, in order. A fault of a learner's file is part of its verdict.

    On more than one of the ``processors`` all backends are played at the same time. The ``onlooker`` is told how far
    the judging is and may end it; tests that were not reached are then not judged. Raises KitError if the kit's own
    tests cannot run, InternalError if the box cannot.
    """
    return list(grade_each(box, kit, exercise, requests, processors=processors, onlooker=onlooker))


def grade_each(
    box: Box,
    kit: Kit,
    exercise: Exercise,
    requests: Iterable[Request],
    *,
    processors: int = 1,
    onlooker: Onlooker = NOBODY,
) -> Iterator[Verdict]:
    """Grade as ``grade`` does, one submission whenever the next verdict is asked for; its request is drawn then."""
    grading = Grading(box, kit, exercise, processors, onlooker)
    for request in requests:
        yield grading.verdict(request)
    grading.reference.close()


class Bench:
    """What all submissions of one exercise have in common: its stub, its scenarios, its reference answer and a box."""

    def __init__(self, box: Box, kit: Kit, exercise: Exercise) -> None:
        self.exercise = exercise
        self._box = box
        self._kit = kit
        self._stub = _read_python(exercise.stub)
        self._scenarios = _read_python(exercise.scenarios)
        self.reference = Reference(exercise, self.cell)

    def take_in(self, request: Request) -> tuple[Verdict, Submission | None]:
        """The verdict as far as it is known without playing, and the submission if it can be judged."""
        verdict = _blank(self._kit, self.exercise, request)
        taken = request.taken or submission.take(request.path, limit=self.exercise.limits.file_bytes)
        if isinstance(taken, Fault):
            return replace(verdict, faults=(taken,)), None
        findings = request.check(taken, self.exercise, self._stub)
        verdict = replace(verdict, digest=taken.digest, look=findings.look)
        if findings.faults:
            return replace(verdict, faults=findings.faults), None
        verdict = replace(verdict, isolation=self._box.level, source=taken.source)
        if refused := self._box.refusal(self.exercise.needs):
            return replace(verdict, trouble=refused), None
        return verdict, taken

    def cell(self, source: str, budget: Budget | None = None) -> Cell:
        """What plays a submission."""
        return Cell(self._box, Job.of(self.exercise, source, self._scenarios), budget)


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """A verdict, and whether it is only what is known so far: natural order, with other schedules still to come."""

    verdict: Verdict
    so_far: bool


class Grading:
    """What judges one submission of an exercise after the other; the reference answer is played once for all of them.

    Arguments, and errors raised, are those of ``grade``.
    """

    def __init__(self, box: Box, kit: Kit, exercise: Exercise, processors: int, onlooker: Onlooker) -> None:
        self._box = box
        self._processors = processors
        self._exercise = exercise
        self._bench = Bench(box, kit, exercise)
        self.reference = self._bench.reference
        self._session = Session(exercise, self.reference, onlooker)
        self._results = Results(kit, exercise, self.reference)
        self._natural: tuple[Play, ...] = ()
        """The plays in natural order that the last submission was asked for in stages."""

    def verdict(self, request: Request) -> Verdict:
        """Take a submission in and, if it can be judged, have it judged."""
        began = time.perf_counter()
        verdict, taken = self._bench.take_in(request)
        if taken is None:
            return verdict
        examination = self._session.judge(self._cells_for(taken, request), request.options)
        if examination.stopped:
            self._start_afresh(examination)
        # Before the plays are counted, as it plays on.
        tests, root = self._results.of(examination, taken)
        whole = replace(verdict, complete_run=verdict.complete_run and not examination.stopped)
        return self._judged(whole, examination, tests, root, began)

    def stages(self, request: Request) -> Iterator[Stage]:
        """The verdict on natural order, and then the whole one; only the whole one if that needs no further plays.

        An exception of the onlooker's ends it within a moment, and leaves the box fit for the next submission.
        """
        began = time.perf_counter()
        verdict, taken = self._bench.take_in(request)
        if taken is None:
            yield Stage(verdict=verdict, so_far=False)
            return
        cells = self._cells_for(taken, request)
        if isinstance(cells, Cells):
            cells.expect(self._natural)
        try:
            explaining = None
            stages = self._session.judge_in_stages(cells, request.options)
            for examination in stages:
                if isinstance(cells, Cells):
                    self._natural = cells.natural
                explaining = explaining or self._results.explaining(examination, taken)
                if examination.open:
                    tests, root = self._results.so_far(explaining)
                    natural = replace(verdict, complete_run=False)
                    yield Stage(verdict=self._judged(natural, examination, tests, root, began), so_far=True)
                    continue
                tests, root = self._results.at_the_end(explaining)
                yield Stage(verdict=self._judged(verdict, examination, tests, root, began), so_far=False)
        finally:
            # Nothing after the whole verdict, which has closed it; else plays may have been sent that wait for nobody.
            cells.forget()

    def _judged(
        self,
        verdict: Verdict,
        examination: Examination,
        tests: tuple[TestResult, ...],
        root: Root | None,
        began: float,
    ) -> Verdict:
        return replace(
            verdict,
            tests=tests,
            parts=part_results(self._exercise, tests),
            root=root,
            virtual_seconds=examination.virtual_seconds,
            plays=examination.cell.plays,
            own_fault=any(judged.own_fault for judged in examination.results.values()),
            real_seconds=time.perf_counter() - began,
        )

    def _cells_for(self, taken: Submission, request: Request) -> AnyCell:
        budget = Budget.within(self._exercise.limits, share=request.options.share)
        return self._cells(taken.source, budget, request.options)

    def _start_afresh(self, examination: Examination) -> None:
        """Shut down the box in which Ctrl-C has come; what is known is shown with plays in a new one, if it has any."""
        # Ctrl-C may have come between two halves of a message to the box, and an old answer be taken for a new one.
        self._box.renew()
        examination.cell.forget()
        self.reference.forget()

    def _cells(self, source: str, budget: Budget, options: PlayOptions) -> AnyCell:
        backends = options.backends_of(self._exercise)
        if self._processors < 2 or len(backends) < 2:
            return self._bench.cell(source, budget)
        return Cells(backends, budget, lambda: self._bench.cell(source, budget))


def _read_python(path: Path) -> str:
    """Read a file of the kit. Raises KitError if it is no Python, which would look like our fault later."""
    source = read_text(path)
    try:
        compile(source, str(path), "exec", dont_inherit=True)
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        line = getattr(error, "lineno", None) or 1
        raise KitError(f"{path}:{line}: Python cannot read this: {error}", hint="Correct the line.") from None
    return source


def not_judged(kit: Kit, exercise: Exercise, request: Request, error: GraderError) -> Verdict:
    """The verdict on a submission that an error of the kit, the grader or the computer kept from being graded."""
    trouble = f"{error}. {error.hint}"
    return replace(_blank(kit, exercise, request), trouble=trouble, own_fault=isinstance(error, InternalError))


def stopped(kit: Kit, exercise: Exercise, request: Request) -> Verdict:
    """The verdict on a submission that was not begun with, as the user has stopped the grading."""
    return replace(_blank(kit, exercise, request), trouble=STOPPED, complete_run=False)


def _blank(kit: Kit, exercise: Exercise, request: Request) -> Verdict:
    return Verdict(
        exercise=exercise.id,
        title=exercise.title,
        file=request.shown,
        digest="",
        kit=f"{kit.title} {kit.version}",
        total=sum(test.points for test in exercise.tests),
        ignored=request.beside,
        complete_run=request.options.complete,
        versions=versions(),
        judged_at=datetime.now(UTC).isoformat(timespec="seconds"),
    )


@cache
def versions() -> tuple[tuple[str, str], ...]:
    """The versions that decide how a play goes: of Python, anyio and trio."""
    return (("python", platform.python_version()), ("anyio", _version("anyio")), ("trio", _version("trio")))


def _version(package: str) -> str:
    # importlib.metadata takes 40 ms to import, and importing the packages themselves takes far longer.
    spec = find_spec(package)
    if spec is None or spec.origin is None:
        return "unknown"
    folders = sorted(Path(spec.origin).parent.parent.glob(f"{package}-*.dist-info"))
    return folders[-1].name.removesuffix(".dist-info").partition("-")[2] if folders else "unknown"
