"""Plays one submission on all backends at the same time, each in a child of its own, for as many processors.

The judge asks for one play after the other. While a play goes on on the first backend, the same play is begun on the
others, in the hope that the judge asks for it there next; it always does for the natural order. Where an earlier
version of the file was judged, the plays that the judge asked for then are expected again, and begun ahead of it. What
the judge learns, and in which order, is as it would be without that.
"""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from typing import Protocol

from grader.judge.schedules import is_walked
from grader.sandbox.budget import Budget
from grader.sandbox.cell import Cell
from grader.sandbox.play import Play
from grader.wire.recording import Recording


def usable_processors() -> int:
    """How many processors this process may use."""
    try:
        return len(os.sched_getaffinity(0))
    except AttributeError:  # macOS
        return os.cpu_count() or 1


WINDOW = 4
"""Expected plays that are begun ahead on one backend. The judge takes as long for a play as the box does; with more of
them, more would be played for nothing where a test fails and asks no further."""


class AnyCell(Protocol):
    """What plays a submission: one cell, or several that are used like one."""

    budget: Budget

    @property
    def plays(self) -> int: ...

    @property
    def tampered(self) -> bool: ...

    def send(self, play: Play) -> Play: ...

    def recording(self, play: Play) -> Recording: ...

    def forget(self) -> None: ...

    def close(self) -> None: ...


class Cells:
    """A cell for each of these backends; used like one cell.

    ``cell`` makes one, at the expense of the ``budget`` that they share. What hangs on one backend is told to the
    others, which then need less time to find it.
    """

    def __init__(self, backends: Sequence[str], budget: Budget, cell: Callable[[], Cell]) -> None:
        self._cells = {backend: cell() for backend in backends}
        self._first, *self._others = backends
        self.budget = budget
        self._ahead: set[Play] = set()
        """Plays that were begun before they were asked for."""
        self._expected: dict[str, deque[Play]] = {}
        self._natural: dict[Play, None] = {}
        shared = self._cells[self._first].hung
        for each in self._cells.values():
            each.hung = shared

    @property
    def plays(self) -> int:
        """How many plays were asked for and made."""
        unused = sum(self.cell_of(play.backend).has_made(play) for play in self._ahead)
        return sum(cell.plays for cell in self._cells.values()) - unused

    @property
    def tampered(self) -> bool:
        return any(cell.tampered for cell in self._cells.values())

    def send(self, play: Play) -> Play:
        """As ``Cell.send``; begins the play on the other backends, too."""
        asked = self.cell_of(play.backend).send(play)
        self._ahead.discard(asked)
        if play.backend == self._first and play.choices is None and play.walk == "fair" and not play.trace:
            for backend in self._others:
                self._begin(replace(play, backend=backend))
        return asked

    def recording(self, play: Play) -> Recording:
        """As ``Cell.recording``."""
        asked = self.send(play)
        if _in_natural_order(play):
            self._natural[play] = None
            self._begin_expected()
        return self.cell_of(play.backend).recording(asked)

    @property
    def natural(self) -> tuple[Play, ...]:
        """The plays in natural order that the judge has asked for, in turn."""
        return tuple(self._natural)

    def expect(self, plays: Iterable[Play]) -> None:
        """Begin these plays in natural order ahead of the judge, as soon as it asks for the first one."""
        self._expected = {backend: deque() for backend in self._cells}
        for play in plays:
            self._expected[play.backend].append(play)

    def _begin_expected(self) -> None:
        for backend, expected in self._expected.items():
            cell = self.cell_of(backend)
            if cell.hangs or self.budget.spent:
                expected.clear()  # each of them may take half a second, and the judge may never ask for it
            while expected and cell.unanswered < WINDOW:
                play = expected.popleft()
                if not cell.is_known(play):
                    self._ahead.add(cell.send(play))

    def cell_of(self, backend: str) -> Cell:
        """The cell in which everything is played on this backend."""
        return self._cells[backend]

    def forget(self) -> None:
        """As ``Cell.forget``, for every backend."""
        self._ahead.clear()
        self._expected.clear()
        for cell in self._cells.values():
            cell.forget()

    def close(self) -> None:
        for cell in self._cells.values():
            cell.close()

    def _begin(self, play: Play) -> None:
        cell = self.cell_of(play.backend)
        if self.budget.spent or cell.is_known(play):
            return
        # A play that is walked whole is not asked for by its seeds; of one that has not been made that is not known.
        if play.seed and ((natural := cell.done(play.key)) is None or is_walked(natural)):
            return
        self._ahead.add(cell.send(play))


def _in_natural_order(play: Play) -> bool:
    plain = play.seed == 0 and play.choices is None and play.cancel_at is None
    return plain and not play.trace and not play.returns
