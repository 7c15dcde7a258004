"""Turns what the hidden tests found in one submission into the results of its verdict: words, a line, two timelines."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from grader.judge.attempt import Failed, Judged
from grader.judge.cells import AnyCell
from grader.judge.explain import (
    error_sentence,
    exception_text,
    in_words,
    line_to_look_at,
    telling_remark,
    unexpected_ending,
)
from grader.judge.reference import Reference, slim
from grader.judge.session import Examination
from grader.judge.verdict import BackendResult, Failure, Outcome, PassedRemark, TestResult
from grader.judge.wrongkind import Unfit, unusable, wrong_kind
from grader.kit.exercise import Exercise
from grader.kit.hidden_tests import HiddenTest
from grader.kit.kit import Kit
from grader.kit.tables import read_text
from grader.policy.promises import Promise, definitions, promises
from grader.policy.submission import Submission
from grader.wire.recording import Ended, Recording, Remark

UNTRACED = (Ended.CRASHED, Ended.LIMIT, Ended.TAMPERED, Ended.INTERNAL)
"""Endings of which no trace comes back."""


class Results:
    """Makes the results of submissions of one exercise."""

    def __init__(self, kit: Kit, exercise: Exercise, reference: Reference) -> None:
        self._kit = kit
        self._reference = reference
        self._stub = exercise.stub

    def of(self, examination: Examination, taken: Submission) -> tuple[TestResult, ...]:
        """The result of every hidden test asked for. Closes the cell of the examination."""
        tests = tuple(self._test_result(examination, test, taken) for test in examination.tests)
        # Whatever the box sends after its last answer is noticed when the cell is closed.
        examination.cell.close()
        return _without_points(tests) if examination.cell.tampered else tests

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

    def _failure(self, cell: AnyCell, test: HiddenTest, failed: Failed, taken: Submission) -> Failure:
        shown = self._seen_again(cell, failed)
        unfit = self._unfit(test, failed, shown, taken)
        slug = failed.diagnosis if unfit is None else unfit.diagnosis
        diagnosis = self._kit.diagnoses[slug]
        line = line_to_look_at(slug, shown, taken.source) if unfit is None else unfit.line
        return Failure(
            diagnosis=slug,
            error=error_sentence(diagnosis, test, shown) if unfit is None else unfit.error,
            help=diagnosis.help if unfit is None else unfit.help,
            ended=shown.ended,
            elapsed=shown.elapsed,
            schedule=failed.variant,
            turns=in_words(shown.trace) if failed.variant and shown.trace is not None else "",
            line=line,
            source=taken.line(line),
            exception=exception_text(shown, slug) if unfit is None else "",
            waiting=shown.waiting if shown.ended in (Ended.DEADLOCK, Ended.LATE) else (),
            output=shown.output,
            trace=slim(shown.trace),
            reference=self._reference.trace(failed.play),
        )

    def _unfit(self, test: HiddenTest, failed: Failed, shown: Recording, taken: Submission) -> Unfit | None:
        """The value that explains the failure, where how the play went does not explain it better."""
        if failed.diagnosis not in (test.diagnosis, "raised") or unexpected_ending(shown) or telling_remark(shown):
            return None
        promised = promises(read_text(self._stub))
        unfit = _unfit_in(shown, failed, promised, taken)
        if unfit is None or (returning := self._reference.returning(failed.play)) is None:
            return unfit
        # What the reference answer does not return from, it does not call, or it leaves by the exception asked for.
        kinds = tuple(returned for returned in shown.returns if returned.name in returning)
        promised = tuple(promise for promise in promised if promise.name in returning)
        return _unfit_in(replace(shown, returns=kinds), failed, promised, taken)

    def _seen_again(self, cell: AnyCell, failed: Failed) -> Recording:
        """The recording to show: with its trace, and with the kinds of values returned if the play ended by itself.

        A play goes the same way again, unless the program depends on real time or chance: there is no timeline then.
        """
        shown = failed.recording
        if shown.ended in UNTRACED:
            return shown
        again = replace(failed.play, trace=True)
        # Kinds cost time at each call, which could block the loop in a play that computes for long.
        if shown.ended.by_itself and _went_alike(seen := cell.recording(replace(again, returns=True)), shown):
            return replace(shown, trace=seen.trace, returns=seen.returns)
        if shown.trace is None and _went_alike(seen := cell.recording(again), shown):
            return replace(shown, trace=seen.trace)
        return shown


def _unfit_in(shown: Recording, failed: Failed, promised: Sequence[Promise], taken: Submission) -> Unfit | None:
    defined = definitions(taken.source)
    wrong = wrong_kind(shown, promised, defined, stumbled=failed.stumble is not None)
    return wrong or (unusable(shown, promised, defined) if failed.diagnosis == "raised" else None)


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
