"""Runs a program of a lesson: ``python lesson_program.py FILE virtual|real [BACKEND]``.

In virtual time sleeps cost nothing, and every clock that a lesson reads tells the same time. ``anyio.run`` takes the
backend that is named. This is not the grader's simulation: what a lesson prints is what asyncio and trio really do.
"""

from __future__ import annotations

import asyncio
import functools
import math
import runpy
import selectors
import sys
import time
from typing import Any

import anyio
import trio


class _Now:
    """The virtual time, in seconds."""

    seconds = 0.0


def _sleep(seconds: float) -> None:
    _Now.seconds += seconds


class _Selector(selectors.DefaultSelector):
    """Looks at the sockets once, and lets the time jump where asyncio would wait for a timer."""

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        events = super().select(timeout if timeout is None else 0)
        if not events and timeout:
            _Now.seconds += timeout
        return events


class _Loop(asyncio.SelectorEventLoop):
    def __init__(self) -> None:
        super().__init__(_Selector())
        self._clock_resolution = 1e-6  # a sum of floats may fall short of a timer by their last digit

    def time(self) -> float:
        return _Now.seconds


class _Clock(trio.abc.Clock):
    """Lets the time jump when trio asks how long it may wait, after one look at the sockets."""

    _looked = False

    def start_clock(self) -> None:
        pass

    def current_time(self) -> float:
        return _Now.seconds

    def deadline_to_sleep_time(self, deadline: float) -> float:
        if deadline <= _Now.seconds:
            return 0
        self._looked = not self._looked
        if self._looked:
            return 0
        if math.isinf(deadline):
            return 1000
        _Now.seconds = deadline
        return 0


def _make_time_virtual() -> None:
    time.sleep = _sleep
    time.time = time.monotonic = time.perf_counter = lambda: _Now.seconds
    asyncio.events.new_event_loop = _Loop  # type: ignore[assignment]
    run: Any = trio.run
    trio.run = functools.partial(run, clock=_Clock())


def main() -> None:
    file, clock, *backend = sys.argv[1:]
    if clock == "virtual":
        _make_time_virtual()
    if backend:
        anyio.run = functools.partial(anyio.run, backend=backend[0])
    sys.argv = [file]
    runpy.run_path(file, run_name="__main__")


if __name__ == "__main__":
    main()
