"""Plays one submission on all backends at the same time, each in a child of its own, for as many processors.

The judge asks for one play after the other. While a play goes on on the first backend, the same play is begun on the
others, in the hope that the judge asks for it there next; it always does for the natural order. What the judge learns,
and in which order, is as it would be without that.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
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
        return self.cell_of(play.backend).recording(self.send(play))

    def cell_of(self, backend: str) -> Cell:
        """The cell in which everything is played on this backend."""
        return self._cells[backend]

    def forget(self) -> None:
        """As ``Cell.forget``, for every backend."""
        self._ahead.clear()
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
