"""What happened when in one play: tasks, events, and what was left behind.

An event is ``[time, kind, task, line, info]`` as ``recording.Event`` documents it, plus ``wake`` (``info`` is the
number of the task that did it), which serves the digest only.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass

EventRow = list[float | str | int | None]

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

    def __init__(self) -> None:
        self.events: list[EventRow] = []
        self.tasks: dict[int, TaskRecord] = {}

    def add(self, time: float, kind: str, task: int, line: int | None = None, info: str | int | None = None) -> None:
        self.events.append([time, kind, task, line, info])

    def document(self) -> dict[str, object]:
        """The part that crosses to the trusted side."""
        shown = {record.id for record in self.tasks.values() if not record.internal}
        tasks = [[r.id, r.name, r.parent if r.parent in shown else None] for r in self.tasks.values() if r.id in shown]
        events = [row for row in self.events if row[1] != "wake" and row[2] in shown]
        return {"tasks": tasks, "events": events[:MAX_EVENTS]}

    def digest(self) -> str:
        """A fingerprint of who did what when, without names, lines or addresses.

        Wake-ups between two other events are sorted: trio wakes equal deadlines by ``id(scope)``.
        """
        rows: list[list[object]] = []
        wakes: list[list[object]] = []
        for time, kind, task, _, info in self.events:
            if kind == "wake":
                wakes.append([time, kind, task])
                continue
            rows += sorted(wakes, key=repr)
            wakes = []
            rows.append([time, kind, task, info if kind == "finish" else None])
        return hashlib.sha256(json.dumps(rows).encode()).hexdigest()[:16]
