"""Turns a trace into a picture's layout, as data: lanes, ticks, and where time was lost.

``side_by_side`` lays out a learner's play and the reference's on one scale. ``timeline_text`` and ``timeline_svg`` draw
a layout; neither computes what is in it. Where no time passes at all, the axis counts task steps instead of seconds.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from grader.outcomes import Outcome
from grader.recording import Event, Trace, Waiting
from grader.timeline_lanes import Lane, lanes_in_time
from grader.timeline_lives import LOOKED_AT
from grader.timeline_steps import count_steps, lanes_in_steps

MAX_LANES = 16
MAX_TICKS = 6
MAX_MARKS = 4
"""Marks of one timeline; a dozen of them say no more than the first few."""


class Axis(StrEnum):
    """What the scale counts."""

    SECONDS = "seconds"
    STEPS = "steps"


@dataclass(frozen=True, slots=True, kw_only=True)
class Tick:
    """One label of the axis."""

    at: float
    label: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Lost:
    """Somebody began only when another had ended, although the two overlap in the reference's play."""

    at: float
    name: str
    seconds: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """A note at one moment of one lane."""

    at: float
    lane: int
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Timeline:
    """The layout of one play. ``hidden`` is how many lanes are left out."""

    axis: Axis
    lanes: tuple[Lane, ...]
    ticks: tuple[Tick, ...]
    end: float
    marks: tuple[Mark, ...] = ()
    hidden: int = 0


def side_by_side(student: Trace, reference: Trace | None) -> tuple[Timeline, Timeline | None]:
    """Lay out both plays on one scale, with marks where the student's lost time."""
    if reference is None:
        return layout(student, scale_end=student.elapsed), None
    end = max(student.elapsed, reference.elapsed)
    if end == 0:
        steps = max(count_steps(student), count_steps(reference))
        return _in_steps(student, steps), _in_steps(reference, steps)

    return layout(student, scale_end=end, lost=lost_time(student, reference)), layout(reference, scale_end=end)


def layout(trace: Trace, *, scale_end: float, lost: Sequence[Lost] = ()) -> Timeline:
    """Lay out one play on a scale from 0 to ``scale_end`` virtual seconds, or on steps where there are none."""
    if scale_end <= 0:
        return _in_steps(trace, count_steps(trace))
    lanes = _numbered(lanes_in_time(trace, scale_end))
    shown = lanes[:MAX_LANES]
    ignored = max(0, len(trace.spans) - LOOKED_AT)

    return Timeline(
        axis=Axis.SECONDS,
        lanes=shown,
        ticks=_ticks_of_time(scale_end),
        end=scale_end,
        marks=_marks(shown, lost),
        hidden=len(lanes) - len(shown) + ignored,
    )


def as_at_verdict(trace: Trace, waiting: Sequence[Waiting]) -> Trace:
    """Undo the unwinding of a play that was stopped: the simulation cancelled what was under way, not the program.

    A trace without ``failed_at`` was stopped when the last of those in ``waiting`` began to wait, if there are any.
    """
    stopped = trace.failed_at
    if stopped is None and waiting:
        stopped = max(task.since for task in waiting)
    if stopped is None:
        return trace
    spans = tuple(_as_at(span, stopped) for span in trace.spans if span.start <= stopped)
    events = tuple(event for event in trace.events if not _unwinds(event, stopped))

    return replace(trace, spans=spans, events=events, elapsed=min(trace.elapsed, stopped))


def _as_at(span: Outcome, stopped: float) -> Outcome:
    end = math.inf if span.stopped is None else span.stopped
    cut_off = end > stopped or (end == stopped and span.how == "cancelled")
    return replace(span, stopped=None, how="open") if cut_off else span


def _unwinds(event: Event, stopped: float) -> bool:
    return event.time > stopped or (event.time == stopped and event.kind == "finish" and event.info == "cancelled")


def lost_time(student: Trace, reference: Trace) -> tuple[Lost, ...]:
    """Find spans that begin exactly where another ends, while in the reference both are under way together."""
    mine, theirs = _by_name(student), _by_name(reference)
    found: list[Lost] = []
    for name in sorted(mine.keys() & theirs.keys(), key=lambda name: (mine[name].start, name)):
        begin = mine[name].start
        before = [other for other in mine.keys() & theirs.keys() if other != name and mine[other].stopped == begin]
        # A span that begins and ends at one moment comes neither before nor after another one.
        before = [other for other in before if mine[other].start < begin]
        seconds = max((_overlap(theirs[name], theirs[other]) for other in before), default=0.0)
        if seconds > 0:
            found.append(Lost(at=begin, name=name, seconds=seconds))

    return tuple(found)


def _by_name(trace: Trace) -> dict[str, Outcome]:
    """The spans that can be told apart: finished, and of a name that occurs once."""
    spans = trace.spans[:LOOKED_AT]
    counts = Counter(span.name for span in spans)
    return {span.name: span for span in spans if counts[span.name] == 1 and span.stopped is not None}


def _overlap(one: Outcome, other: Outcome) -> float:
    return min(one.end, other.end) - max(one.start, other.start)


def _marks(lanes: Sequence[Lane], lost: Sequence[Lost]) -> tuple[Mark, ...]:
    rows = {lane.label: row for row, lane in reversed(list(enumerate(lanes)))}
    found = [one for one in lost if one.name in rows][:MAX_MARKS]
    return tuple(Mark(at=one.at, lane=rows[one.name], text=f"{seconds(one.seconds)} lost here") for one in found)


def _in_steps(trace: Trace, steps: int) -> Timeline:
    end = max(steps, 1)
    lanes = _numbered(lanes_in_steps(trace, end))

    return Timeline(
        axis=Axis.STEPS,
        lanes=lanes[:MAX_LANES],
        ticks=_ticks_of_steps(end),
        end=end,
        hidden=max(0, len(lanes) - MAX_LANES),
    )


def _numbered(lanes: Sequence[Lane]) -> tuple[Lane, ...]:
    """Tell lanes of one name apart: ``run``, ``run 2``, ``run 3``."""
    seen: Counter[str] = Counter()
    found: list[Lane] = []
    for lane in lanes:
        seen[lane.label] += 1
        count = seen[lane.label]
        found.append(lane if count == 1 else replace(lane, label=f"{lane.label} {count}"))

    return tuple(found)


# ---- the axis --------------------------------------------------------------------------------------------------------


def seconds(number: float) -> str:
    """Say a time as people write it: ``2 s``, ``0.25 s``, ``1,000,000 s``."""
    return f"{_short(number)} s"


def _short(number: float) -> str:
    return f"{number:,.9g}" if number >= 1000 else f"{number:.4g}"


def _ticks_of_time(end: float) -> tuple[Tick, ...]:
    step = _round_step(end / MAX_TICKS)
    count = math.floor(end / step * (1 + 1e-9)) if step > 0 else 0
    return tuple(Tick(at=min(n * step, end), label=f"{_short(n * step)}s") for n in range(count + 1))


def _round_step(least: float) -> float:
    """The next larger of 1, 2 and 5 times a power of ten."""
    power = 10.0 ** math.floor(math.log10(least)) if least > 1e-300 else 0.0
    return next((power * factor for factor in (1, 2, 5) if power * factor >= least), power * 10)


def _ticks_of_steps(end: int) -> tuple[Tick, ...]:
    step = max(1, int(_round_step(end / MAX_TICKS)))
    wanted = range(0, end, step)
    return tuple(Tick(at=float(at), label=f"step {at + 1}" if at == 0 else str(at + 1)) for at in wanted)
