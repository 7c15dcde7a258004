"""Turns a trace into a picture's layout, as data: lanes and ticks.

``comparison`` sets a learner's layout beside the reference's and adds the labels. ``timeline_text`` and
``timeline_svg`` draw a layout; neither computes what is in it. Where no time passes at all, the axis counts task steps
instead of seconds, and a lane shows the steps in which its task ran.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum

from grader.judge.tasknames import numbered
from grader.judge.unwinding import forced_tasks, spans_as_at
from grader.reports.lanes import LOOKED_AT, Bar, Kind, Lane, Life, held_seconds, lanes_in_time, lives
from grader.text import short_number
from grader.wire.recording import Trace
from grader.wire.rows import CALLER, Event, Waiting

MAX_LANES = 16
MAX_TICKS = 6
MAX_NAMES = 3
"""Spans by which one task is named."""
MAX_STEPS = 48
"""Steps that are drawn. Who takes turns with whom shows in the first few; later ones would be thinner than a letter."""


FOR_EVER = "1e12"


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
class Label:
    """A few words about one moment of one lane."""

    at: float
    lane: int
    text: str
    other: str = ""
    """The lane that the words name, if there is one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Timeline:
    """The layout of one play.

    ``alike`` is how many lanes are left out because they look the same in the other play, ``hidden`` how many others.
    """

    axis: Axis
    lanes: tuple[Lane, ...]
    ticks: tuple[Tick, ...]
    end: float
    labels: tuple[Label, ...] = ()
    hidden: int = 0
    alike: int = 0

    def labels_of(self, lane: int) -> list[Label]:
        return [label for label in self.labels if label.lane == lane]


@dataclass(frozen=True, slots=True, kw_only=True)
class CancelledHere:
    """Where a play cancels its caller, on the axis of its picture; ``lane`` is the label of the caller's lane."""

    at: float
    lane: str


def cancelled_here(trace: Trace, axis: Axis) -> CancelledHere | None:
    """Where the play cancels its caller, if it does within what is drawn."""
    step = 0
    for event in trace.events:
        if event.kind == "cancel" and axis is Axis.SECONDS:
            return CancelledHere(at=event.time, lane=CALLER)
        if event.kind == "cancel":
            return CancelledHere(at=float(step), lane=_span_names(event.task, trace)) if step <= MAX_STEPS else None
        step += event.kind in ("start", "resume")
    return None


def layout(trace: Trace, *, scale_end: float) -> Timeline:
    """Lay out one play on a scale from 0 to ``scale_end`` virtual seconds, or on steps where there are none."""
    if scale_end <= 0:
        return layout_in_steps(trace, count_steps(trace))
    lanes = _numbered(lanes_in_time(trace, scale_end))
    shown = lanes[:MAX_LANES]
    ignored = max(0, len(trace.spans) - LOOKED_AT)

    return Timeline(
        axis=Axis.SECONDS,
        lanes=shown,
        ticks=_ticks_of_time(scale_end),
        end=scale_end,
        hidden=len(lanes) - len(shown) + ignored,
    )


def _numbered(lanes: Sequence[Lane]) -> tuple[Lane, ...]:
    """Tell lanes of one name apart: ``run``, ``run 2``, ``run 3``."""
    labels = numbered([lane.label for lane in lanes])
    return tuple(replace(lane, label=label) for lane, label in zip(lanes, labels, strict=True))


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
    forced, end = forced_tasks(trace, stopped), _end_of_block(trace.events, stopped)
    if waiting:
        end = _first_of_unwinding(trace, waiting, stopped)
    spans = spans_as_at(trace.spans, trace, stopped)
    events = tuple(_held(event, stopped) for event in _without_last_steps(trace.events[:end], stopped, forced))
    return replace(trace, spans=spans, events=events, elapsed=min(trace.elapsed, stopped))


def _first_of_unwinding(trace: Trace, waiting: Sequence[Waiting], stopped: float) -> int:
    """The place of the first event after the verdict, of those that happened at the same virtual time as it.

    That is where no task but those of ``waiting`` lived, and none of them had been woken. Where there is no such
    moment, as in a play that spins, the answer is the end of the events.
    """
    names = {task.id: task.name for task in trace.tasks}
    at_verdict = Counter((task.task, task.line, task.since) for task in waiting)
    suspended: dict[int, tuple[str, int | None, float]] = {}
    alive: set[int] = set()
    woken: set[int] = set()
    for place, event in enumerate(trace.events):
        all_wait = len(alive) == len(suspended) == len(waiting)
        if event.time >= stopped and all_wait and Counter(suspended.values()) == at_verdict:
            return place
        match event.kind:
            case "spawn":
                alive.add(event.task)
            case "wake":
                # A task that gives up its turn is woken before it is suspended.
                woken.add(event.task)
                suspended.pop(event.task, None)
            case "suspend" if event.task not in woken:
                suspended[event.task] = (names.get(event.task, ""), event.line, event.time)
            case "resume":
                woken.discard(event.task)
                suspended.pop(event.task, None)
            case "finish":
                alive.discard(event.task)
                suspended.pop(event.task, None)
    return len(trace.events)


def _held(event: Event, stopped: float) -> Event:
    """Let a call that held up the loop when the play was stopped go on for ever: no virtual time passes in a loop."""
    endless = event.kind == "block" and event.time == stopped and not held_seconds(event.info)
    return replace(event, info=FOR_EVER) if endless else event


def _end_of_block(events: Sequence[Event], stopped: float) -> int:
    """The place after a call that blocked in real time, which takes no virtual time and stops the play at once."""
    for place, event in enumerate(events, start=1):
        if event.kind == "block" and event.time == stopped and held_seconds(event.info) == 0:
            return place
    return len(events)


def _without_last_steps(events: Sequence[Event], stopped: float, forced: set[int | None]) -> tuple[Event, ...]:
    """Leave out what comes after the verdict, and at the time of the verdict the steps in which a task is cancelled."""
    kept: list[Event] = []
    cancelled: set[int] = set()
    for event in reversed(events):
        at_verdict = event.time == stopped
        if at_verdict and event.kind == "finish" and event.info == "cancelled":
            cancelled.add(event.task)
        elif at_verdict and event.kind == "resume" and event.task in cancelled:
            cancelled.remove(event.task)
        elif not _unwinds(event, stopped, forced):
            kept.append(event)
    return tuple(reversed(kept))


def _unwinds(event: Event, stopped: float, forced: set[int | None]) -> bool:
    if event.time != stopped or event.kind != "finish":
        return event.time > stopped
    return event.info == "cancelled" or (event.info == "raised" and event.task in forced)


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
    """Whether it finished within the steps that are drawn."""


def count_steps(trace: Trace) -> int:
    """Count the steps of all tasks that can be drawn."""
    return min(sum(event.kind in ("start", "resume") for event in trace.events), MAX_STEPS)


def layout_in_steps(trace: Trace, steps: int) -> Timeline:
    """Lay out one play in which no time passes, on a scale of that many steps."""
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
        _lane(_span_names(number, trace), tasks[number], turns, scale_end)
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


def _span_names(number: int, trace: Trace) -> str:
    """Name a task by the spans in it, as the lesson does."""
    names = tuple(dict.fromkeys(span.name for span in trace.spans[:LOOKED_AT] if span.task == number))
    return ", ".join(names[:MAX_NAMES]) + (", ..." if len(names) > MAX_NAMES else "")


def _lane(spans: str, life: Life, turns: _Turns, scale_end: float) -> Lane:
    end = min(turns.taken[-1] + 1.0, scale_end) if turns.finished else None
    return Lane(
        label=spans or life.name,
        depth=0,
        start=min(float(turns.taken[0]), scale_end),
        end=end,
        how=life.how,
        bars=_bars(turns, scale_end if end is None else end),
        is_span=bool(spans),
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
