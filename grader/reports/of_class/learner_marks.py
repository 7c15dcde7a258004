"""Words the marks of one learner for their page, from the records that ``grades.csv`` is written from."""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

from grader.classroom.marks import ClassResults, Mark, Standing
from grader.classroom.remarks import remarks_for
from grader.classroom.totals import is_weighed, total_of
from grader.reports.marked import Marked, MarkedExercise
from grader.reports.of_class.figures import weight_said
from grader.rounding import number_said, share_said
from grader.text import clean_line, counted, joined

MAX_NAME = 120
MAX_REASON = 500
DIGITS = 16
"""Digits of a file's digest that tell it from all others of a class."""


def marked(results: ClassResults, key: str) -> Marked:
    """Say what the gradebook holds of the learner with this key."""
    show = f"{results.show} {shlex.quote(key)}" if results.show else ""
    return _marked(results, key, name=clean_line(results.learners[key].name or key, MAX_NAME), show=show)


def nameless(results: ClassResults, key: str) -> Marked:
    """Say the same without the name, and without a command that holds the key."""
    return _marked(results, key, name="", show="")


def _marked(results: ClassResults, key: str, *, name: str, show: str) -> Marked:
    marks = results.by_learner[key]
    remarks = remarks_for(key, marks, results.remarks)
    total = total_of(marks)

    def on(exercise: str) -> tuple[str, ...]:
        return tuple(remark.text for remark in remarks if remark.exercise == exercise)

    return Marked(
        learner=name,
        exercises=tuple(
            _exercise(mark, results.kit.exercise(mark.exercise).title, on(mark.exercise)) for mark in marks
        ),
        total="" if total.points is None else f"{number_said(total.points)} of {number_said(total.possible)}",
        total_why=tuple(_total_why(marks)),
        remarks=on(""),
        show=show,
    )


def _exercise(mark: Mark, title: str, remarks: tuple[str, ...]) -> MarkedExercise:
    return MarkedExercise(
        id=mark.exercise,
        title=title,
        mark="" if mark.points is None else f"{number_said(mark.points)} of {mark.total}",
        raw=f"{number_said(mark.raw)} of {mark.total}" if mark.standing is Standing.JUDGED else "",
        share=share_said(min(mark.points or 0.0, mark.total), mark.total),
        why=tuple(_why(mark)),
        verdict=_verdict(mark),
        remarks=remarks,
    )


def _verdict(mark: Mark) -> str:
    if mark.verdict is None:
        return ""
    number = "" if mark.verdict_id is None else f"Verdict {mark.verdict_id} of the gradebook"
    file = f"file {mark.verdict.digest[:DIGITS]}" if mark.verdict.digest else ""
    return ", ".join(part for part in (number, file) if part)


# ---- how a mark came about -------------------------------------------------------------------------------------------


def _why(mark: Mark) -> Iterator[str]:
    if mark.override:
        yield f"Set by hand by the instructor: {clean_line(mark.override, MAX_REASON)}"
    yield from _standing(mark)
    yield from _timing(mark)
    yield from _weight(mark)


def _standing(mark: Mark) -> Iterator[str]:
    by_hand = bool(mark.override)
    match mark.standing:
        case Standing.JUDGED:
            if mark.points != mark.raw:
                yield f"Raw points, for the tests that pass: {number_said(mark.raw)}"
        case Standing.CANNOT_JUDGE:
            yield "The file is not gradable" + ("" if by_hand else ", which counts as 0")
        case Standing.NOT_JUDGED:
            yield "Not judged, through no fault of the file: this costs no points"
        case Standing.MISSING:
            counts = mark.points == 0 and not by_hand
            yield "Nothing was handed in" + (", which counts as 0" if counts else "")


def _timing(mark: Mark) -> Iterator[str]:
    if mark.common_deadline:
        yield f"Extension: due {_moment(mark.deadline)} instead of {_moment(mark.common_deadline)}"
    if not mark.days_late:
        return
    late = f"{counted(mark.days_late, 'day')} late"
    if mark.override:
        cost = "which costs nothing, as the mark is set by hand"
    else:
        cost = f"{_points(mark.deducted)} less" if mark.deducted else "no points less"
        cost += ", so that nothing is left" if mark.deducted and mark.deducted == mark.raw else ""
    if mark.deadline and mark.handed_in:
        yield f"Late: due {_moment(mark.deadline)}, handed in {_moment(mark.handed_in)}; {late}, {cost}"
    else:
        yield f"Late, as the platform says, which does not say when; it counts as {late}, {cost}"


def _weight(mark: Mark) -> Iterator[str]:
    if mark.dropped:
        yield "Does not count in the total, because others are better"
    elif mark.weight != 1:
        yield f"In the total, {weight_said(mark)}"
    if mark.extra:
        yield "Extra credit: adds to the total, and not to what can be had"


def _total_why(marks: Sequence[Mark]) -> Iterator[str]:
    if any(mark.standing is Standing.NOT_JUDGED and mark.points is None for mark in marks):
        yield "There is no total while something is not judged"
    if is_weighed(marks):
        parts = [_part(mark) for mark in marks if mark.weight and not mark.dropped and mark.points is not None]
        yield f"Made of {joined(parts)}" if parts else "Nothing counts in it yet"


def _part(mark: Mark) -> str:
    """One exercise in the total: ``2 x 80 for ex01``."""
    times = "" if mark.weight == 1 else f"{number_said(mark.weight)} × "
    return f"{times}{number_said(mark.points or 0.0)} for {mark.exercise}"


def _points(points: float) -> str:
    said = number_said(points)
    return f"{said} point" if said == "1" else f"{said} points"


def _moment(iso: str) -> str:
    """A moment as people write it: ``2026-11-20 18:00 (UTC+1)``; seconds are said where they are not nought."""
    moment = datetime.fromisoformat(iso)
    clock = f"{moment:%Y-%m-%d %H:%M:%S}" if moment.second else f"{moment:%Y-%m-%d %H:%M}"
    return f"{clock} ({_zone(moment.utcoffset() or timedelta())})"


def _zone(offset: timedelta) -> str:
    minutes = int(offset.total_seconds()) // 60
    hours, rest = divmod(abs(minutes), 60)
    sign = "-" if minutes < 0 else "+"
    return "UTC" if not minutes else f"UTC{sign}{hours}" + (f":{rest:02}" if rest else "")
