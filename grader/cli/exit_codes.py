"""What ``grade`` exits with after judging: a learner's run, or a class."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from grader.judge.verdict import Status, Verdict

if TYPE_CHECKING:
    from grader.classroom.marks import Mark

PASS, FAIL, FAULTY, NOT_JUDGED, OWN_FAULT = 0, 1, 3, 4, 70

_OF_STATUS = {
    Status.NOT_JUDGED: NOT_JUDGED,
    Status.FAIL: FAIL,
    Status.CANNOT_JUDGE: FAULTY,
    Status.PASS: PASS,
}


def of_run(verdicts: Iterable[Verdict]) -> int:
    """70 for a fault of ours, else 4 if something was not judged, else 1 for a fail, else 3 for a file, else 0."""
    found = {OWN_FAULT if verdict.own_fault else _OF_STATUS[verdict.status] for verdict in verdicts}
    return next((code for code in (OWN_FAULT, NOT_JUDGED, FAIL, FAULTY) if code in found), PASS)


def of_run_with_limit(verdicts: Sequence[Verdict], limit: float) -> int:
    """As ``of_run``, but what fails or has a fault counts by its points: 1 below ``limit`` per cent of them, else 0.

    Where no file at all could be judged, no limit makes that a success.
    """
    code = of_run(verdicts)
    if code in (OWN_FAULT, NOT_JUDGED) or not any(verdict.tests for verdict in verdicts):
        return code
    reached = 100 * sum(verdict.points for verdict in verdicts) / sum(verdict.total for verdict in verdicts)
    return FAIL if reached < limit else PASS


def of_class(marks: Iterable[Mark], reached: float | None, limit: float | None) -> int:
    """70 for a fault of ours, 4 if anything or everything was not judged, 1 below the limit, else 0.

    ``reached`` and ``limit`` are per cent of the points; ``reached`` is None if nothing was judged.
    """
    # Here, as it brings the gradebook with it, and a learner would wait for that after every verdict.
    from grader.classroom.marks import Standing

    not_judged = [mark for mark in marks if mark.standing is Standing.NOT_JUDGED]
    if any(mark.own_fault for mark in not_judged):
        return OWN_FAULT
    if not_judged or reached is None:
        return NOT_JUDGED
    return FAIL if limit is not None and reached < limit else PASS
