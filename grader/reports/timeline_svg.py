"""Turns timelines into coordinates for a template: every number is computed here, as a percentage of the plot.

A chart is a table with a small drawing in each row, so readers who cannot see the drawing still have its numbers. With
percentages a chart is as readable on a telephone as on paper: bars shrink and letters do not.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from grader.reports.lanes import Bar, How, Kind, Lane
from grader.reports.timeline import Axis, Label, Tick, Timeline
from grader.text import seconds

LEAST = 0.8
"""The least width of a bar, in per cent of the plot."""
MAX_INDENT = 4
AXES = {Axis.SECONDS: "virtual time", Axis.STEPS: "steps: one task at a time, from one wait to the next"}
ENDINGS = {
    How.RETURNED: "",
    How.RAISED: "✗ raised",
    How.CANCELLED: "⊘ cancelled",
    How.OPEN: "… never ends",
    How.NEVER: "… never starts",
}
KIND_WORDS = {Kind.WORK: "at work", Kind.WAIT: "waits", Kind.BLOCKED: "holds up every task"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Rect:
    """One bar; ``x`` and ``width`` are per cent, as text."""

    x: str
    width: str
    kind: Kind


@dataclass(frozen=True, slots=True, kw_only=True)
class Caption:
    """Some text at a place of the plot, or below an arrow there; ``anchor`` is an SVG text-anchor."""

    x: str
    anchor: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LaneRow:
    """One lane. ``absent`` is the end of its dotted line, ``stop`` the place where it was ended before it returned."""

    label: str
    indent: int
    absent: str
    rects: tuple[Rect, ...]
    stop: str
    how: How
    when: str
    ending: str
    labels: tuple[Caption, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Chart:
    """One timeline, ready to be drawn."""

    caption: str
    axis: str
    ticks: tuple[Caption, ...]
    rows: tuple[LaneRow, ...]
    hidden: int


def chart(timeline: Timeline, caption: str) -> Chart:
    """Compute what a template draws."""
    return Chart(
        caption=caption,
        axis=AXES[timeline.axis],
        ticks=tuple(_tick(tick, timeline.end) for tick in timeline.ticks),
        rows=tuple(_row(lane, timeline, timeline.labels_of(row)) for row, lane in enumerate(timeline.lanes)),
        hidden=timeline.hidden,
    )


def kinds_in(charts: tuple[Chart, ...]) -> tuple[tuple[Kind, str], ...]:
    """Return the kinds of bars that a legend must explain."""
    drawn = {rect.kind for chart in charts for row in chart.rows for rect in row.rects}
    return tuple((kind, word) for kind, word in KIND_WORDS.items() if kind in drawn)


def _tick(tick: Tick, end: float) -> Caption:
    share = _share(tick.at, end)
    # A label in the middle of its line would stick out at either end of the plot.
    anchor = "start" if share < 5 else "end" if share > 95 else "middle"
    return Caption(x=_percent(share), anchor=anchor, text=tick.label)


def _row(lane: Lane, timeline: Timeline, labels: Sequence[Label]) -> LaneRow:
    end = timeline.end
    start = _share(lane.start, end)
    stopped = lane.how in (How.RAISED, How.CANCELLED) and lane.end is not None

    return LaneRow(
        label=lane.label,
        indent=min(lane.depth, MAX_INDENT),
        absent=_percent(start) if start > 0 else "",
        rects=tuple(_rect(bar, end) for bar in lane.bars),
        stop=_percent(_share(lane.end or 0, end)) if stopped else "",
        how=lane.how,
        when=_when(lane, timeline.axis),
        ending=ENDINGS[lane.how],
        labels=tuple(_caption(label, end) for label in labels),
    )


def _rect(bar: Bar, end: float) -> Rect:
    low, high = _share(bar.start, end), _share(bar.end, end)
    width = max(high - low, LEAST)
    return Rect(x=_percent(min(low, 100 - width)), width=_percent(width), kind=bar.kind)


def _caption(label: Label, end: float) -> Caption:
    share = _share(label.at, end)
    return Caption(x=_percent(share), anchor="start" if share < 50 else "end", text=label.text)


def _when(lane: Lane, axis: Axis) -> str:
    if lane.how is How.NEVER:
        return ""
    if axis is Axis.STEPS:
        first = round(lane.start) + 1
        return f"from step {first}" if lane.end is None else f"steps {first} to {round(lane.end)}"
    return f"from {seconds(lane.start)}" if lane.end is None else f"{seconds(lane.start)} to {seconds(lane.end)}"


def _share(time: float, end: float) -> float:
    return min(max(100 * time / end, 0.0), 100.0) if end > 0 else 0.0


def _percent(share: float) -> str:
    return f"{share:.1f}".removesuffix(".0") + "%"
