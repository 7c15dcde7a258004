"""What fails in the class: how often each hidden test does and in what manner, and the gaps between backends."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from grader.classroom.marks import ClassResults
from grader.judge.verdict import Failure, Outcome, TestResult
from grader.kit.of_python import OF_PYTHON
from grader.rounding import share_said
from grader.text import counted, joined
from grader.wire.rows import LEFT_BEHIND

WORST = 10
"""Tests that are named first, before the list of all."""

TestKey = tuple[str, int]
"""The id of an exercise and the number of a hidden test."""


class Manner(StrEnum):
    """The manners of failing that a bar tells apart."""

    WRONG = "wrong"
    STUCK = "stuck"
    BLOCKED = "blocked"
    RAISED = "raised"
    LEFT = "left"
    BROKEN = "broken"


MANNER_WORDS = {
    Manner.WRONG: "not what was asked for",
    Manner.STUCK: "deadlock, late, runs on and on",
    Manner.BLOCKED: "holds up the event loop",
    Manner.RAISED: "raises",
    Manner.LEFT: "leaves something behind",
    Manner.BROKEN: "crashes or reaches a limit",
}
MANNERS = {
    **dict.fromkeys(("deadlock", "late", "never-yields", "never-returns"), Manner.STUCK),
    **dict.fromkeys(LEFT_BEHIND, Manner.LEFT),
    **dict.fromkeys(("crashed", "limit", "not-simulated", "tampered", "internal"), Manner.BROKEN),
    "blocked-loop": Manner.BLOCKED,
    **dict.fromkeys(("raised", *(diagnosis.slug for diagnosis in OF_PYTHON)), Manner.RAISED),
}
"""The manners of what the grader itself finds; what a hidden test declares is WRONG."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Miss:
    """One hidden test that one learner fails on one backend."""

    learner: str
    exercise: str
    test: TestResult
    backend: str
    failure: Failure


@dataclass(frozen=True, slots=True, kw_only=True)
class Segment:
    """A part of a bar; ``x`` and ``width`` are per cent, as text."""

    manner: Manner
    x: str
    width: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FailureRow:
    """How many learners fail one hidden test, and how. ``kinds`` are the diagnoses with their numbers of learners."""

    exercise: str
    number: int
    label: str
    judged: int
    failed: int
    share: str
    segments: tuple[Segment, ...]
    kinds: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """The hidden tests of one exercise."""

    exercise: str
    title: str
    caption: str
    rows: tuple[FailureRow, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class GapRow:
    """Learners whose answer passes a test on some backends and fails it on others."""

    exercise: str
    number: int
    label: str
    passes: str
    fails: str
    learners: int
    kinds: str


def misses(results: ClassResults) -> tuple[Miss, ...]:
    """Return everything that fails in the verdicts that count."""
    return tuple(
        Miss(learner=mark.learner, exercise=mark.exercise, test=test, backend=result.backend, failure=result.failure)
        for mark in results.marks
        if mark.verdict is not None
        for test in mark.verdict.tests
        for result in test.results
        if result.failure is not None
    )


def first_misses(missed: Iterable[Miss]) -> dict[TestKey, dict[str, Miss]]:
    """Return the first miss of each learner in each test: a learner who fails on two backends fails the test once."""
    by_test: dict[TestKey, dict[str, Miss]] = defaultdict(dict)
    for miss in missed:
        by_test[miss.exercise, miss.test.number].setdefault(miss.learner, miss)
    return by_test


def kinds_said(failed: Iterable[Miss]) -> str:
    """Name the diagnoses with their numbers of learners, the most frequent first: ``serial 30, deadlock 12``."""
    counts = Counter(miss.failure.diagnosis for miss in failed)
    ordered = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    return ", ".join(f"{slug} {number}" for slug, number in ordered)


# ---- hidden tests ----------------------------------------------------------------------------------------------------


def failure_rows(results: ClassResults, missed: Iterable[Miss]) -> tuple[FailureRow, ...]:
    """Return one row for every hidden test that was judged, in the order of the kit."""
    judged = _judged(results)
    firsts = first_misses(missed)
    place = {exercise: number for number, exercise in enumerate(results.exercises)}
    order = sorted(judged, key=lambda key: (place[key[0]], key[1]))
    return tuple(_failure_row(key, judged[key], tuple(firsts.get(key, {}).values())) for key in order)


def worst(rows: Sequence[FailureRow]) -> tuple[FailureRow, ...]:
    """Choose the tests that the largest share of the class fails."""
    failed = [row for row in rows if row.failed]
    return tuple(sorted(failed, key=lambda row: (-row.failed / row.judged, -row.failed))[:WORST])


def by_exercise(results: ClassResults, rows: Sequence[FailureRow]) -> tuple[Group, ...]:
    """Group the tests by exercise, and say of each how much of it fails."""
    groups: dict[str, list[FailureRow]] = {id: [] for id in results.exercises}
    for row in rows:
        groups[row.exercise].append(row)
    return tuple(
        Group(exercise=id, title=results.kit.exercise(id).title, caption=_caption(group), rows=tuple(group))
        for id, group in groups.items()
    )


def _caption(rows: Sequence[FailureRow]) -> str:
    failed = worst(rows)
    if not failed:
        return "no test fails" if rows else "nothing was judged"
    return f"{counted(len(rows), 'test')}; {failed[0].share} fail test {failed[0].number}"


def _judged(results: ClassResults) -> dict[TestKey, list[TestResult]]:
    by_test: dict[TestKey, list[TestResult]] = defaultdict(list)
    for mark in results.marks:
        for test in mark.verdict.tests if mark.verdict is not None else ():
            if any(result.outcome is not Outcome.NOT_JUDGED for result in test.results):
                by_test[mark.exercise, test.number].append(test)
    return by_test


def _failure_row(key: TestKey, judged: Sequence[TestResult], failed: Sequence[Miss]) -> FailureRow:
    return FailureRow(
        exercise=key[0],
        number=key[1],
        label=judged[0].label,
        judged=len(judged),
        failed=len(failed),
        share=share_said(len(failed), len(judged)),
        segments=_segments(failed, len(judged)),
        kinds=kinds_said(failed),
    )


def _segments(failed: Iterable[Miss], judged: int) -> tuple[Segment, ...]:
    counts = Counter(manner_of(miss.failure) for miss in failed)
    segments: list[Segment] = []
    at = 0.0
    for manner in filter(counts.get, Manner):
        width = 100 * counts[manner] / judged
        segments.append(Segment(manner=manner, x=f"{at:.4g}%", width=f"{width:.4g}%"))
        at += width
    return tuple(segments)


def manner_of(failure: Failure) -> Manner:
    """Say in what manner a play failed: by how it ended, or by what was found in it."""
    return MANNERS.get(failure.diagnosis if failure.ended.by_itself else failure.ended, Manner.WRONG)


# ---- backends --------------------------------------------------------------------------------------------------------


def gap_rows(missed: Iterable[Miss]) -> tuple[GapRow, ...]:
    """Return the tests that some answers pass on one backend and fail on another, by number of learners."""
    groups: dict[tuple[TestKey, tuple[str, ...], tuple[str, ...]], list[Miss]] = defaultdict(list)
    for key, firsts in first_misses(missed).items():
        for miss in firsts.values():
            if passes := _backends(miss.test, Outcome.PASS):
                groups[key, passes, _backends(miss.test, Outcome.FAIL)].append(miss)
    rows = [_gap_row(passes, fails, group) for (_, passes, fails), group in groups.items()]
    return tuple(sorted(rows, key=lambda row: (-row.learners, row.exercise, row.number)))


def _backends(test: TestResult, outcome: Outcome) -> tuple[str, ...]:
    return tuple(result.backend for result in test.results if result.outcome is outcome)


def _gap_row(passes: Sequence[str], fails: Sequence[str], group: Sequence[Miss]) -> GapRow:
    return GapRow(
        exercise=group[0].exercise,
        number=group[0].test.number,
        label=group[0].test.label,
        passes=joined(passes),
        fails=joined(fails),
        learners=len(group),
        kinds=kinds_said(group),
    )
