"""The screens that run nothing: how far each exercise is and what comes next, and the list of exercises."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

from grader.reports.progress import Command, ExerciseProgress, ExerciseState
from grader.reports.screen import Glyphs, Piece, Screen
from grader.rounding import number_said
from grader.text import counted

if TYPE_CHECKING:
    from rich.console import Console

METER = 10
WIDE = 60
"""Columns from which on an overview has more than the names and how far each exercise is."""
STATE_STYLES = {
    ExerciseState.NEW: "quiet",
    ExerciseState.FAULTY: "fail",
    ExerciseState.FAILING: "skipped",
    ExerciseState.COMPLETE: "pass",
}


def show_overview(
    console: Console,
    title: str,
    progress: Sequence[ExerciseProgress],
    *,
    following: ExerciseProgress | None,
    note: str = "",
    commands: Sequence[Command],
    glyphs: Glyphs,
) -> None:
    """Show how far every exercise is, which one follows, what ``note`` says about it, and what to type next."""
    screen = Screen(console, glyphs)
    complete = sum(exercise.state is ExerciseState.COMPLETE for exercise in progress)
    done = f"{complete} of {counted(len(progress), 'exercise')} complete"
    if screen.cells(title) + 2 + len(done) <= screen.width:
        screen.spread([Piece(title, "strong")], [Piece(done)])
    else:
        screen.line(Piece(title, "strong"))
        screen.line(Piece(done))
    screen.blank()
    for exercise in progress:
        _progress_line(screen, exercise, here=glyphs.here if exercise is following else " " * len(glyphs.here))
    screen.blank()
    if following is None:
        screen.line(Piece("All exercises are complete.", "pass"))
    else:
        screen.line(Piece(f"next: {following.id}  {following.title}", "strong"), Piece(f"   {following.summary}"))
    if note:
        screen.wrapped(Piece("      "), note)
    screen.commands(commands)


def show_list(console: Console, progress: Sequence[ExerciseProgress], *, glyphs: Glyphs) -> None:
    """Show what the exercises are about, one line each."""
    screen = Screen(console, glyphs)
    for exercise in progress:
        name = Piece(screen.fit(exercise.id, 6), "strong")
        if screen.width < WIDE:
            screen.spread([name, Piece(exercise.title)], [_state(exercise)])
            continue
        right = [Piece(f"level {exercise.level}   {exercise.minutes:3} min   ", "quiet"), _state(exercise)]
        screen.spread([name, Piece(screen.fit(exercise.title, 15) + " "), Piece(exercise.summary, "quiet")], right)


def _progress_line(screen: Screen, exercise: ExerciseProgress, *, here: str) -> None:
    filled = math.floor(METER * exercise.points / exercise.total) if exercise.total else 0
    tried = exercise.state in (ExerciseState.FAILING, ExerciseState.COMPLETE)
    points = number_said(exercise.points) if tried else "-"
    right = [Piece(f"{points:>4}  "), _state(exercise)]
    if screen.glyphs.pictures and screen.width >= WIDE:
        empty = Piece(screen.glyphs.empty * (METER - filled) + " ", "quiet")
        right = [Piece(screen.glyphs.filled * filled, "pass"), empty, *right]
    screen.spread([Piece(here, "note"), Piece(screen.fit(exercise.id, 6), "strong"), Piece(exercise.title)], right)


def _state(exercise: ExerciseProgress) -> Piece:
    return Piece(exercise.state.ljust(max(len(state) for state in ExerciseState)), STATE_STYLES[exercise.state])
