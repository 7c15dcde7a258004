"""The screens that run nothing: ``grade`` (where am I, what next) and ``grade list``."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from grader.reports.glyphs import Glyphs
from grader.reports.next_steps import Command
from grader.reports.screen import Piece, Screen
from grader.reports.views import Progress, State
from grader.reports.words import counted, whole_points

if TYPE_CHECKING:
    from rich.console import Console

METER = 10
STYLES = {State.NEW: "quiet", State.FAULTY: "fail", State.FAILING: "skipped", State.COMPLETE: "pass"}


def show_overview(
    console: Console,
    title: str,
    progress: Sequence[Progress],
    *,
    following: Progress | None,
    note: str = "",
    commands: Sequence[Command],
    glyphs: Glyphs,
) -> None:
    """Show how far every exercise is, which one follows, what ``note`` says about it, and what to type next."""
    screen = Screen(console, glyphs)
    complete = sum(one.state is State.COMPLETE for one in progress)
    screen.spread([Piece(title, "strong")], [Piece(f"{complete} of {counted(len(progress), 'exercise')} complete")])
    screen.blank()
    for one in progress:
        _progress_line(screen, one, here=glyphs.here if one is following else " " * len(glyphs.here))
    screen.blank()
    if following is None:
        screen.line(Piece("All exercises are complete.", "pass"))
    else:
        screen.line(Piece(f"next: {following.id}  {following.title}", "strong"), Piece(f"   {following.summary}"))
    if note:
        screen.wrapped(Piece("      "), note)
    screen.commands(commands)


def show_list(console: Console, progress: Sequence[Progress], *, glyphs: Glyphs) -> None:
    """Show what the exercises are about, one line each."""
    screen = Screen(console, glyphs)
    for one in progress:
        right = [Piece(f"level {one.level}   {one.minutes:3} min   ", "quiet"), _state(one)]
        left = [Piece(screen.fit(one.id, 6), "strong"), Piece(screen.fit(one.title, 16)), Piece(one.summary, "quiet")]
        screen.spread(left, right)


def _progress_line(screen: Screen, one: Progress, *, here: str) -> None:
    points = whole_points(one.points)
    filled = METER * points // one.total if one.total else 0
    tried = one.state in (State.FAILING, State.COMPLETE)
    right = [
        Piece(screen.glyphs.filled * filled, "pass"),
        Piece(screen.glyphs.empty * (METER - filled) + "  ", "quiet"),
        Piece(f"{points:3}  " if tried else "  -  "),
        _state(one),
    ]
    screen.spread([Piece(here, "note"), Piece(screen.fit(one.id, 6), "strong"), Piece(one.title)], right)


def _state(one: Progress) -> Piece:
    return Piece(one.state.ljust(max(len(state) for state in State)), STYLES[one.state])
