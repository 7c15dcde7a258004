"""Finds the lanes of a play in which no time passes: who ran in which step."""

from __future__ import annotations

from dataclasses import dataclass, field

from grader.recording import Trace
from grader.timeline_bars import Bar, Kind
from grader.timeline_lanes import Lane
from grader.timeline_lives import How, Life, lives

MAX_STEPS = 48
"""Steps that are drawn. Who takes turns with whom shows in the first few; later ones would be thinner than a letter."""


@dataclass(slots=True, kw_only=True)
class _Turns:
    """The numbers of the steps of one task, counted from 0."""

    taken: list[int] = field(default_factory=list)
    blocked: set[int] = field(default_factory=set)
    finished: bool = False


def count_steps(trace: Trace) -> int:
    """Count the steps of all tasks that can be drawn."""
    return min(sum(event.kind in ("start", "resume") for event in trace.events), MAX_STEPS)


def lanes_in_steps(trace: Trace, scale_end: float) -> tuple[Lane, ...]:
    """Return one lane for each task that took a step, in the order of their first steps; times are step numbers."""
    turns = _turns(trace)
    tasks = lives(trace)
    shown = [number for number in turns if number in tasks and turns[number].taken]

    return tuple(_lane(_label(number, tasks, trace), tasks[number], turns[number], scale_end) for number in shown)


def _turns(trace: Trace) -> dict[int, _Turns]:
    found: dict[int, _Turns] = {}
    step = 0
    for event in trace.events:
        mine = found.setdefault(event.task, _Turns())
        if event.kind in ("start", "resume"):
            if step == MAX_STEPS:
                break
            mine.taken.append(step)
            step += 1
        elif event.kind == "block" and mine.taken:
            mine.blocked.add(mine.taken[-1])
        elif event.kind == "finish":
            mine.finished = True

    return found


def _label(number: int, tasks: dict[int, Life], trace: Trace) -> str:
    names = [span.name for span in trace.spans if span.task == number]
    return names[0] if len(names) == 1 else tasks[number].name


def _lane(label: str, life: Life, turns: _Turns, scale_end: float) -> Lane:
    start, last = float(turns.taken[0]), float(turns.taken[-1] + 1)
    end = min(last, scale_end) if turns.finished else None

    return Lane(
        label=label,
        depth=0,
        start=min(start, scale_end),
        end=end,
        how=life.how if turns.finished else How.OPEN,
        bars=_bars(turns, scale_end if end is None else end),
    )


def _bars(turns: _Turns, until: float) -> tuple[Bar, ...]:
    found: list[Bar] = []
    for step in turns.taken:
        if found and found[-1].end < step:
            found.append(Bar(start=found[-1].end, end=float(step), kind=Kind.WAIT))
        kind = Kind.BLOCKED if step in turns.blocked else Kind.WORK
        start = found.pop().start if found and found[-1].kind is kind else float(step)
        found.append(Bar(start=start, end=step + 1.0, kind=kind))
    if found[-1].end < until:
        found.append(Bar(start=found[-1].end, end=until, kind=Kind.WAIT))

    return tuple(found)
