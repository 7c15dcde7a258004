"""States as an enum, and records as named tuples."""

from __future__ import annotations

import enum
from collections import namedtuple
from typing import NamedTuple

Point = namedtuple("Point", "x y")


class State(enum.Enum):
    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"

    def __new__(cls, value):
        member = object.__new__(cls)
        member._value_ = value
        return member

    @classmethod
    def _missing_(cls, value):
        for member in cls:
            if member._value_ == str(value).lower():
                return member
        return None


class Step(NamedTuple):
    name: str
    state: State = State.WAITING
    seconds: float = 0.0

    def started(self) -> Step:
        return self._replace(state=State.RUNNING)

    def finished(self, seconds: float) -> Step:
        return self._replace(state=State.DONE, seconds=seconds)


def moved(point: Point, by: int) -> Point:
    return point._replace(x=point.x + by)


def table(steps: list[Step]) -> list[dict[str, object]]:
    return [step._asdict() for step in steps]
