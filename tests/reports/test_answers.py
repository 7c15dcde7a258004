"""Answers beside each other: the reference below one's own where it looks different, and code without its docstring."""

from __future__ import annotations

import io

from rich.console import Console

from grader.reports.answers import SeenPlay, show_plays, views_of, without_docstring
from grader.reports.screen import ASCII
from grader.reports.timeline import layout
from grader.wire.recording import Trace
from tests.samples import one_after_the_other, together


def seen(mine: Trace, reference: Trace | None) -> SeenPlay:
    theirs = None if reference is None else layout(reference, scale_end=10)
    return SeenPlay(caption="Two.", mine=layout(mine, scale_end=10), reference=theirs)


def screen(play: SeenPlay) -> str:
    out = io.StringIO()
    show_plays(Console(file=out, width=80, color_system=None), [play], (), glyphs=ASCII)
    return out.getvalue()


def test_a_play_that_looks_different_has_the_reference_below_it() -> None:
    play = seen(one_after_the_other(a=3, b=5), together(a=3, b=5))
    lines = screen(play).split("\n")

    assert [line for line in lines if line in ("yours", "reference")] == ["yours", "reference"]
    assert [chart.caption for chart in views_of([play])[0].charts] == ["Yours", "Reference"]


def test_a_play_that_looks_the_same_is_drawn_once() -> None:
    play = seen(together(a=3, b=5), together(a=3, b=5))

    assert "yours; the reference looks the same" in screen(play)
    assert [chart.caption for chart in views_of([play])[0].charts] == ["Yours, and the reference looks the same"]


def test_without_a_reference_ones_own_play_is_drawn_alone() -> None:
    play = seen(together(a=3, b=5), None)

    assert "reference" not in screen(play)
    assert len(views_of([play])[0].charts) == 1


def test_code_is_shown_without_its_docstring() -> None:
    assert without_docstring('"""One.\n\nTwo.\n"""\n\nx = 1\n') == "\n\nx = 1\n"[1:]
    assert without_docstring("x = 1\n") == "x = 1\n"
    assert without_docstring("def f(:") == "def f(:"
