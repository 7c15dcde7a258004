"""Draws one play as a picture that stands alone: an SVG file for a lesson, and the same in letters.

The file has its own colours, for light and for dark pages, on a ground of its own; it loads nothing. It is as wide as a
telephone, so that letters are still read where a page shrinks it. What is drawn is what a report's timelines draw.
"""

from __future__ import annotations

import io
import textwrap
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from grader.reports.lanes import How, Kind
from grader.reports.rendering import environment
from grader.reports.screen import ASCII, Screen
from grader.reports.timeline import Timeline, as_at_verdict, layout
from grader.reports.timeline_svg import ENDINGS, Caption, Chart, LaneRow, chart, kinds_in
from grader.reports.timeline_text import draw_axis, draw_lanes, frame_for, legend_of
from grader.text import joined
from grader.wire.recording import Trace
from grader.wire.rows import Waiting

WIDTH = 440
"""Pixels. A page of 360 pixels shows it at three quarters of its size, and letters of 14 pixels at more than 10."""
LETTERS = 60
"""Columns of the picture in letters; a block of code of that width fits most pages."""

_EDGE = 14
_ROW = 26
_CAPTION_LINE = 19
_CAPTION_LETTERS = 58
_AXIS = 20
_LEGEND = 24
_GAP = 10
_LETTER = 7.9
"""The width of a letter of a lane's name, which is set in a font whose letters are all as wide."""
_WORD_LETTER = 7.2
_TICK_LETTER = 6.8
_TICK_GAP = 2
_INDENT = 10
_MOST_LETTERS = 16
_KEY = 26


@dataclass(frozen=True, slots=True, kw_only=True)
class RowView:
    """One lane, with the places of its parts in pixels."""

    lane: LaneRow
    label: str
    label_x: int
    top: int
    text_y: int
    ending: str


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyView:
    """One entry of the legend."""

    kind: Kind
    word: str
    x: int
    text_x: int


@dataclass(frozen=True, slots=True, kw_only=True)
class FigureView:
    """Everything that the template prints; all lengths are pixels."""

    name: str
    title: str
    text: str
    played_with: str
    caption: tuple[tuple[int, str], ...]
    chart: Chart
    rows: tuple[RowView, ...]
    keys: tuple[KeyView, ...]
    width: int
    height: int
    plot_x: int
    plot_width: int
    axis_y: int
    grid_y: int
    grid_height: int
    ending_x: int
    legend_y: int


def picture_of(trace: Trace, waiting: Sequence[Waiting], *, until: float | None, lanes: Sequence[str]) -> Timeline:
    """Lay out a play up to ``until`` virtual seconds, or as a whole; with ``lanes``, those of these names only.

    Raises KeyError with the name of a lane that is not there.
    """
    trace = as_at_verdict(trace, waiting)
    timeline = layout(trace, scale_end=trace.elapsed if until is None else until)
    if not lanes:
        return timeline
    named = {lane.label: lane for lane in reversed(timeline.lanes)}
    # Without the lanes that are left out, nobody sees under which of them a lane stands.
    return replace(timeline, lanes=tuple(replace(named[name], depth=0) for name in lanes), hidden=0)


# ---- as SVG ----------------------------------------------------------------------------------------------------------


def figure_svg(timeline: Timeline, *, name: str, title: str, caption: str, played_with: str, templates: Path) -> str:
    """Draw a play as the text of an SVG file; the same play gives the same text.

    ``played_with`` stands in a comment of the file: the versions that decide how the play goes.
    """
    view = _view(chart(timeline, caption), name=name, title=title, played_with=played_with)
    return environment(templates).get_template("figure.svg").render(view=view) + "\n"


def _view(drawn: Chart, *, name: str, title: str, played_with: str) -> FigureView:
    labels = [_short(row.label) for row in drawn.rows]
    beside = [round(len(label) * _LETTER) + row.indent * _INDENT for label, row in zip(labels, drawn.rows, strict=True)]
    endings = [_word(row.how) for row in drawn.rows]
    ending_width = round(max(map(len, endings), default=0) * _WORD_LETTER)
    plot_x = _EDGE + max(beside, default=0) + _GAP
    plot_width = WIDTH - _EDGE - plot_x - (ending_width + _GAP if ending_width else 0)
    caption = textwrap.wrap(drawn.caption, _CAPTION_LETTERS)
    axis_y = _EDGE + len(caption) * _CAPTION_LINE + 4
    grid_y = axis_y + _AXIS
    drawn = replace(drawn, ticks=tuple(_apart(drawn.ticks, plot_width)))
    rows = tuple(
        RowView(
            lane=row,
            label=label,
            label_x=_EDGE + row.indent * _INDENT,
            top=grid_y + number * _ROW,
            text_y=grid_y + number * _ROW + 18,
            ending=ending,
        )
        for number, (row, label, ending) in enumerate(zip(drawn.rows, labels, endings, strict=True))
    )
    legend_y = grid_y + len(rows) * _ROW + 8
    keys = _keys(drawn)
    return FigureView(
        name=name,
        title=title,
        text=text_of(drawn),
        played_with=played_with,
        caption=tuple((_EDGE + 13 + number * _CAPTION_LINE, line) for number, line in enumerate(caption)),
        chart=drawn,
        rows=rows,
        keys=keys,
        width=WIDTH,
        height=legend_y + (_LEGEND if keys else 0) + 4,
        plot_x=plot_x,
        plot_width=plot_width,
        axis_y=axis_y,
        grid_y=grid_y,
        grid_height=len(rows) * _ROW,
        ending_x=plot_x + plot_width + _GAP,
        legend_y=legend_y,
    )


def _apart(ticks: Sequence[Caption], plot_width: int) -> Iterator[Caption]:
    """Leave out a tick whose words would touch those of the one before, as the picture in letters does."""
    free = 0.0
    for tick in ticks:
        at, width = float(tick.x.removesuffix("%")) / 100 * plot_width, len(tick.text) * _TICK_LETTER
        start = at - {"start": 0.0, "middle": width / 2, "end": width}[tick.anchor]
        if start >= free or not free:
            yield tick
            free = start + width + _TICK_GAP


def _short(label: str) -> str:
    return label if len(label) <= _MOST_LETTERS else f"{label[: _MOST_LETTERS - 1]}…"


def _word(how: How) -> str:
    """How a lane ended, in a word without a sign before it; empty if it returned."""
    return ENDINGS[how].partition(" ")[2]


def _keys(drawn: Chart) -> tuple[KeyView, ...]:
    """The legend, which is needed only where there is more than plain work."""
    kinds = kinds_in((drawn,))
    if [kind for kind, _ in kinds] in ([], [Kind.WORK]):
        return ()
    keys, x = [], _EDGE
    for kind, word in kinds:
        keys.append(KeyView(kind=kind, word=word, x=x, text_x=x + _KEY + 6))
        x += _KEY + 6 + round(len(word) * _WORD_LETTER) + 16
    return tuple(keys)


def text_of(drawn: Chart) -> str:
    """Say what a picture shows to those who do not see it: its caption, and who ran from when to when."""
    said = "; ".join(_said(row) for row in drawn.rows) or "nothing was started"
    more = f"; and {drawn.hidden} more" if drawn.hidden else ""
    return f"{drawn.caption} Who ran when ({drawn.axis}): {said}{more}."


def _said(row: LaneRow) -> str:
    parts = [row.when, _word(row.how)]
    if any(rect.kind is Kind.BLOCKED for rect in row.rects):
        parts.append("holding up every task for a time")
    return f"{row.label} {', '.join(part for part in parts if part)}"


# ---- in letters ------------------------------------------------------------------------------------------------------


def figure_text(timeline: Timeline) -> str:
    """Draw a play with ASCII letters, in lines without blanks at their ends."""
    from rich.console import Console

    out = io.StringIO()
    screen = Screen(Console(file=out, width=LETTERS, color_system=None), ASCII)
    frame = frame_for(screen, [timeline])
    draw_axis(screen, timeline, frame)
    draw_lanes(screen, "", timeline, frame)
    screen.listed("  ", legend_of(screen, [timeline]))
    lines = (line.rstrip() for line in out.getvalue().splitlines())
    return "\n".join(line for line in lines if line)


def names_of(timeline: Timeline) -> str:
    """The names of the lanes of a play, in a sentence."""
    return joined([f"`{lane.label}`" for lane in timeline.lanes])
