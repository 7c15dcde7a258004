"""What a learner has tried before: the attempts at one exercise, and what has changed from one to the next."""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice, pairwise

from grader.judge.verdict import Status, Verdict
from grader.policy.submission import source_lines
from grader.reports import views
from grader.text import clean_line, tests_named

MAX_LINES = 40
"""Lines of one difference that are shown."""
MAX_COMPARED = 3000
"""Lines of two files together that are compared: the time grows with the square of their number."""
MAX_WIDTH = 120
_KINDS = {"+": "added", "-": "removed", " ": "kept"}


@dataclass(frozen=True, slots=True, kw_only=True)
class DiffLine:
    """A line that was ``added``, ``removed`` or ``kept``, or ``gap`` where lines are left out."""

    kind: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """What is different in one attempt from the one before. Tests are numbers."""

    better: tuple[int, ...]
    worse: tuple[int, ...]
    diff: tuple[DiffLine, ...]
    """What was changed in the file; nothing where it is the same or cannot be compared."""
    same_file: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Tried:
    """One attempt, and what came of it."""

    number: int
    verdict: Verdict
    said: str
    change: str


def changed(before: Verdict, after: Verdict) -> Change:
    """Compare two attempts at one exercise: what earned more, what earned less, and what was written."""
    earned = {test.name: test.earned for test in before.tests}
    shared = [test for test in after.tests if test.name in earned]
    return Change(
        better=tuple(test.number for test in shared if test.earned > earned[test.name]),
        worse=tuple(test.number for test in shared if test.earned < earned[test.name]),
        diff=tuple(islice(_diff(before.source, after.source), MAX_LINES)),
        same_file=before.digest == after.digest,
    )


def change_said(change: Change) -> str:
    """Say in one sentence which tests went better and which worse."""
    better = f"better: {tests_named(change.better)}" if change.better else ""
    worse = f"worse: {tests_named(change.worse)}" if change.worse else ""
    return "; ".join(part for part in (better, worse) if part) or "the same tests pass"


def tried(attempts: Sequence[Verdict], most: int) -> tuple[Tried, ...]:
    """The last attempts, the latest first, each with what it changed."""
    rows = [
        Tried(number=number, verdict=verdict, said=_said(verdict), change=_change(before, verdict))
        for number, (before, verdict) in enumerate(pairwise([None, *attempts]), start=1)
        if verdict is not None
    ]
    return tuple(rows[::-1][:most])


def _said(verdict: Verdict) -> str:
    if verdict.status in (Status.PASS, Status.FAIL):
        return views.points_said(verdict)
    return views.status_said(verdict).lower()


def _change(before: Verdict | None, verdict: Verdict) -> str:
    if before is None or not (before.tests and verdict.tests):
        return ""
    return change_said(changed(before, verdict))


def _diff(before: str, after: str) -> Iterator[DiffLine]:
    old, new = source_lines(before), source_lines(after)
    if not (before and after) or len(old) + len(new) > MAX_COMPARED:
        return
    heads = 2  # the names of the two files
    for line in islice(difflib.unified_diff(old, new, n=2, lineterm=""), heads, None):
        if line.startswith("@@"):
            yield DiffLine(kind="gap", text="")
        else:
            yield DiffLine(kind=_KINDS[line[0]], text=clean_line(line[1:].replace("\t", "    "), MAX_WIDTH))
