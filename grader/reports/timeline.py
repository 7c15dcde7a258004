"""Turns a trace into a picture's layout, as data: lanes, ticks, and where time was lost.

``side_by_side`` lays out a learner's play and the reference's on one scale. ``timeline_text`` and ``timeline_svg`` draw
a layout; neither computes what is in it. Where no time passes at all, the axis counts task steps instead of seconds,
and a lane shows the steps in which its task ran.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum

from grader.reports.lanes import LOOKED_AT, Bar, How, Kind, Lane, Life, lanes_in_time, lives
from grader.text import seconds, short_number
from grader.wire.recording import Event, Span, Trace, Waiting

MAX_LANES = 16
MAX_TICKS = 6
MAX_LABELS = 4
"""Labels of one timeline; a dozen of them say no more than the first few."""
MAX_STEPS = 48
"""Steps that are drawn. Who takes turns with whom shows in the first few; later ones would be thinner than a letter."""


class Axis(StrEnum):
    """What the scale counts."""

    SECONDS = "seconds"
    STEPS = "steps"


@dataclass(frozen=True, slots=True, kw_only=True)
class Tick:
    """One number of the axis."""

    at: float
    label: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Lost:
    """A span that began only when another had ended, although the two overlap in the reference's play."""

    at: float
    name: str
    seconds: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Label:
    """A few words about one moment of one lane."""

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
    labels: tuple[Label, ...] = ()
    hidden: int = 0

    def labels_of(self, lane: int) -> list[Label]:
        return [label for label in self.labels if label.lane == lane]


def side_by_side(student: Trace, reference: Trace | None) -> tuple[Timeline, Timeline | None]:
    """Lay out both plays on one scale, with labels where the student's lost time."""
    if reference is None:
        return layout(student, scale_end=student.elapsed), None
    end = max(student.elapsed, reference.elapsed)
    if end == 0:
        steps = max(_count_steps(student), _count_steps(reference))
        return _in_steps(student, steps), _in_steps(reference, steps)
    return layout(student, scale_end=end, lost=lost_time(student, reference)), layout(reference, scale_end=end)


def layout(trace: Trace, *, scale_end: float, lost: Sequence[Lost] = ()) -> Timeline:
    """Lay out one play on a scale from 0 to ``scale_end`` virtual seconds, or on steps where there are none."""
    if scale_end <= 0:
        return _in_steps(trace, _count_steps(trace))
    lanes = _numbered(lanes_in_time(trace, scale_end))
    shown = lanes[:MAX_LANES]
    ignored = max(0, len(trace.spans) - LOOKED_AT)

    return Timeline(
        axis=Axis.SECONDS,
        lanes=shown,
        ticks=_ticks_of_time(scale_end),
        end=scale_end,
        labels=_labels(shown, lost),
        hidden=len(lanes) - len(shown) + ignored,
    )


def _numbered(lanes: Sequence[Lane]) -> tuple[Lane, ...]:
    """Tell lanes of one name apart: ``run``, ``run 2``, ``run 3``."""
    seen: Counter[str] = Counter()
    numbered: list[Lane] = []
    for lane in lanes:
        seen[lane.label] += 1
        count = seen[lane.label]
        numbered.append(lane if count == 1 else replace(lane, label=f"{lane.label} {count}"))
    return tuple(numbered)


def _labels(lanes: Sequence[Lane], lost: Sequence[Lost]) -> tuple[Label, ...]:
    rows = {lane.label: row for row, lane in reversed(list(enumerate(lanes)))}
    shown = [loss for loss in lost if loss.name in rows][:MAX_LABELS]
    return tuple(Label(at=loss.at, lane=rows[loss.name], text=f"{seconds(loss.seconds)} lost here") for loss in shown)


# ---- the play as the judge saw it ------------------------------------------------------------------------------------


def as_at_verdict(trace: Trace, waiting: Sequence[Waiting]) -> Trace:
    """Undo the unwinding of a play that was stopped: the simulation cancelled what was under way, not the program.

    If the trace has no ``failed_at``, the play counts as stopped when the last task of ``waiting`` began to wait.
    """
    stopped = trace.failed_at
    if stopped is None and waiting:
        stopped = max(task.since for task in waiting)
    if stopped is None:
        return trace
    spans = tuple(_as_at(span, stopped) for span in trace.spans if span.start <= stopped)
    events = tuple(event for event in trace.events if not _unwinds(event, stopped))
    return replace(trace, spans=spans, events=events, elapsed=min(trace.elapsed, stopped))


def _as_at(span: Span, stopped: float) -> Span:
    end = math.inf if span.stopped is None else span.stopped
    cut_off = end > stopped or (end == stopped and span.how == "cancelled")
    return replace(span, stopped=None, how="open") if cut_off else span


def _unwinds(event: Event, stopped: float) -> bool:
    return event.time > stopped or (event.time == stopped and event.kind == "finish" and event.info == "cancelled")


# ---- lost time -------------------------------------------------------------------------------------------------------


def lost_time(student: Trace, reference: Trace) -> tuple[Lost, ...]:
    """Find spans that begin exactly where another ends, while in the reference both are under way together."""
    mine, theirs = _by_name(student), _by_name(reference)
    shared = mine.keys() & theirs.keys()
    lost: list[Lost] = []
    for name in sorted(shared, key=lambda name: (mine[name].start, name)):
        begin = mine[name].start
        # A span that begins and ends at one moment comes neither before nor after another one.
        before = [other for other in shared - {name} if mine[other].start < begin == mine[other].stopped]
        gained = max((_overlap(theirs[name], theirs[other]) for other in before), default=0.0)
        if gained > 0:
            lost.append(Lost(at=begin, name=name, seconds=gained))

    return tuple(lost)


def _by_name(trace: Trace) -> dict[str, Span]:
    """Return the spans that can be told apart: finished, and of a name that occurs once."""
    spans = trace.spans[:LOOKED_AT]
    counts = Counter(span.name for span in spans)
    return {span.name: span for span in spans if counts[span.name] == 1 and span.stopped is not None}


def _overlap(span: Span, other: Span) -> float:
    return min(span.end, other.end) - max(span.start, other.start)


# ---- the axis --------------------------------------------------------------------------------------------------------


def _ticks_of_time(end: float) -> tuple[Tick, ...]:
    step = _round_step(end / MAX_TICKS)
    count = math.floor(end / step * (1 + 1e-9)) if step > 0 else 0
    return tuple(Tick(at=min(n * step, end), label=f"{short_number(n * step)}s") for n in range(count + 1))


def _round_step(least: float) -> float:
    """Return the next larger of 1, 2 and 5 times a power of ten."""
    power = 10.0 ** math.floor(math.log10(least)) if least > 1e-300 else 0.0
    return next((power * factor for factor in (1, 2, 5) if power * factor >= least), power * 10)


def _ticks_of_steps(end: int) -> tuple[Tick, ...]:
    step = max(1, int(_round_step(end / MAX_TICKS)))
    return tuple(Tick(at=float(at), label=f"step {at + 1}" if at == 0 else str(at + 1)) for at in range(0, end, step))


# ---- plays in which no time passes -----------------------------------------------------------------------------------


@dataclass(slots=True, kw_only=True)
class _Turns:
    """The numbers of the steps of one task, counted from 0."""

    taken: list[int] = field(default_factory=list)
    blocked: set[int] = field(default_factory=set)
    finished: bool = False


def _count_steps(trace: Trace) -> int:
    """Count the steps of all tasks that can be drawn."""
    return min(sum(event.kind in ("start", "resume") for event in trace.events), MAX_STEPS)


def _in_steps(trace: Trace, steps: int) -> Timeline:
    end = max(steps, 1)
    lanes = _numbered(_lanes_in_steps(trace, end))
    return Timeline(
        axis=Axis.STEPS,
        lanes=lanes[:MAX_LANES],
        ticks=_ticks_of_steps(end),
        end=end,
        hidden=max(0, len(lanes) - MAX_LANES),
    )


def _lanes_in_steps(trace: Trace, scale_end: float) -> list[Lane]:
    """Return one lane for each task that took a step, in the order of their first steps; times are step numbers."""
    tasks = lives(trace)
    return [
        _lane(_name(number, tasks, trace), tasks[number], turns, scale_end)
        for number, turns in _turns(trace).items()
        if number in tasks and turns.taken
    ]


def _turns(trace: Trace) -> dict[int, _Turns]:
    by_task: dict[int, _Turns] = {}
    step = 0
    for event in trace.events:
        turns = by_task.setdefault(event.task, _Turns())
        if event.kind in ("start", "resume"):
            if step == MAX_STEPS:
                break
            turns.taken.append(step)
            step += 1
        elif event.kind == "block" and turns.taken:
            turns.blocked.add(turns.taken[-1])
        elif event.kind == "finish":
            turns.finished = True

    return by_task


def _name(number: int, tasks: dict[int, Life], trace: Trace) -> str:
    names = [span.name for span in trace.spans if span.task == number]
    return names[0] if len(names) == 1 else tasks[number].name


def _lane(label: str, life: Life, turns: _Turns, scale_end: float) -> Lane:
    end = min(turns.taken[-1] + 1.0, scale_end) if turns.finished else None
    return Lane(
        label=label,
        depth=0,
        start=min(float(turns.taken[0]), scale_end),
        end=end,
        how=life.how if turns.finished else How.OPEN,
        bars=_bars(turns, scale_end if end is None else end),
    )


def _bars(turns: _Turns, until: float) -> tuple[Bar, ...]:
    bars: list[Bar] = []
    for step in turns.taken:
        if bars and bars[-1].end < step:
            bars.append(Bar(start=bars[-1].end, end=float(step), kind=Kind.WAIT))
        kind = Kind.BLOCKED if step in turns.blocked else Kind.WORK
        start = bars.pop().start if bars and bars[-1].kind is kind else float(step)
        bars.append(Bar(start=start, end=step + 1.0, kind=kind))
    if bars[-1].end < until:
        bars.append(Bar(start=bars[-1].end, end=until, kind=Kind.WAIT))
    return tuple(bars)
