"""The exit codes of ``grade`` after it has judged a learner's run or a class."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from grader.classroom.marks import Mark
    from grader.judge.verdict import Verdict

PASS, FAIL, FAULTY, NOT_JUDGED, OWN_FAULT = 0, 1, 3, 4, 70
INTERRUPTED = 130
"""After Ctrl-C, whatever is known by then: a shell ends a script at this code."""


def of_run(verdicts: Iterable[Verdict]) -> int:
    """The first that applies: 70 our own fault, 4 a file not judged, 1 a fail, 3 a file that cannot be judged, 0."""
    # Imported here because commands that judge nothing exit without knowing what a verdict is.
    from grader.judge.verdict import Status

    of_status = {
        Status.NOT_JUDGED: NOT_JUDGED,
        Status.FAIL: FAIL,
        Status.CANNOT_JUDGE: FAULTY,
        Status.PASS: PASS,
    }
    codes = {OWN_FAULT if verdict.own_fault else of_status[verdict.status] for verdict in verdicts}
    return next((code for code in (OWN_FAULT, NOT_JUDGED, FAIL, FAULTY) if code in codes), PASS)


def of_run_with_limit(verdicts: Sequence[Verdict], limit: float) -> int:
    """Like ``of_run``, but fails and faulty files count by their points: 1 below ``limit`` per cent, else 0.

    If no file could be judged at all, that is no success under any limit.
    """
    code = of_run(verdicts)
    if code in (OWN_FAULT, NOT_JUDGED) or not any(verdict.tests for verdict in verdicts):
        return code
    reached = 100 * sum(verdict.points for verdict in verdicts) / sum(verdict.total for verdict in verdicts)
    return FAIL if reached < limit else PASS


def of_class(marks: Iterable[Mark], reached: float | None, limit: float | None) -> int:
    """The first that applies: 70 our own fault, 4 a file not judged, 1 below the limit, 0.

    ``reached`` and ``limit`` are per cent of the points; ``reached`` is None if no file was judged.
    """
    # Imported here because it loads the gradebook, for which a learner would wait after every verdict.
    from grader.classroom.marks import Standing

    not_judged = [mark for mark in marks if mark.standing is Standing.NOT_JUDGED]
    if any(mark.own_fault for mark in not_judged):
        return OWN_FAULT
    if not_judged or reached is None:
        return NOT_JUDGED
    return FAIL if limit is not None and reached < limit else PASS
