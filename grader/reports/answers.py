"""Answers to an exercise that a learner has completed: the reference, other right ones, and plays side by side."""

from __future__ import annotations

import ast
import inspect
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from grader.reports.comparison import alike
from grader.reports.lesson import code_as_html
from grader.reports.rendering import render
from grader.reports.screen import Glyphs, Piece, Screen
from grader.reports.timeline import Timeline
from grader.reports.timeline_svg import Chart, chart, kinds_in
from grader.reports.timeline_text import draw_axis, draw_lanes, frame_for, legend_of
from grader.reports.views import Command

if TYPE_CHECKING:
    from markupsafe import Markup
    from rich.console import Console

PARTS = ("learner", "course")


@dataclass(frozen=True, slots=True, kw_only=True)
class SeenPlay:
    """One play of a learner's answer, and the same play of the reference, on one scale."""

    caption: str
    mine: Timeline
    reference: Timeline | None

    @property
    def is_alike(self) -> bool:
        """Whether both look the same."""
        return self.reference is not None and alike(self.mine, self.reference)


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """An answer that gets full marks. ``shows`` is its docstring, which says what is special about it."""

    file: str
    shows: str
    code: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PlayView:
    """One play, drawn: the learner's, and the reference's below it if it looks different."""

    caption: str
    charts: tuple[Chart, ...]

    @property
    def legend(self) -> tuple[tuple[str, str], ...]:
        return kinds_in(self.charts)


def answer_of(path: Path) -> Answer:
    """Read an answer of a kit."""
    code = path.read_text(encoding="utf-8")
    try:
        shows = ast.get_docstring(ast.parse(code)) or ""
    except SyntaxError:  # a kit that was never checked
        shows = ""
    return Answer(file=path.name, shows=inspect.cleandoc(shows), code=code)


# ---- on a terminal ---------------------------------------------------------------------------------------------------


def show_plays(console: Console, plays: Sequence[SeenPlay], commands: Sequence[Command], *, glyphs: Glyphs) -> None:
    """Show plays of the learner's answer, each with that of the reference below it, and what to type next."""
    screen = Screen(console, glyphs)
    for play in plays:
        screen.blank()
        screen.wrapped(Piece(""), play.caption, "strong")
        theirs = () if play.reference is None or play.is_alike else (play.reference,)
        both = (play.mine, *theirs)
        frame = frame_for(screen, both)
        draw_axis(screen, max(both, key=lambda timeline: timeline.end), frame)
        mine = "yours; the reference looks the same" if play.is_alike else "yours"
        draw_lanes(screen, mine, play.mine, frame, legend=legend_of(screen, both))
        for timeline in theirs:
            draw_lanes(screen, "reference", timeline, frame)
    screen.blank()
    screen.commands(commands)


def show_others(console: Console, others: Sequence[Answer], *, glyphs: Glyphs) -> None:
    """Show other right answers, each with what it shows above its code."""
    screen = Screen(console, glyphs)
    for answer in others:
        screen.line(Piece(answer.file, "place"))
        for paragraph in answer.shows.split("\n\n"):
            screen.wrapped(Piece("  "), paragraph)
        screen.blank()
        for line in without_docstring(answer.code).strip("\n").split("\n"):
            screen.uncut(Piece(f"    {line}".rstrip()))
        screen.blank()


def without_docstring(code: str) -> str:
    """The code of an answer behind its docstring."""
    try:
        tree = ast.parse(code)
    except SyntaxError:
        return code
    if ast.get_docstring(tree) is None:
        return code
    return "\n".join(code.split("\n")[tree.body[0].end_lineno or 0 :])


# ---- as pages --------------------------------------------------------------------------------------------------------


def views_of(plays: Sequence[SeenPlay]) -> tuple[PlayView, ...]:
    """Draw plays for a page."""
    return tuple(_view(play) for play in plays)


def _view(play: SeenPlay) -> PlayView:
    mine = chart(play.mine, "Yours, and the reference looks the same" if play.is_alike else "Yours")
    theirs = () if play.reference is None or play.is_alike else (chart(play.reference, "Reference"),)
    return PlayView(caption=play.caption, charts=(mine, *theirs))


@dataclass(frozen=True, slots=True, kw_only=True)
class CodeView:
    """An answer with its code in colours."""

    file: str
    shows: str
    code: Markup


def solution_page(
    *,
    title: str,
    plays: Sequence[SeenPlay],
    mine: Answer,
    reference: Answer,
    others: Sequence[Answer],
    lesson: str,
    kit_title: str,
    made_at: str,
    templates: Path,
) -> str:
    """Render the page of the answers to an exercise, which lies beside its lesson."""
    context = {
        "title": title,
        "plays": views_of(plays),
        "mine": _coloured(mine),
        "reference": _coloured(reference),
        "others": tuple(_coloured(answer) for answer in others),
        "lesson": lesson,
        "kit_title": kit_title,
        "made_at": made_at,
    }
    return render(templates, "solution.html", parts=PARTS, context=context)


def _coloured(answer: Answer) -> CodeView:
    return CodeView(file=answer.file, shows=answer.shows, code=code_as_html(without_docstring(answer.code).strip("\n")))


@dataclass(frozen=True, slots=True, kw_only=True)
class Finished:
    """An exercise that the learner has completed: how many attempts it took, and plays of the answer that passed."""

    id: str
    title: str
    concepts: str
    attempts: int
    lesson: str
    plays: tuple[SeenPlay, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class FinishedView:
    """The same, drawn."""

    finished: Finished
    plays: tuple[PlayView, ...]


def last_page(exercises: Sequence[Finished], *, report: str, kit_title: str, made_at: str, templates: Path) -> str:
    """Render the last page of a course: every exercise with plays of the learner's own answer.

    ``report`` leads to the page of the last attempts.
    """
    context = {
        "exercises": tuple(
            FinishedView(finished=one, plays=tuple(_own_view(play) for play in one.plays)) for one in exercises
        ),
        "attempts": sum(one.attempts for one in exercises),
        "report": report,
        "kit_title": kit_title,
        "made_at": made_at,
    }
    return render(templates, "ending.html", parts=PARTS, context=context)


def _own_view(play: SeenPlay) -> PlayView:
    return PlayView(caption=play.caption, charts=(chart(play.mine, "Yours"),))
