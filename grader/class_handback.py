"""Gives a class's points back to its platform: the files that were exported, with our cells filled in."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from grader.classroom.filling import TOTAL, Filled, Points, Results
from grader.classroom.handback import fill_canvas, fill_moodle, worksheet_exercise
from grader.classroom.marks import Mark, Standing
from grader.classroom.people import Learner
from grader.classroom.results import ClassResults
from grader.errors import ClassroomError
from grader.exercise import Exercise
from grader.reports.clean import clean_line
from grader.reports.files import write_bytes
from grader.reports.words import counted

FAILURES = 5
"""Failing tests that a comment names."""
NAMED = 5
"""People or cells that a note names."""
MAX_TEXT = 300


@dataclass(frozen=True, slots=True, kw_only=True)
class HandBack:
    """Which exported files are to be filled. ``columns`` is as in ``class.toml``."""

    out: Path
    exercises: tuple[Exercise, ...]
    canvas: Path | None = None
    moodle: tuple[Path, ...] = ()
    columns: Mapping[str, str]

    def check(self) -> None:
        """Look at the files before anything is graded. Raises ClassroomError."""
        for _ in self._filled({}, ()):
            pass

    def write(self, results: ClassResults) -> Iterator[tuple[Path, Sequence[str]]]:
        """Write a filled copy of every file, and say what came of it. Raises ClassroomError."""
        names = {learner.key: learner.name for learner in results.intake.learners}
        for source, filled in self._filled(points_of(results), results.intake.learners):
            path = self.out / f"{source.stem}.filled{source.suffix}"
            write_bytes(path, [filled.content], option="--out OUT")
            yield path, tuple(_notes(source.name, filled, names))

    def _filled(self, results: Results, learners: Sequence[Learner]) -> Iterator[tuple[Path, Filled]]:
        if self.canvas is not None:
            ours = {TOTAL, *(one.id for one in self.exercises)}
            columns = {id: column for id, column in self.columns.items() if id in ours}
            content, where = _read(self.canvas), self.canvas
            filled = fill_canvas(
                content, results, learners=learners, exercises=self.exercises, columns=columns, where=where
            )
            yield where, filled
        for path in self.moodle:
            exercise = worksheet_exercise(path, self.exercises)
            filled = fill_moodle(
                _read(path), results, learners=learners, exercises=self.exercises, exercise=exercise, where=path
            )
            yield path, filled


def points_of(results: ClassResults) -> dict[tuple[str, str], Points]:
    """The points of every mark that has something to say, with a comment for the learner."""
    return {
        (mark.learner, mark.exercise): Points(points=mark.points, total=mark.total, feedback="\n".join(_feedback(mark)))
        for mark in results.marks
        if mark.points is not None
    }


def _feedback(mark: Mark) -> Iterator[str]:
    """What a learner reads beside the points. Nothing of a hidden test but its label is in it."""
    if mark.override:
        yield "These points were set by your instructor."
        return
    if mark.days_late:
        yield f"{counted(mark.days_late, 'day')} late, which costs {mark.deducted:g} of {mark.raw:g} points."
    if mark.verdict is None:
        return
    if mark.standing is Standing.CANNOT_JUDGE:
        yield from (clean_line(f"{fault.error}; {fault.help}", MAX_TEXT) for fault in mark.verdict.faults[:1])
    failing = [test for test in mark.verdict.tests if not test.passed]
    yield from (clean_line(f"Fails: {test.label}", MAX_TEXT) for test in failing[:FAILURES])
    if len(failing) > FAILURES:
        yield f"and {len(failing) - FAILURES} more"


def _notes(file: str, filled: Filled, names: Mapping[str, str]) -> Iterator[str]:
    replaced = f", {len(filled.replaced)} in place of another grade" if filled.replaced else ""
    yield f"{file}: {counted(len(filled.changed), 'new grade')}{replaced}"
    if filled.not_found:
        yield f"{file}: not in it: {_some([names.get(key, key) for key in filled.not_found])}"
    if filled.kept:
        yield f"{file}: left as they are: {_some([f'{one.shown} {one.reason}' for one in filled.kept])}"
    if filled.without_column:
        yield f"{file}: no column for {', '.join(filled.without_column)}; name it in class.toml under [columns]"


def _some(texts: Sequence[str]) -> str:
    more = f" and {len(texts) - NAMED} more" if len(texts) > NAMED else ""
    return "; ".join(texts[:NAMED]) + more


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise ClassroomError(f"{path}: {error.strerror}", hint="Name the file that the platform exported.") from error
