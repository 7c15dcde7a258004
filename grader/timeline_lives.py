"""Sums up what the events of a trace say about each task: from when to when it lived, waited and blocked."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from enum import StrEnum

from grader.recording import Event, Trace
from grader.timeline_bars import Interval

LOOKED_AT = 400
"""Spans, and tasks, of one trace that are looked at; a picture shows a few and says how many more there are."""


class How(StrEnum):
    """How a lane ends."""

    RETURNED = "returned"
    RAISED = "raised"
    CANCELLED = "cancelled"
    OPEN = "open"


@dataclass(slots=True, kw_only=True)
class Life:
    """What the events say about one task."""

    name: str
    parent: int | None
    spawned: float = 0.0
    began: float | None = None
    ended: float | None = None
    how: How = How.OPEN
    waits: list[Interval] = field(default_factory=list)
    blocks: list[Interval] = field(default_factory=list)
    _since: float | None = None

    def note(self, event: Event) -> None:
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
                self.blocks.append((event.time, event.time + _seconds(event.info)))
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
    found: dict[int, Life] = {}
    for task in trace.tasks[:LOOKED_AT]:
        # A parent is older than its child; anything else in a recording would send us round in circles.
        found[task.id] = Life(name=task.name, parent=task.parent if task.parent in found else None)
    for event in trace.events:
        if event.task in found:
            found[event.task].note(event)

    return found


def how_of(text: str | None) -> How:
    """Read how something ended; what is unknown has not ended."""
    return How(text) if text in tuple(How) else How.OPEN


def _seconds(text: str | None) -> float:
    try:
        number = float(text or "0")
    except ValueError:
        return 0.0
    return number if math.isfinite(number) and number > 0 else 0.0
