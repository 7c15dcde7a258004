"""Cuts a lane of a timeline into bars: stretches of work, of waiting, and of holding up everybody else."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise

Interval = tuple[float, float]


class Kind(StrEnum):
    """What happens during a bar."""

    WORK = "work"
    WAIT = "wait"
    BLOCKED = "blocked"


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    """A stretch of a lane. One without length is a moment and still worth a mark."""

    start: float
    end: float
    kind: Kind


def cut_bars(whole: Interval, base: Kind, waits: Sequence[Interval], blocks: Sequence[Interval]) -> tuple[Bar, ...]:
    """Cut a stretch that is ``base`` where nobody waits in it and nobody blocks; blocking outranks waiting."""
    low, high = whole
    edges = {time for interval in (*waits, *blocks) for time in interval if low < time < high}
    found: list[Bar] = []
    for start, end in pairwise(sorted({low, high, *edges})) if low < high else [whole]:
        middle = (start + end) / 2
        kind = Kind.BLOCKED if _within(middle, blocks) else Kind.WAIT if _within(middle, waits) else base
        if found and found[-1].kind is kind:
            start = found.pop().start
        found.append(Bar(start=start, end=end, kind=kind))
    moments = [Bar(start=a, end=a, kind=Kind.BLOCKED) for a, b in blocks if a == b and low <= a <= high]

    return tuple(sorted((*found, *moments), key=lambda bar: (bar.start, bar.end)))


def _within(time: float, intervals: Sequence[Interval]) -> bool:
    return any(low <= time <= high for low, high in intervals)


def merged(intervals: Iterable[Interval]) -> tuple[Interval, ...]:
    """Join intervals that touch."""
    found: list[Interval] = []
    for low, high in sorted(intervals):
        if found and low <= found[-1][1]:
            found[-1] = (found[-1][0], max(high, found[-1][1]))
        else:
            found.append((low, high))

    return tuple(found)
