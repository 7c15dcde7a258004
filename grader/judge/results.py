"""Turns what the hidden tests found in one submission into the results of its verdict: words, a line, two timelines."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from grader.judge import parts
from grader.judge.attempt import Failed, Judged
from grader.judge.explain.code import code_of
from grader.judge.explain.evidence import Case, Evidence
from grader.judge.explain.finding import Finding
from grader.judge.explain.learned import Learned, read_learned
from grader.judge.explain.roots import Key, root_in_parts, root_of
from grader.judge.explain.rules import explain
from grader.judge.explain.turns import turns_in_words
from grader.judge.explain.words import said
from grader.judge.inputs import shown_inputs
from grader.judge.reference import Reference, slim
from grader.judge.session import Examination
from grader.judge.verdict import BackendResult, Failure, Outcome, PassedRemark, Root, TestResult
from grader.kit.contract import read_contract
from grader.kit.exercise import Exercise
from grader.kit.hidden_tests import HiddenTest
from grader.kit.kit import Kit
from grader.kit.tables import read_text
from grader.policy.promises import definitions, promises
from grader.policy.submission import Submission
from grader.wire.recording import Ended, Recording
from grader.wire.rows import Remark

UNTRACED = (Ended.CRASHED, Ended.LIMIT, Ended.TAMPERED, Ended.INTERNAL)
"""Endings of which no trace comes back."""
MAX_LINE = 1000
"""Characters of a source line. A file may be one line of 64 KiB, and each of its failures is stored with the line."""


class Results:
    """Makes the results of submissions of one exercise."""

    def __init__(self, kit: Kit, exercise: Exercise, reference: Reference) -> None:
        self._kit = kit
        self._reference = reference
        self._exercise = exercise
        self._learned: Learned = read_learned(exercise)

    def of(self, examination: Examination, taken: Submission) -> tuple[tuple[TestResult, ...], Root | None]:
        """The result of every hidden test asked for, and the failure to mend first. Closes the cell."""
        return self.at_the_end(self.explaining(examination, taken))

    def explaining(self, examination: Examination, taken: Submission) -> Explaining:
        """What explains the failures of one submission, each of them once."""
        return Explaining(self._kit, self._exercise, self._reference, examination, taken)

    def so_far(self, explaining: Explaining) -> tuple[tuple[TestResult, ...], Root | None]:
        """The results as far as the examination has come, and the failure to mend first."""
        explaining.findings.clear()
        examination = explaining.examination
        tests = tuple(self._test_result(examination, test, explaining) for test in examination.tests)
        if not self._exercise.parts:
            return tests, root_of(explaining.findings, self._learned)
        places = {test.number: parts.place_of(self._exercise, test) for test in examination.tests}
        root = root_in_parts(explaining.findings, self._learned, places)
        return parts.going_on(self._exercise, tests, root), root

    def at_the_end(self, explaining: Explaining) -> tuple[tuple[TestResult, ...], Root | None]:
        """As ``of``, for failures some of which may have been explained already."""
        tests, root = self.so_far(explaining)
        # Whatever the box sends after its last answer is noticed when the cell is closed.
        explaining.examination.cell.close()
        if explaining.examination.cell.tampered:
            tests = _without_points(tests)
            return tests, Root(test=tests[0].number, backend=tests[0].results[0].backend) if tests else None
        return tests, root

    def _test_result(self, examination: Examination, test: HiddenTest, explaining: Explaining) -> TestResult:
        return TestResult(
            number=test.number,
            name=test.name,
            label=test.label,
            points=test.points,
            part=test.part,
            results=tuple(
                self._backend_result(examination, test, backend, explaining) for backend in examination.backends
            ),
        )

    def _backend_result(
        self, examination: Examination, test: HiddenTest, backend: str, explaining: Explaining
    ) -> BackendResult:
        judged = examination.results.get((test.name, backend))
        if judged is None:
            # Silence is no evidence: a test that left no result has not passed, however its call ended.
            judged = Judged(outcome=Outcome.NOT_JUDGED, schedules=0, reason="the hidden test left no result")
        return BackendResult(
            backend=backend,
            outcome=judged.outcome,
            schedules=judged.schedules,
            all_schedules=judged.all_schedules,
            failure=None if judged.failed is None else explaining.failure(test, backend, judged.failed),
            reason=judged.reason,
            remarks=tuple(self._remark(remark, explaining.taken) for remark in judged.remarks),
        )

    def _remark(self, remark: Remark, taken: Submission) -> PassedRemark:
        text = self._kit.diagnoses[remark.slug].sentence
        return PassedRemark(kind=remark.slug, text=text, line=remark.line, source=taken.line(remark.line)[:MAX_LINE])


class Explaining:
    """Explains the failures of one submission, one after the other: a recording may hold megabytes."""

    def __init__(
        self, kit: Kit, exercise: Exercise, reference: Reference, examination: Examination, taken: Submission
    ) -> None:
        self.examination = examination
        self.taken = taken
        self.findings: dict[Key, Finding] = {}
        """What was found of each failure, in the order of the tests."""
        self._known: dict[Key, tuple[Failed, Finding, Failure]] = {}
        self._reference = reference
        self._cell = examination.cell
        stub = read_text(exercise.stub)
        self._promises = {promise.number: str(promise) for promise in read_contract(stub)}
        self._case = Case(
            code=code_of(taken.source),
            exercise=exercise,
            promised=promises(stub),
            contract=read_contract(stub),
            defined=definitions(taken.source),
            catalogue=kit.diagnoses,
        )

    def failure(self, test: HiddenTest, backend: str, failed: Failed) -> Failure:
        """What a report says of a failure, which is noted among the findings."""
        key = Key(test.number, test.name, backend)
        known = self._known.get(key)
        if known is None or known[0] is not failed:
            known = self._known[key] = (failed, *self._explained(test, backend, failed))
        _, self.findings[key], failure = known
        return failure

    def _explained(self, test: HiddenTest, backend: str, failed: Failed) -> tuple[Finding, Failure]:
        shown, reference = self._seen_again(failed), self._reference.recording(failed.play)
        evidence = Evidence(
            test=test,
            backend=backend,
            slug=failed.diagnosis,
            said=failed.said,
            chosen=failed.chosen,
            stumbled=failed.stumble is not None,
            shown=shown,
            reference=reference,
        )
        found = explain(self._case, evidence)
        last_line = None if found.line is None else self._case.code.last_line(found.line)
        return found, Failure(
            diagnosis=found.diagnosis,
            error=found.error,
            help=found.help,
            ended=shown.ended,
            elapsed=shown.elapsed,
            schedule=failed.variant,
            turns=turns_in_words(shown.trace) if failed.variant and shown.trace is not None else "",
            cancellation=shown.cancellation,
            line=found.line,
            source=self.taken.line(found.line)[:MAX_LINE],
            promise=self._promises.get(test.promise or 0, ""),
            last_line=last_line if last_line != found.line else None,
            got=found.got,
            expected=found.expected,
            inputs=shown_inputs(test.show, failed.play, failed.looped),
            exception=_exception(shown, found),
            waiting=shown.waiting if shown.ended in (Ended.DEADLOCK, Ended.LATE) else (),
            output=shown.output,
            trace=slim(shown.trace),
            reference=None if reference is None else slim(reference.trace),
        )

    def _seen_again(self, failed: Failed) -> Recording:
        """The recording to show: with its trace, and with the values returned if the play ended by itself.

        A play goes the same way again, unless the program depends on real time or chance: there is no timeline then.
        """
        shown = failed.recording
        if shown.ended in UNTRACED:
            return shown
        again = failed.play.traced
        # To note values costs time at each call, which could block the loop in a play that computes for long.
        if shown.ended.by_itself and _went_alike(seen := self._cell.recording(replace(again, returns=True)), shown):
            return replace(shown, trace=seen.trace, returns=seen.returns)
        if shown.trace is None and _went_alike(seen := self._cell.recording(again), shown):
            return replace(shown, trace=seen.trace)
        return shown


def _exception(shown: Recording, found: Finding) -> str:
    """``ValueError: boom`` for the exception that has something to do with what was found."""
    if shown.ended is Ended.CRASHED:
        return ""  # a cancellation, whose text names objects of the event loop, or what the reason says
    for leaf in shown.surprises:
        if found.got and found.got != said(leaf) and leaf.line is None:
            continue  # what was returned says it, and not that the scenario could not go on with it
        if shown.error or found.got == said(leaf):
            by_scenario = " (raised by the scenario)" if leaf.line is None and leaf.scenario_line is not None else ""
            return said(leaf) + by_scenario
    return ""


def _went_alike(seen: Recording, shown: Recording) -> bool:
    return (seen.ended, seen.elapsed) == (shown.ended, shown.elapsed)


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
