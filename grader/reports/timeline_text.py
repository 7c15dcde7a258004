"""Draws timelines with letters: one row per lane, bars on a scale, a word where a lane did not end well."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from grader.reports.lanes import Bar, How, Kind, Lane
from grader.reports.screen import Glyphs, Piece, Screen
from grader.reports.timeline import Axis, Label, Timeline
from grader.text import counted, joined, seconds, short_number

MAX_LABEL = 16
MAX_NEVER = 4
"""Lanes that never began and are named."""
INDENT = 2

WORDS = {
    How.RETURNED: "",
    How.RAISED: "raised",
    How.CANCELLED: "cancelled",
    How.OPEN: "never ends",
}
# Some lanes are meant to be cancelled; only the other two endings look like trouble.
STYLES = {
    How.RETURNED: "quiet",
    How.RAISED: "fail",
    How.CANCELLED: "note",
    How.OPEN: "fail",
}
MEANINGS = {Kind.WAIT: "waits", Kind.BLOCKED: "holds up every task"}
STEPS = "steps: one task at a time, from one wait to the next"


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """The widths of a row's label and plot, in columns. The timelines of one figure share a frame."""

    label: int
    plot: int
    end: float

    def column(self, time: float) -> int:
        return min(round(time / self.end * self.plot), self.plot) if self.end > 0 else 0


def frame_for(screen: Screen, timelines: Sequence[Timeline]) -> Frame:
    """Find the widest plot that leaves room for every label and word."""
    lanes = [lane for timeline in timelines for lane in timeline.lanes if lane.how is not How.NEVER]
    label = min(MAX_LABEL, max((screen.cells(_label(lane)) for lane in lanes), default=0))
    word = max((len(WORDS[lane.how]) for lane in lanes), default=0)
    # One column for the glyph that ends a lane, one before the word.
    plot = screen.width - (INDENT + label + 2) - 1 - (word + 1 if word else 0)
    return Frame(label=label, plot=plot, end=max(timeline.end for timeline in timelines))


def draw_axis(screen: Screen, timeline: Timeline, frame: Frame) -> None:
    """Print the scale; a tick that would touch its neighbour is left out."""
    row = ""
    for tick in timeline.ticks:
        # The last label ends where the plot ends, so that it does not stick out.
        column = min(frame.column(tick.at), frame.plot + 1 - len(tick.label))
        if column > len(row) or not row:
            row = row.ljust(column) + tick.label
    screen.line(Piece(_margin(frame) + row, "axis"))


def draw_lanes(screen: Screen, caption: str, timeline: Timeline, frame: Frame, *, legend: Sequence[str] = ()) -> None:
    """Print a caption with what is left out and a legend, then one row per lane, each followed by its labels."""
    left = f"{caption}{_left_out(timeline)}"
    line = "   ".join(legend)
    beside = screen.cells(left) + screen.cells(line) + 2 <= screen.width
    screen.spread([Piece(left, "quiet")], [Piece(line if beside else "", "quiet")])
    if not beside:
        screen.listed(" " * INDENT, legend)
    if not (timeline.lanes or timeline.alike or timeline.hidden):
        screen.line(Piece(" " * INDENT + "nothing was started", "quiet"))
    for number, lane in enumerate(timeline.lanes):
        if lane.how is not How.NEVER:
            _draw_lane(screen, timeline, number, frame)
    if never := [lane.label for lane in timeline.lanes if lane.how is How.NEVER]:
        screen.line(Piece(" " * INDENT + _never(never), "fail"))


def tell_lanes(screen: Screen, caption: str, timeline: Timeline) -> None:
    """Say in words what ``draw_lanes`` draws: one line a lane, with its labels."""
    screen.line(Piece(f"{caption}{_left_out(timeline)}:", "quiet"))
    if not (timeline.lanes or timeline.alike or timeline.hidden):
        screen.line(Piece(" " * INDENT + "nothing was started"))
    for number, lane in enumerate(timeline.lanes):
        if lane.how is not How.NEVER:
            screen.line(Piece(" " * INDENT + _told(timeline, number)))
    if never := [lane.label for lane in timeline.lanes if lane.how is How.NEVER]:
        screen.line(Piece(" " * INDENT + _never(never)))


def _told(timeline: Timeline, number: int) -> str:
    """Say one lane: ``song: 3.1 s to 8.472 s, cancelled; starts only when `film` ends``."""
    lane = timeline.lanes[number]
    blocked = [bar for bar in lane.bars if bar.kind is Kind.BLOCKED]
    holds = [f"{MEANINGS[Kind.BLOCKED]} from {_span(timeline, bar.start, bar.end)}" for bar in blocked[:1]]
    ends = [WORDS[lane.how]] if WORDS[lane.how] else []
    spans = ", ".join([_span(timeline, lane.start, lane.end), *ends, *holds])
    return "; ".join([f"{_label(lane)}: {spans}", *(label.text for label in timeline.labels_of(number))])


def _span(timeline: Timeline, start: float, end: float | None) -> str:
    if timeline.axis is Axis.STEPS:
        return f"step {short_number(start)}" + ("" if end is None else f" to {short_number(end)}")
    return f"{seconds(start)}" + ("" if end is None else f" to {seconds(end)}")


def _draw_lane(screen: Screen, timeline: Timeline, number: int, frame: Frame) -> None:
    lane = timeline.lanes[number]
    inside, below = _placed(screen, lane, timeline.labels_of(number), frame)
    screen.line(*_row(screen, lane, frame, inside))
    following = {(label.at, label.text) for label in timeline.labels_of(number + 1)}
    for label in below:
        # Of lanes that differ at one moment in one way, the last one bears the label.
        if (label.at, label.text) not in following:
            screen.line(Piece(_margin(frame) + _pointing(label, frame, screen.glyphs), "note"))


def _never(names: Sequence[str]) -> str:
    """Say which lanes never begin: ``a and b never start``."""
    more = len(names) - MAX_NEVER
    said = [*names[:MAX_NEVER], f"{more} more"] if more > 0 else names
    return f"{joined(said)} never {'starts' if len(names) == 1 else 'start'}"


def legend_of(screen: Screen, timelines: Sequence[Timeline]) -> list[str]:
    """Explain the glyphs that occur and are not plain work, and what a step is, each in a few words."""
    kinds = {bar.kind for timeline in timelines for lane in timeline.lanes for bar in lane.bars}
    known = [f"{screen.glyphs.bars[kind]} {MEANINGS[kind]}" for kind in MEANINGS if kind in kinds]
    return [*known, STEPS] if timelines[0].axis is Axis.STEPS else known


def _left_out(timeline: Timeline) -> str:
    more = f"{timeline.hidden} more" if timeline.hidden else ""
    same = f"{counted(timeline.alike, 'lane')} alike in both" if timeline.alike else ""
    return "".join(f"   and {part}" for part in (same, more) if part)


def _placed(screen: Screen, lane: Lane, labels: Sequence[Label], frame: Frame) -> tuple[str, list[Label]]:
    """Choose what is said in front of a lane, where it is empty, and which labels need rows of their own."""
    room = frame.column(lane.start) - 2
    inside = [label for label in labels if label.at == lane.start and screen.cells(label.text) <= room][:1]
    return "".join(label.text for label in inside), [label for label in labels if label not in inside]


def _label(lane: Lane) -> str:
    return "  " * min(lane.depth, 4) + lane.label


def _margin(frame: Frame) -> str:
    return " " * (INDENT + frame.label + 2)


def _row(screen: Screen, lane: Lane, frame: Frame, inside: str) -> Iterator[Piece]:
    yield Piece(" " * INDENT + screen.fit(_label(lane), frame.label) + "  ", "strong")
    start = frame.column(lane.start)
    dots = start - screen.cells(inside) - 2 if inside else start
    yield Piece("".join(screen.glyphs.absent if column % 2 == 0 else " " for column in range(dots)), "absent")
    if inside:
        yield Piece(f" {inside} ", "note")
    cells = _cells(lane, frame, start)
    yield from (Piece(screen.glyphs.bars[kind] * count, kind) for kind, count in _runs(cells))
    yield Piece(screen.glyphs.ends[lane.how], STYLES[lane.how])
    if word := WORDS[lane.how]:
        yield Piece(" " * (frame.plot - start - len(cells) + 1) + word, STYLES[lane.how])


def _cells(lane: Lane, frame: Frame, start: int) -> list[Kind]:
    """Return the kind of each column of a lane from its start; every bar has at least one column."""
    end = frame.column(max((bar.end for bar in lane.bars), default=lane.start))
    until = max(end, min(start + 1, frame.plot))
    cells = [Kind.WORK] * (until - start)
    for bar in sorted(lane.bars, key=_points_last):
        low = frame.column(bar.start) - start
        high = max(frame.column(bar.end) - start, low + 1)
        cells[low : min(high, len(cells))] = [bar.kind] * (min(high, len(cells)) - low)
    return cells


def _points_last(bar: Bar) -> bool:
    return bar.start == bar.end


def _runs(cells: Sequence[Kind]) -> Iterator[tuple[Kind, int]]:
    start = 0
    for column in range(1, len(cells) + 1):
        if column == len(cells) or cells[column] is not cells[start]:
            yield cells[start], column - start
            start = column


def _pointing(label: Label, frame: Frame, glyphs: Glyphs) -> str:
    column = frame.column(label.at)
    after = " " * column + f"{glyphs.pointer} {label.text}"
    before = f"{label.text} {glyphs.pointer}".rjust(column + 1)
    return after if len(after) <= frame.plot + 1 or len(before) > column + 1 else before
