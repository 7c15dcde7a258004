"""The clock of one run, and the order in which the stage recorded what at which time.

A program that could turn time back would make a serial answer look concurrent. So the clock has no attribute that holds
the time: it is a tuple of functions, and what they share lives in their closure. Every instant that the stage records
is noted here as well, in one order for marks, spans and attempts of all threads; the trusted side compares the two, and
refuses a time that is earlier than the one noted before it. The simulation keeps the time a second time and compares
before each step.
"""

from __future__ import annotations

from collections.abc import Callable
from threading import RLock
from typing import Any, NamedTuple

from grader.box.simulation.kept import Parts
from grader.wire.rows import Instant, row


class _Functions(NamedTuple):
    held: RLock
    """While a thread holds this, time stands still: it reads the time, makes a row with it, and notes the instant."""
    read: Callable[[], float]
    """The time now."""
    move: Callable[[float], None]
    """Moves on to this time; does nothing if it is past already."""
    note: Callable[[str, int, int], None]
    """Notes that something is recorded now: what, the number of its row and the checksum, as ``Instant`` has them."""
    instants: Callable[[], list[list[Any]]]
    """The rows of all instants that were noted."""


class Clock(Parts, _Functions):
    """The clock of one run, in virtual seconds since it began. ``new_clock`` makes one."""


def new_clock() -> Clock:
    """A clock at 0."""
    now = 0.0
    noted: list[Instant] = []
    held = RLock()

    def read() -> float:
        return now

    def move(when: float) -> None:
        nonlocal now
        with held:
            if when > now:
                now = when

    def note(what: str, number: int, checksum: int) -> None:
        noted.append(Instant(now, what, number, checksum))

    def instants() -> list[list[Any]]:
        return [row(instant) for instant in noted]

    return Clock(held, read, move, note, instants)
