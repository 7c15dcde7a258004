"""Plays of an answer as the figures of its exercise declare them, beside those of the reference."""

from __future__ import annotations

from collections.abc import Iterator

from grader.kit.exercise import Exercise
from grader.kit.figures import REFERENCE, Figure
from grader.kit.tables import read_text
from grader.reports.answers import SeenPlay
from grader.reports.figure import picture_of
from grader.reports.timeline import Timeline
from grader.sandbox.box import Box, Job
from grader.sandbox.cell import Cell
from grader.sandbox.play import Play
from grader.wire.recording import Recording, Trace


def played(box: Box, exercise: Exercise, answer: str, figure: Figure) -> Recording:
    """Play the scenario of a figure with an answer, in natural order."""
    cell = Cell(box, Job.of(exercise, answer, read_text(exercise.scenarios)))
    try:
        return cell.recording(Play(figure.scenario, Play.encode(figure.inputs), figure.backend, trace=True))
    finally:
        cell.close()


def seen_plays(box: Box, exercise: Exercise, answer: str) -> tuple[SeenPlay, ...]:
    """Play what the figures of a reference play, with an answer and with the reference itself, if the kit has it.

    Nothing comes of an exercise that this computer cannot play.
    """
    if box.refusal(exercise.needs):
        return ()
    reference = None if exercise.reference is None else read_text(exercise.reference)
    return tuple(_seen(box, exercise, answer, reference))


def _seen(box: Box, exercise: Exercise, answer: str, reference: str | None) -> Iterator[SeenPlay]:
    for figure in _figures_of_the_reference(exercise):
        mine = played(box, exercise, answer, figure)
        theirs = None if reference is None else played(box, exercise, reference, figure)
        if mine.trace is None:
            continue
        end = _end(figure, mine.trace, None if theirs is None else theirs.trace)
        yield SeenPlay(
            caption=figure.caption,
            mine=_picture(mine, figure, end),
            reference=None if theirs is None or theirs.trace is None else _picture(theirs, figure, end),
        )


def _figures_of_the_reference(exercise: Exercise) -> Iterator[Figure]:
    """The figures of the reference: what is said of a wrong answer would not be true of a right one."""
    return (figure for figure in exercise.figures if figure.answer == REFERENCE)


def _end(figure: Figure, *traces: Trace | None) -> float:
    """Where the scale of both pictures ends, in virtual seconds."""
    elapsed = max(trace.elapsed for trace in traces if trace is not None)
    return elapsed if figure.until is None or not elapsed else figure.until


def _picture(recording: Recording, figure: Figure, end: float) -> Timeline:
    assert recording.trace is not None
    try:
        return picture_of(recording.trace, recording.waiting, until=end, lanes=figure.lanes)
    except KeyError:  # a lane that is named after a function of the reference
        return picture_of(recording.trace, recording.waiting, until=end, lanes=())
