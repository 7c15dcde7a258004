"""Child processes as part of the simulation: one that works holds the clock, one that waits for its parent does not.

A worker process of ``anyio.to_process`` lives as long as the event loop and reads from a pipe between two calls: if
every child held the clock, time would stop for good. Whether a child waits for input is told by the kernel.
"""

from __future__ import annotations

import os
import subprocess
import time
from contextlib import suppress
from typing import Any

from grader.box.simulation.resting import Rest, cpu_of, read

_clock = time.perf_counter

CHILD_EXIT = 1.0
"""Real seconds that the loop has to notice the exit of a child process."""

_INPUT = ("pipe", "unix_stream")
_IDLE = (*_INPUT, "futex")

ThreadState = tuple[str, str, str]
"""The number of a thread, the CPU time it has used, and the function of the kernel in which it sleeps."""


class Children:
    """The child processes of one run."""

    def __init__(self) -> None:
        self._children: list[subprocess.Popen[Any]] = []
        self._died: dict[int, float] = {}
        self._rests: dict[int, Rest] = {}

    def add(self, child: subprocess.Popen[Any]) -> None:
        self._children.append(child)

    def busy(self) -> bool:
        """Whether any of them may still act by itself, or has ended without the loop's knowledge."""
        return any(self._busy(child) for child in self._children)

    def _busy(self, child: subprocess.Popen[Any]) -> bool:
        if child.returncode is not None:
            return False
        with suppress(ChildProcessError):
            if os.waitid(os.P_PID, child.pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is None:
                return not self._waits_for_input(child.pid)
        return _clock() - self._died.setdefault(child.pid, _clock()) < CHILD_EXIT

    def _waits_for_input(self, process: int) -> bool:
        """Whether a process sleeps in a pipe or socket, and all of its threads there or in locks.

        A process that sleeps for a time, or waits for a child of its own, goes on by itself. Where the kernel does
        not tell, the process counts as busy.
        """
        try:
            state = _state(process)
        except OSError:
            return False
        rests = self._rests.setdefault(process, Rest()).goes_on(state)
        places = [place for _, _, place in state]
        waits = any(_is_one_of(_INPUT, place) for place in places) and all(_is_one_of(_IDLE, place) for place in places)
        return rests and waits


def _state(process: int) -> list[ThreadState]:
    """The state of each thread; the function of the kernel is empty or 0 for one that runs, or if it is kept secret."""
    folder = f"/proc/{process}/task"
    return [(thread, cpu_of(process, thread), read(f"{folder}/{thread}/wchan")) for thread in os.listdir(folder)]


def _is_one_of(names: tuple[str, ...], place: str) -> bool:
    # The names differ between versions: pipe_read, anon_pipe_read, pipe_wait_readable.
    return any(name in place for name in names)
