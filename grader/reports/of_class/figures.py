"""The figures of a class, worked out in this one place so that no two reports disagree; also the heat map's cells."""

from __future__ import annotations

import math
import statistics
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction

from grader.classroom.marks import ClassResults, Mark, Standing
from grader.classroom.sections import section_names
from grader.classroom.totals import total_of
from grader.judge.verdict import Status
from grader.rounding import MEANS, exact, number_said, share_said
from grader.text import clean_line, counted, joined

MEAN_OF = "mean and median are of the judged files, after what being late costs"
"""What every report that gives them says beside them."""
MAX_NAME = 60
LATE = "†"
BY_HAND = "‡"
BINS = 11
"""Tenths of the points, and a bin of its own for all of them."""


class CellState(StrEnum):
    """What a cell of the heat map says in a word."""

    PASS = "pass"
    FAIL = "fail"
    FAULT = "fault"
    """The file cannot be judged."""
    NOT_JUDGED = "not judged"
    MISSING = "missing"


States = Mapping[tuple[str, str], CellState]
"""The state of each mark, by learner and exercise."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """One exercise in numbers. ``judged``, ``not_gradable``, ``not_judged`` and ``missing`` add up to the class.

    ``complete`` are the judged files that pass every test. ``mean`` and ``median`` are of the points of the judged
    files, None if there are none: a file that was never handed in says something about the deadline, and a syntax error
    little about the exercise. ``total`` are the points that can be had.
    """

    id: str
    title: str
    judged: int
    not_gradable: int
    not_judged: int
    missing: int
    complete: int
    mean: float | None
    median: float | None
    total: int

    @property
    def counts(self) -> dict[CellState, int]:
        return {
            CellState.PASS: self.complete,
            CellState.FAIL: self.judged - self.complete,
            CellState.FAULT: self.not_gradable,
            CellState.NOT_JUDGED: self.not_judged,
            CellState.MISSING: self.missing,
        }

    @property
    def share(self) -> str:
        """The share of the judged files that pass."""
        return share_said(self.complete, self.judged)

    @property
    def mean_said(self) -> str:
        return _number(self.mean)

    @property
    def median_said(self) -> str:
        return _number(self.median)


def _number(number: float | None) -> str:
    return "–" if number is None else number_said(number, MEANS)


@dataclass(frozen=True, slots=True, kw_only=True)
class LearnerLink:
    """A learner as the page names them.

    ``page`` is the link to their own page, empty if there is none, and ``section`` the place of their section among
    those of the class, 0 if they are in none.
    """

    name: str
    page: str
    section: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class HeatCell:
    """One exercise of one learner. ``tone`` is the class of its colour: ``p f0 f1 f2 f3 c n m``."""

    tone: str
    points: str
    word: CellState
    flag: str


@dataclass(frozen=True, slots=True, kw_only=True)
class HeatRow:
    """One learner. ``kinds`` are the places of their diagnoses in the list of misconceptions."""

    learner: LearnerLink
    cells: tuple[HeatCell, ...]
    total: str
    complete: str
    kinds: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DistributionBin:
    """One bin of the distribution; ``x``, ``y``, ``width`` and ``height`` are per cent, as text."""

    label: str
    learners: int
    x: str
    y: str
    width: str
    height: str
    caption: str


# ---- exercises -------------------------------------------------------------------------------------------------------


def figures(results: ClassResults) -> tuple[Figures, ...]:
    """Return the exercises of a class in numbers."""
    by_exercise: dict[str, list[Mark]] = {id: [] for id in results.exercises}
    for mark in results.marks:
        by_exercise[mark.exercise].append(mark)
    return tuple(_figures(id, results.kit.exercise(id).title, marks) for id, marks in by_exercise.items())


def _figures(id: str, title: str, marks: Sequence[Mark]) -> Figures:
    judged = [mark for mark in marks if mark.standing is Standing.JUDGED]
    points = [exact(mark.points) for mark in judged if mark.points is not None]
    return Figures(
        id=id,
        title=title,
        judged=len(judged),
        not_gradable=count(marks, Standing.CANNOT_JUDGE),
        not_judged=count(marks, Standing.NOT_JUDGED),
        missing=count(marks, Standing.MISSING),
        complete=sum(map(passes, judged)),
        mean=float(statistics.mean(points)) if points else None,
        median=float(statistics.median(points)) if points else None,
        total=max((mark.total for mark in marks), default=100),
    )


def attempts(results: ClassResults) -> Mapping[str, str]:
    """Say of each exercise how many hand-ins its learners needed to full marks: ``1 to 4, median 2``.

    There is nothing to say, of any exercise, where no learner has handed in two files for one.
    """
    if not any(history.hand_ins > 1 for history in results.histories.values()):
        return {}
    return {id: _attempts_said(_attempts(results, id)) for id in results.exercises}


def _attempts(results: ClassResults, exercise: str) -> list[int]:
    found = (results.histories.get((key, exercise)) for key in results.learners)
    return [history.until_full for history in found if history is not None and history.until_full is not None]


def _attempts_said(numbers: Sequence[int]) -> str:
    if not numbers:
        return "–"
    least, most = min(numbers), max(numbers)
    return f"{least} to {most}, median {statistics.median_low(numbers)}" if least < most else str(least)


# ---- marks -----------------------------------------------------------------------------------------------------------


def count(marks: Iterable[Mark], *standings: Standing) -> int:
    """Count the marks of these standings."""
    return sum(mark.standing in standings for mark in marks)


def handed_in(marks: Sequence[Mark]) -> bool:
    """Whether one learner, of whom these are the marks, handed in anything at all."""
    return any(mark.standing is not Standing.MISSING for mark in marks)


def passes(mark: Mark) -> bool:
    """Whether the file that counts was judged and passes every test, whatever being late costs."""
    if mark.standing is not Standing.JUDGED:
        return False
    if mark.verdict is not None:
        return mark.verdict.status is Status.PASS
    return mark.judged is not None and mark.judged.verdict.status is Status.PASS


def states_of(results: ClassResults) -> States:
    """Say in a word what became of each exercise of each learner."""
    return {key_of(mark): _state(mark) for mark in results.marks}


def key_of(mark: Mark) -> tuple[str, str]:
    """Return where a mark is found in ``States``."""
    return mark.learner, mark.exercise


def _state(mark: Mark) -> CellState:
    match mark.standing:
        case Standing.JUDGED:
            return CellState.PASS if passes(mark) else CellState.FAIL
        case Standing.CANNOT_JUDGE:
            return CellState.FAULT
        case Standing.NOT_JUDGED:
            return CellState.NOT_JUDGED
        case Standing.MISSING:
            return CellState.MISSING


def totals_of(results: ClassResults) -> str:
    """Say how many points a total may have: ``300``, or ``100 to 200`` where it depends on what counts."""
    possible = {total_of(marks).possible for marks in results.by_learner.values()} or {Fraction()}
    least, most = number_said(min(possible)), number_said(max(possible))
    return most if least == most else f"{least} to {most}"


def weighing_said(results: ClassResults) -> str:
    """Say in a sentence what makes a total; nothing where it is the plain sum of the marks."""
    marks = next(iter(results.by_learner.values()), ())
    parts = [weight_said(mark) for mark in marks if mark.weight != 1]
    parts += [f"{mark.exercise} is extra credit" for mark in marks if mark.extra]
    if dropped := sum(mark.dropped for mark in marks):
        parts.append(_worst(dropped))
    return f"In the total, {joined(parts)}." if parts else ""


def _worst(exercises: int) -> str:
    if exercises == 1:
        return "the worst exercise of each learner does not count"
    return f"the {exercises} worst exercises of each learner do not count"


def weight_said(mark: Mark) -> str:
    """Say how often a mark counts: ``ex01 counts twice``."""
    often = {0.0: "does not count", 2.0: "counts twice"}.get(mark.weight, f"counts {number_said(mark.weight)} times")
    return f"{mark.exercise} {often}"


def percent(marks: Iterable[Mark]) -> float | None:
    """Return the per cent of the points that could be had in the files handed in; None if nothing was judged.

    A file that cannot be judged counts as nought, and one that was not judged through no fault of the learner not at
    all.
    """
    counting = [mark for mark in marks if mark.standing in (Standing.JUDGED, Standing.CANNOT_JUDGE)]
    total = sum(mark.total for mark in counting)
    if not total or not count(counting, Standing.JUDGED):
        return None
    return float(100 * sum((exact(mark.points or 0.0) for mark in counting), Fraction()) / total)


# ---- the class as a whole --------------------------------------------------------------------------------------------


def headline(results: ClassResults, states: States) -> str:
    """Say in one sentence how the class stands."""
    counts = Counter(states.values())
    judged = counts[CellState.PASS] + counts[CellState.FAIL]
    active = sum(handed_in(marks) for marks in results.by_learner.values())
    if not judged:
        return f"Nothing was judged; {active} of {counted(len(results.learners), 'learner')} handed something in."
    passed = f"{counts[CellState.PASS]} of {counted(judged, 'judged file')} pass every test."
    return f"{active} of {counted(len(results.learners), 'learner')} handed something in; {passed}"


def facts(results: ClassResults, states: States) -> tuple[tuple[str, str], ...]:
    """Return the figures at the top of the page, each with what it counts."""
    counts = Counter(states.values())
    rows = results.by_learner.values()
    complete = sum(bool(row) and all(states[key_of(mark)] is CellState.PASS for mark in row) for row in rows)
    looks = sum(bool(mark.verdict and mark.verdict.look) for mark in results.marks)
    numbers = (
        (len(rows), "in the class"),
        (sum(handed_in(row) for row in rows), "handed something in"),
        (complete, "pass everything"),
        (counts[CellState.PASS] + counts[CellState.FAIL], "files judged"),
        (counts[CellState.FAULT], "not gradable"),
        (counts[CellState.NOT_JUDGED], "not judged"),
        (looks, "please look"),
    )
    return tuple((str(number), what) for number, what in numbers)


def distribution(results: ClassResults) -> tuple[DistributionBin, ...]:
    """Count the learners who handed something in, and of whom everything was judged, by their share of all points."""
    bins = [0] * BINS
    for marks in results.by_learner.values():
        total = total_of(marks)
        if handed_in(marks) and total.points is not None:
            share = 100 * total.points / (total.possible or 1)
            bins[min(max(math.floor(share) // 10, 0), BINS - 1)] += 1
    most = max(*bins, 1)
    return tuple(_bin(number, learners, most) for number, learners in enumerate(bins))


def _bin(number: int, learners: int, most: int) -> DistributionBin:
    last = number == BINS - 1
    range_said = "all points" if last else f"{number * 10} to {number * 10 + 9} per cent"
    height = 100 * learners / most
    width = 100 / BINS
    return DistributionBin(
        label="all" if last else str(number * 10),
        learners=learners,
        x=f"{(number + 0.06) * width:.2f}%",
        y=f"{100 - height:.1f}%",
        width=f"{width * 0.88:.2f}%",
        height=f"{height:.1f}%",
        caption=f"{range_said}: {counted(learners, 'learner')}",
    )


# ---- the heat map ----------------------------------------------------------------------------------------------------


def links_of(results: ClassResults, pages: Mapping[str, str]) -> Mapping[str, LearnerLink]:
    """Return every learner by key; ``pages`` are the links to their own pages."""
    places = section_places(results)
    return {
        key: LearnerLink(
            name=clean_line(learner.name or key, MAX_NAME),
            page=pages.get(key, ""),
            section=places.get(learner.section, 0),
        )
        for key, learner in results.learners.items()
    }


def section_places(results: ClassResults) -> Mapping[str, int]:
    """Return the sections of the class by name, numbered from 1; none if no learner has one."""
    return {name: place for place, name in enumerate(section_names(results.intake.learners), start=1)}


def heat_rows(
    results: ClassResults, states: States, links: Mapping[str, LearnerLink], kinds: Mapping[str, Collection[int]]
) -> tuple[HeatRow, ...]:
    """Return a row for every learner, in the order of the intake; ``kinds`` are places of diagnoses, by key."""
    return tuple(
        _heat_row(links[key], marks, states, sorted(kinds.get(key, ()))) for key, marks in results.by_learner.items()
    )


def _heat_row(learner: LearnerLink, marks: Sequence[Mark], states: States, kinds: Sequence[int]) -> HeatRow:
    total = total_of(marks).points
    return HeatRow(
        learner=learner,
        cells=tuple(_cell(mark, states[key_of(mark)]) for mark in marks),
        total="–" if total is None else number_said(total),
        complete=str(sum(states[key_of(mark)] is CellState.PASS for mark in marks)),
        kinds=" ".join(map(str, kinds)),
    )


def _cell(mark: Mark, state: CellState) -> HeatCell:
    return HeatCell(
        tone=_tone(mark, state),
        points="" if mark.points is None else number_said(mark.points),
        word=state,
        flag=BY_HAND if mark.override else LATE if mark.days_late else "",
    )


def _tone(mark: Mark, state: CellState) -> str:
    if state is CellState.FAIL:
        points = mark.raw if mark.points is None else mark.points
        return f"f{min(max(int(4 * points / max(mark.total, 1)), 0), 3)}"
    return {CellState.PASS: "p", CellState.FAULT: "c", CellState.NOT_JUDGED: "n", CellState.MISSING: "m"}[state]
