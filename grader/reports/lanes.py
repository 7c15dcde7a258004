"""Finds the lanes of a timeline in a trace: who was there from when to when, under whom, at work, waiting or blocking.

A span is a lane. A task without a span is one if it waited for virtual time, failed, was cancelled or never ended. The
scenario's own task, ``main``, is one only if the other lanes do not explain all of its waiting.
"""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from grader.reports.strokes import How as How
from grader.reports.strokes import Kind as Kind
from grader.wire.recording import Trace
from grader.wire.rows import Event

LOOKED_AT = 400
"""Spans, and tasks, of one trace that are looked at; a picture shows a few and says how many more there are."""

MAX_STRETCHES = 200
"""Stretches of one kind in one lane; of more than these, those that no eye could tell apart are drawn as one."""

LEAST_SHARE = 0.01
"""The least part of the scale that an eye can tell in a picture."""

Interval = tuple[float, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    """A stretch of a lane. One without length is a moment, and is still drawn."""

    start: float
    end: float
    kind: Kind


@dataclass(frozen=True, slots=True, kw_only=True)
class Lane:
    """One row of the picture. ``end`` is None if it never ended; its bars then reach the end of the scale.

    A lane that never began starts at the end of the scale and has no bars.
    """

    label: str
    depth: int
    start: float
    end: float | None
    how: How
    bars: tuple[Bar, ...]
    is_span: bool
    """Whether the scenario named it; else it bears the name of a function, which each answer chooses for itself."""


# ---- lanes -----------------------------------------------------------------------------------------------------------


@dataclass(slots=True, kw_only=True)
class _Node:
    """A lane to be, with its place in the tree."""

    label: str
    start: float
    end: float | None
    how: How
    base: Kind
    """What happens in it where nothing else does: a span is at work, a task waits."""
    blocks: Sequence[Interval]
    parent: _Node | None
    children: list[_Node] = field(default_factory=list)

    def until(self, scale_end: float) -> float:
        return scale_end if self.end is None else self.end

    def alive_at(self, time: float) -> bool:
        if self.end is None:
            return self.start <= time
        # 0.1 + 0.2 is later than 0.3: what starts as this ends, but for rounding, does not start inside it.
        return self.start <= time < self.end and not math.isclose(time, self.end)


def lanes_in_time(trace: Trace, scale_end: float) -> tuple[Lane, ...]:
    """Return the lanes of a trace in reading order: each under the one it belongs to, by start."""
    tasks = lives(trace)
    main = next(iter(tasks), None)
    spans = _span_nodes(trace, tasks)
    own = _task_nodes(tasks, busy={main, *spans})
    _link(tasks, spans, own)
    nodes = [*(node for group in spans.values() for node in group), *own.values()]
    if main is not None and main not in spans and _waits_itself(tasks[main], nodes, scale_end):
        nodes = _put_under(_task_node(tasks[main]), nodes)
    return tuple(_lane(node, depth, scale_end) for node, depth in _walk(nodes))


def _span_nodes(trace: Trace, tasks: dict[int, Life]) -> dict[int | None, list[_Node]]:
    """Return a node for each span, by task; a span inside another of its task hangs under it."""
    by_task: dict[int | None, list[_Node]] = {}
    for span in trace.spans[:LOOKED_AT]:
        nodes = by_task.setdefault(span.task, [])
        outer = next((node for node in reversed(nodes) if node.alive_at(span.start)), None)
        life = tasks.get(span.task) if span.task is not None else None
        nodes.append(
            _Node(
                label=span.name,
                start=span.start,
                end=span.stopped,
                how=how_of(span.how),
                base=Kind.WORK,
                blocks=life.blocks if life else (),
                parent=outer,
            )
        )

    return by_task


def _task_nodes(tasks: dict[int, Life], busy: set[int | None]) -> dict[int, _Node]:
    return {number: _task_node(life) for number, life in tasks.items() if number not in busy and life.matters}


def _task_node(life: Life) -> _Node:
    start = life.spawned if life.began is None else life.began
    return _Node(
        label=life.name, start=start, end=life.ended, how=life.how, base=Kind.WAIT, blocks=life.blocks, parent=None
    )


def _link(tasks: dict[int, Life], spans: dict[int | None, list[_Node]], own: dict[int, _Node]) -> None:
    """Hang the lanes of each task under the lane that started the task."""
    for number, life in tasks.items():
        host = _host(life, tasks, spans, own)
        for node in [*spans.get(number, ()), *([own[number]] if number in own else ())]:
            node.parent = node.parent or host


def _host(
    life: Life, tasks: dict[int, Life], spans: dict[int | None, list[_Node]], own: dict[int, _Node]
) -> _Node | None:
    """Return the lane in which a task was started: one of the nearest task above it that has any."""
    time, above = life.spawned, life.parent
    while above is not None:
        inside = [node for node in spans.get(above, ()) if node.alive_at(time)]
        if inside or above in own:
            return inside[-1] if inside else own[above]
        time, above = tasks[above].spawned, tasks[above].parent
    return None


def _waits_itself(main: Life, others: Sequence[_Node], scale_end: float) -> bool:
    if not others or (main.ended is None and all(node.end is not None for node in others)):
        return True
    covered = merged((node.start, node.until(scale_end)) for node in others)
    alone = _length(merged([*covered, *main.waits])) - _length(covered)
    return alone > scale_end * LEAST_SHARE


def _length(intervals: Iterable[Interval]) -> float:
    return sum(end - start for start, end in intervals)


def _put_under(root: _Node, nodes: list[_Node]) -> list[_Node]:
    for node in nodes:
        node.parent = node.parent or root
    return [root, *nodes]


def _walk(nodes: list[_Node]) -> Iterable[tuple[_Node, int]]:
    """Yield each node and its depth, parents first, siblings by start; without recursion, a chain may be long."""
    for node in nodes:
        if node.parent:
            node.parent.children.append(node)
    waiting = [(node, 0) for node in sorted((n for n in nodes if not n.parent), key=_start)][::-1]
    while waiting:
        node, depth = waiting.pop()
        yield node, depth
        waiting += [(child, depth + 1) for child in sorted(node.children, key=_start)][::-1]


def _start(node: _Node) -> float:
    return node.start


def _lane(node: _Node, depth: int, scale_end: float) -> Lane:
    # A start beyond the end, in either direction, is a forged recording; it draws as a moment.
    start = min(max(node.start, 0.0), scale_end)
    end = None if node.end is None else min(max(node.end, start), scale_end)
    children = _drawable(((child.start, child.until(scale_end)) for child in node.children), scale_end)
    blocks = _drawable(node.blocks, scale_end)
    bars = cut_bars((start, scale_end if end is None else end), node.base, children, blocks)
    return Lane(
        label=node.label, depth=depth, start=start, end=end, how=node.how, bars=bars, is_span=node.base is Kind.WORK
    )


# ---- the life of a task ----------------------------------------------------------------------------------------------


@dataclass(slots=True, kw_only=True)
class Life:
    """What the events say about one task: from when to when it lived, waited and blocked."""

    name: str
    parent: int | None
    spawned: float = 0.0
    began: float | None = None
    ended: float | None = None
    how: How = How.OPEN
    waits: list[Interval] = field(default_factory=list)
    blocks: list[Interval] = field(default_factory=list)
    _since: float | None = None

    def take_in(self, event: Event) -> None:
        match event.kind:
            case "spawn":
                self.spawned = event.time
            case "start":
                self.began = event.time
            case "suspend":
                self._since = event.time
            case "resume":
                self._end_wait(event.time)
            case "block":
                self.blocks.append((event.time, event.time + held_seconds(event.info)))
            case "finish":
                self._end_wait(event.time)
                self.ended, self.how = event.time, how_of(event.info)

    def _end_wait(self, time: float) -> None:
        if self._since is not None and time > self._since:
            self.waits.append((self._since, time))
        self._since = None

    @property
    def matters(self) -> bool:
        return bool(self.waits or self.blocks) or self.how is not How.RETURNED


def lives(trace: Trace) -> dict[int, Life]:
    """Sum up the events of each task, in the order in which the tasks were started."""
    by_task: dict[int, Life] = {}
    for task in trace.tasks[:LOOKED_AT]:
        # A parent is older than its child; anything else in a recording would send us round in circles.
        by_task[task.id] = Life(name=task.name, parent=task.parent if task.parent in by_task else None)
    for event in trace.events:
        if event.task in by_task:
            by_task[event.task].take_in(event)
    return by_task


def how_of(text: str | None) -> How:
    """Read how a task or a span ended; one with an unknown ending has not ended."""
    return How(text) if text in (How.RETURNED, How.RAISED, How.CANCELLED) else How.OPEN


def held_seconds(text: str | None) -> float:
    """Read for how long an event of kind ``block`` held the loop; 0 for what only a forged recording says."""
    try:
        number = float(text or "0")
    except ValueError:
        return 0.0
    return number if math.isfinite(number) and number > 0 else 0.0


# ---- bars ------------------------------------------------------------------------------------------------------------


def cut_bars(whole: Interval, base: Kind, waits: Sequence[Interval], blocks: Sequence[Interval]) -> tuple[Bar, ...]:
    """Cut a stretch into bars: blocking outranks waiting, and ``base`` is what happens in the rest of it.

    ``waits`` and ``blocks`` are as ``merged`` returns them.
    """
    low, high = whole
    edges = {time for interval in (*waits, *blocks) for time in interval if low < time < high}
    bars: list[Bar] = []
    for start, end in pairwise(sorted({low, high, *edges})) if low < high else [whole]:
        middle = (start + end) / 2
        kind = Kind.BLOCKED if _covers(blocks, middle) else Kind.WAIT if _covers(waits, middle) else base
        if bars and bars[-1].kind is kind:
            start = bars.pop().start
        bars.append(Bar(start=start, end=end, kind=kind))
    moments = [Bar(start=a, end=a, kind=Kind.BLOCKED) for a, b in blocks if a == b and low <= a <= high]

    return tuple(sorted((*bars, *moments), key=lambda bar: (bar.start, bar.end)))


def _covers(intervals: Sequence[Interval], moment: float) -> bool:
    """Whether one of these merged intervals holds this moment."""
    place = bisect_right(intervals, (moment, math.inf)) - 1
    return place >= 0 and moment <= intervals[place][1]


def _drawable(intervals: Iterable[Interval], scale_end: float) -> tuple[Interval, ...]:
    """Merge intervals so that they can be drawn: a program may block the loop thousands of times."""
    joined = merged(intervals)
    return joined if len(joined) <= MAX_STRETCHES else merged(joined, gap=scale_end / MAX_STRETCHES)


def merged(intervals: Iterable[Interval], gap: float = 0.0) -> tuple[Interval, ...]:
    """Join intervals that touch, or lie no more than ``gap`` apart."""
    joined: list[Interval] = []
    for low, high in sorted(intervals):
        if joined and low <= joined[-1][1] + gap:
            joined[-1] = (joined[-1][0], max(high, joined[-1][1]))
        else:
            joined.append((low, high))
    return tuple(joined)
