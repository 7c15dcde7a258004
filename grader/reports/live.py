"""Says how far the grading is, in a line on the terminal that is rewritten until the screen comes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from grader.judge.progress import Progress, Watch, unwatched
from grader.judge.verdict import Outcome
from grader.reports.screen import Glyphs, Piece, Screen
from grader.text import tests_named

if TYPE_CHECKING:
    from rich.console import Console


@contextmanager
def following(console: Console, glyphs: Glyphs) -> Iterator[Watch]:
    """Show how far the judging is while the block runs; show nothing where the output is no terminal."""
    # The console itself takes a pipe for a terminal when it is told to colour it.
    if not console.file.isatty() or console.is_dumb_terminal:
        yield unwatched
        return
    screen = Screen(console, glyphs)
    going_on: dict[str, Progress] = {}

    def watch(progress: Progress) -> None:
        going_on[progress.exercise.id] = progress
        screen.rewrite(*(_said(progress) if len(going_on) == 1 else _said_of_several(going_on.values())))
        if progress.over:
            del going_on[progress.exercise.id]

    try:
        yield watch
    finally:
        screen.wipe()


def _said(progress: Progress) -> Iterator[Piece]:
    """Say which test is played, and how those before it have come out: ``ex01  test 5 of 13 on trio   4 pass``."""
    yield Piece(progress.exercise.id, "strong")
    yield Piece(f"  test {progress.test.number} of {len(progress.exercise.tests)} on {progress.backend}   ")
    yield Piece(f"{len(progress.passed)} pass", "pass")
    if failed := progress.any_backend(Outcome.FAIL):
        yield Piece(f"  {len(failed)} fail", "fail")
        yield Piece(f": {tests_named(failed)}")
    if left_out := progress.any_backend(Outcome.NOT_JUDGED):
        yield Piece(f"  {len(left_out)} not judged", "skipped")


def _said_of_several(going_on: Iterable[Progress]) -> Iterator[Piece]:
    """Say of exercises that are judged at the same time where each is: ``ex01  test 5 of 13   ex02  test 1 of 12``."""
    for progress in going_on:
        yield Piece(progress.exercise.id, "strong")
        yield Piece(f"  test {progress.test.number} of {len(progress.exercise.tests)}   ")
