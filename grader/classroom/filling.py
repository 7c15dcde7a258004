"""Fills points into the rows of a table: finds whose row it is, scales, and leaves alone what is not ours to change."""

from __future__ import annotations

import html
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_FLOOR, Decimal, InvalidOperation

from grader.classroom.found import LeftOver
from grader.classroom.people import Learner, Person
from grader.classroom.roster import make_roster, people_in
from grader.classroom.sheet import Sheet

TOTAL = "total"
"""Stands for all exercises together, where the platform has one assignment for them."""

_EXCUSED = {"EX": "is excused", "N/A": "is not assigned to them"}
_CENT = Decimal("0.01")
_TINY = Decimal("0.000000001")
"""Points are sums of binary fractions: 29.999999999999996 is 30."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Points:
    """What somebody has for one exercise."""

    points: float
    total: int
    """Points that can be had; what is written is scaled to what the platform's column gives."""
    feedback: str = ""
    """Plain text for Moodle's comment."""


Results = Mapping[tuple[str, str], Points]
"""By the key of the learner and the id of the exercise; what is not in it is left alone."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """A grade that is new in the file. ``old`` is empty if there was none."""

    learner: str
    exercise: str
    old: str
    new: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Filled:
    """A platform's file with points in it."""

    content: bytes
    changed: tuple[Change, ...]
    kept: tuple[LeftOver, ...]
    """Cells that were left as they are though there are points for them: whose and of what, and why."""
    not_found: tuple[str, ...]
    """Keys of learners with points who are not in the file, or who cannot be told from somebody else in it."""
    without_column: tuple[str, ...] = ()
    """Exercises with points that the file has no column for."""

    @property
    def replaced(self) -> tuple[Change, ...]:
        """The changes of cells that had another grade."""
        return tuple(change for change in self.changed if change.old)


class Filling:
    """A table that is being filled."""

    def __init__(self, sheet: Sheet, learners: Sequence[Learner], results: Results, exercises: Sequence[str]) -> None:
        self._sheet = sheet
        self._results = results
        self._exercises = exercises
        self._changed: list[Change] = []
        self._kept: list[LeftOver] = []
        self._learners = {one.key: one for one in learners if any((one.key, each) in results for each in exercises)}
        self._rows = _rows(sheet, tuple(self._learners.values()))

    def grades(self, exercise: str, column: int, *, most: Callable[[int], str], locked: Callable[[int], str]) -> None:
        """Fill a column of grades. ``most`` gives what a row's cell may hold at most, as the table writes it, and
        ``locked`` why it must not be changed, in words, or nothing."""
        for row, key, points in self._of(exercise):
            old = self._sheet.text(row, column).strip()
            new = _scaled(points, most(row))
            why = locked(row) or _EXCUSED.get(old, "") or ("" if new else "has no number of points that can be had")
            if why:
                self._keep(key, exercise, why)
            elif _number(old) != _number(new):
                self._sheet.put(row, column, new)
                self._changed.append(Change(learner=key, exercise=exercise, old=old, new=new))

    def comments(self, exercise: str, column: int) -> None:
        """Fill a column of comments, which are HTML, where nobody has written one."""
        for row, key, points in self._of(exercise):
            old = self._sheet.text(row, column).strip()
            new = html.escape(points.feedback.strip(), quote=False).replace("\n", "<br />")
            if old and new and old != new:
                self._keep(key, exercise, "has a comment already; empty the cell to have ours")
            elif new and not old:
                self._sheet.put(row, column, new)

    def result(self, *, without_column: tuple[str, ...] = ()) -> Filled:
        return Filled(
            content=self._sheet.content(),
            changed=tuple(self._changed),
            kept=tuple(self._kept),
            not_found=tuple(key for key in self._learners if key not in self._rows),
            without_column=without_column,
        )

    def _of(self, exercise: str) -> Iterator[tuple[int, str, Points]]:
        for key, row in self._rows.items():
            points = self._total(key) if exercise == TOTAL else self._results.get((key, exercise))
            if points is not None:
                yield row, key, points

    def _total(self, key: str) -> Points | None:
        each = [self._results.get((key, exercise)) for exercise in self._exercises]
        known = [points for points in each if points is not None]
        if len(known) < len(each):
            return None
        return Points(
            points=sum(one.points for one in known),
            total=sum(one.total for one in known),
            feedback="\n".join(one.feedback for one in known if one.feedback),
        )

    def _keep(self, key: str, exercise: str, why: str) -> None:
        self._kept.append(LeftOver(shown=f"{self._learners[key].name}, {exercise}", reason=why))


def _rows(sheet: Sheet, learners: Sequence[Learner]) -> dict[str, int]:
    """The row of each learner who is in the table for certain."""
    # The row itself is the key here: two lines that look like the same person must stay two.
    people = [
        Learner(key=str(one.row), name=one.person.name, email=one.person.email, ids=one.person.ids)
        for one in people_in(sheet)
    ]
    table = make_roster(people, where=sheet.where)
    rows: dict[str, int] = {}
    for learner in learners:
        found = table.find(Person(name=learner.name, email=learner.email, ids=learner.ids, handle=learner.key))
        if len(found) == 1:
            rows[learner.key] = int(found[0].key)
    often = Counter(rows.values())

    return {key: row for key, row in rows.items() if often[row] == 1}


def _scaled(points: Points, most: str) -> str:
    """The grade as the table writes numbers, rounded down to two places; nothing if it cannot be told."""
    best = _number(most)
    if best is None or best <= 0 or points.total <= 0:
        return ""
    grade = (Decimal(repr(points.points)) * best / points.total + _TINY).quantize(_CENT, rounding=ROUND_FLOOR)
    text = f"{grade:.2f}" if "." in most or "," in most else f"{grade.normalize():f}"
    return text.replace(".", ",") if "," in most and "." not in most else text


def _number(text: str) -> Decimal | None:
    try:
        number = Decimal(text.strip().replace(",", "."))
    except InvalidOperation:
        return None
    return number if number.is_finite() else None
