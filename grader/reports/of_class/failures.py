"""What the class gets wrong: failures of each hidden test, gaps between backends, and misconceptions.

A misconception is a diagnosis over all tests and learners, with one line of code and what to say about it.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from grader.classroom.marks import ClassResults
from grader.judge.verdict import Failure, Outcome, TestResult
from grader.kit.diagnosis import Diagnosis
from grader.reports.of_class.anonymous import EXCERPT_UNSAID, KnownNames, without_texts
from grader.reports.of_class.figures import percent_of
from grader.text import counted, joined
from grader.wire.recording import LEFT_BEHIND

WORST = 10
"""Tests that are named first, before the list of all."""
MAX_EXCERPT = 160
MAX_TESTS_NAMED = 6
HEADS = ("def ", "async def ", "class ", "@")

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
    Manner.STUCK: "deadlock, late, never yields",
    Manner.BLOCKED: "holds up the event loop",
    Manner.RAISED: "raises",
    Manner.LEFT: "leaves something behind",
    Manner.BROKEN: "crashes or reaches a limit",
}
MANNERS = {
    **dict.fromkeys(("deadlock", "late", "never-yields"), Manner.STUCK),
    **dict.fromkeys(LEFT_BEHIND, Manner.LEFT),
    **dict.fromkeys(("crashed", "limit", "not-simulated", "tampered", "internal"), Manner.BROKEN),
    "blocked-loop": Manner.BLOCKED,
    "raised": Manner.RAISED,
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Misconception:
    """One kind of failure over the whole class, and what to say about it.

    ``alike`` says how many learners have a line like the excerpt.
    """

    place: int
    slug: str
    sentence: str
    learners: int
    share: str
    exercises: tuple[str, ...]
    tests: str
    excerpt: str
    alike: str
    say: str
    ask: str
    show: str


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
        share=percent_of(len(failed), len(judged)),
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


# ---- misconceptions --------------------------------------------------------------------------------------------------


def misconceptions(results: ClassResults, missed: Iterable[Miss]) -> tuple[Misconception, ...]:
    """Return the kinds of failure, those of the most learners first."""
    by_slug: dict[str, list[Miss]] = defaultdict(list)
    for miss in missed:
        by_slug[miss.failure.diagnosis].append(miss)
    groups = sorted(by_slug.items(), key=lambda item: (-_learners(item[1]), item[0]))
    return tuple(_misconception(results, place, slug, group) for place, (slug, group) in enumerate(groups))


def kinds_of_learners(kinds: Iterable[Misconception], missed: Iterable[Miss]) -> dict[str, set[int]]:
    """Return the places of the misconceptions of each learner."""
    places = {kind.slug: kind.place for kind in kinds}
    by_learner: dict[str, set[int]] = defaultdict(set)
    for miss in missed:
        by_learner[miss.learner].add(places[miss.failure.diagnosis])
    return by_learner


def _learners(group: Iterable[Miss]) -> int:
    return len({miss.learner for miss in group})


def _misconception(results: ClassResults, place: int, slug: str, group: Sequence[Miss]) -> Misconception:
    # The kit may no longer have this diagnosis: an old verdict may be reported with a newer kit.
    unknown = Diagnosis(slug=slug, sentence=group[0].test.label, explanation="", help="", hints=())
    diagnosis = results.kit.diagnoses.get(slug, unknown)
    excerpt, alike = _typical_line(results, group)
    learners = _learners(group)

    return Misconception(
        place=place,
        slug=slug,
        sentence=diagnosis.sentence,
        learners=learners,
        share=percent_of(learners, len(results.learners)),
        exercises=tuple(id for id in results.exercises if any(miss.exercise == id for miss in group)),
        tests=_tests_said(group),
        excerpt=excerpt,
        alike=f"{counted(alike, 'learner')} with such a line" if alike > 1 else "",
        say=diagnosis.explanation,
        ask=diagnosis.hints[0] if diagnosis.hints else "",
        show=diagnosis.hints[-1] if diagnosis.hints else diagnosis.help,
    )


def _tests_said(group: Iterable[Miss]) -> str:
    counts = Counter((miss.exercise, miss.test.number) for miss in group)
    named = sorted(key for key, _ in counts.most_common(MAX_TESTS_NAMED))
    more = len(counts) - len(named)
    tests = ", ".join(f"{exercise} test {number}" for exercise, number in named)
    return f"{tests} and {counted(more, 'other test')}" if more else tests


def _typical_line(results: ClassResults, group: Iterable[Miss]) -> tuple[str, int]:
    """Choose the line that most learners have in common and that does not name its author; count those learners."""
    authors: dict[str, dict[str, None]] = defaultdict(dict)
    for miss in group:
        if line := without_texts(miss.failure.source).strip():
            authors[line][miss.learner] = None
    # The first line of a function stands for "somewhere in here", where nothing better is known.
    best = sorted(authors, key=lambda line: (not line.startswith(HEADS), len(authors[line]), line), reverse=True)
    for line in best:
        author = results.learners[next(iter(authors[line]))]
        if line != EXCERPT_UNSAID and not KnownNames([author]).appear_in(line):
            return line[:MAX_EXCERPT], len(authors[line])

    return (EXCERPT_UNSAID, 0) if best else ("", 0)
