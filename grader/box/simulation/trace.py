"""What happened when in one play: tasks, events, and what was left behind.

An event is ``[time, kind, task, line, info]`` as ``recording.Event`` documents it, plus ``wake`` (``info`` is the
number of the task that did it), which serves the digest only.
"""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import sha256

from grader.box.simulation.where import site_of

EventRow = list[float | str | int | None]

MAX_DEVIATIONS = 50
MAX_EVENTS = 6000
"""Events that cross to the trusted side; a picture needs far fewer, and a spinning play makes 100,000."""


@dataclass(slots=True)
class TaskRecord:
    """One task of a play. Internal ones belong to the backend and are never shown."""

    id: int
    name: str
    parent: int | None
    task: object
    internal: bool
    started: bool = False
    outcome: str | None = None
    since: float = 0.0
    """When it was last suspended."""


class Trace:
    """Collects events; times are virtual seconds."""

    collects = True

    def __init__(self) -> None:
        self.events: list[EventRow] = []
        self.deviations: list[list[float | int]] = []
        """Rows of time, the task that took a step, the task whose turn it would have been in natural order."""
        self.tasks: dict[int, TaskRecord] = {}

    def add(self, time: float, kind: str, task: int, line: int | None = None, info: str | int | None = None) -> None:
        self.events.append([time, kind, task, line, info])

    def woken(self, time: float, task: int, by: int | None) -> None:
        self.events.append([time, "wake", task, None, by])

    def suspended(self, time: float, task: int, coroutine: object) -> None:
        site = site_of(coroutine)
        self.add(time, "suspend", task, site.line if site else None, site.awaiting if site else None)

    def deviated(self, time: float, task: int, instead_of: int) -> None:
        if len(self.deviations) < MAX_DEVIATIONS:
            self.deviations.append([time, task, instead_of])

    def document(self) -> dict[str, object]:
        """The part that crosses to the trusted side."""
        shown = {record.id for record in self.tasks.values() if not record.internal}
        tasks = [[r.id, r.name, r.parent if r.parent in shown else None] for r in self.tasks.values() if r.id in shown]
        events = [row for row in self.events if row[1] != "wake" and row[2] in shown]
        deviations = [row for row in self.deviations if row[1] in shown and row[2] in shown]
        return {"tasks": tasks, "events": events[:MAX_EVENTS], "deviations": deviations}

    def digest(self) -> str:
        """A fingerprint of who did what when, without names, lines or addresses.

        Wake-ups between two other events are sorted: trio wakes equal deadlines by ``id(scope)``.
        """
        rows: list[str] = []
        wakes: list[str] = []
        for time, kind, task, _, info in self.events:
            if kind == "wake":
                wakes.append(f"{time!r},{task}")
                continue
            if wakes:
                wakes.sort()
                rows += wakes
                wakes.clear()
            rows.append(f"{time!r},{kind},{task},{info}" if kind == "finish" else f"{time!r},{kind},{task}")
        return sha256("\n".join(rows).encode()).hexdigest()[:16]


class Untraced(Trace):
    """Knows the tasks and collects no events: most plays pass, and a trace is half of what a step costs."""

    collects = False

    def add(self, time: float, kind: str, task: int, line: int | None = None, info: str | int | None = None) -> None:
        pass

    def deviated(self, time: float, task: int, instead_of: int) -> None:
        pass

    def woken(self, time: float, task: int, by: int | None) -> None:
        pass

    def suspended(self, time: float, task: int, coroutine: object) -> None:
        pass
