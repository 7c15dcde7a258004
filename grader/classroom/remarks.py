"""Which remarks of an instructor a learner gets: ``[[remarks]]`` in ``class.toml``, matched with marks and verdicts."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from grader.classroom.marks import Mark
from grader.classroom.rules import InstructorRemark
from grader.judge.verdict import Verdict


@dataclass(frozen=True, slots=True, kw_only=True)
class FittingRemark:
    """A remark that a learner gets; ``exercise`` is empty for one on no exercise in particular."""

    exercise: str
    text: str


def remarks_for(learner: str, marks: Sequence[Mark], remarks: Iterable[InstructorRemark]) -> tuple[FittingRemark, ...]:
    """The remarks for the learner with this key, in the order of ``class.toml``.

    ``marks`` are the learner's, with their verdicts. A remark on a diagnosis fits every exercise in which the file that
    counts has it.
    """
    return tuple(
        FittingRemark(exercise=exercise, text=remark.text)
        for remark in remarks
        if remark.learner in ("", learner)
        for exercise in _exercises(remark, marks)
    )


def _exercises(remark: InstructorRemark, marks: Sequence[Mark]) -> Iterator[str]:
    if not remark.exercise and not remark.diagnosis:
        yield ""
        return
    for mark in marks:
        fits = not remark.diagnosis or (mark.verdict is not None and remark.diagnosis in diagnoses_of(mark.verdict))
        if fits and remark.exercise in ("", mark.exercise):
            yield mark.exercise


def diagnoses_of(verdict: Verdict) -> frozenset[str]:
    """The diagnoses of the tests that fail, of what passed tests left behind, and of what is wrong with the file."""
    results = [result for test in verdict.tests for result in test.results]
    failures = (result.failure.diagnosis for result in results if result.failure is not None)
    left = (remark.kind for result in results for remark in result.remarks)
    return frozenset((*failures, *left, *(fault.kind for fault in verdict.faults)))
