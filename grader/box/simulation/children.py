"""Child processes as part of the simulation: one that works holds the clock, one that waits for its parent does not.

A worker process of ``anyio.to_process`` lives as long as the event loop and reads from a pipe between two calls, so to
hold the clock while there are children would stop time for good. Whether a child waits for input is the kernel's word.
"""

from __future__ import annotations

import os
import subprocess
import time
from contextlib import suppress
from typing import Any

_clock = time.perf_counter

CHILD_EXIT = 1.0
"""Real seconds that the loop has to notice the exit of a child process."""
STILL = 0.05
"""Real seconds without CPU after which a child that waits for input counts as waiting for its parent."""

_INPUT = ("pipe", "unix_stream")
_IDLE = (*_INPUT, "futex")

State = list[tuple[str, str, str]]


class Children:
    """The child processes of one run."""

    def __init__(self) -> None:
        self._children: list[subprocess.Popen[Any]] = []
        self._died: dict[int, float] = {}
        self._still: dict[int, tuple[State, float]] = {}
        """For each process its state when it was last seen to move, and the real time of that look."""

    def add(self, child: subprocess.Popen[Any]) -> None:
        self._children.append(child)

    def busy(self) -> bool:
        """Whether any of them may still act by itself, or has ended and the loop does not know it yet."""
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

        One that sleeps for a time, or waits for a process of its own, goes on by itself. Where the kernel does not
        say, the process counts as busy.
        """
        try:
            state = _state(process)
        except OSError:
            return False
        before, since = self._still.get(process, ([], 0.0))
        if state != before:
            self._still[process] = (state, _clock())
            return False
        places = [place for _, _, place in state]
        waits = any(_is_one_of(_INPUT, place) for place in places) and all(_is_one_of(_IDLE, place) for place in places)
        return waits and _clock() - since > STILL


def _state(process: int) -> State:
    """Of each thread the number, the CPU time used, and the function of the kernel in which it sleeps.

    The last is empty or 0 when it does not sleep, or nobody may know.
    """
    folder = f"/proc/{process}/task"
    return [
        (thread, _read(f"{folder}/{thread}/schedstat").partition(" ")[0], _read(f"{folder}/{thread}/wchan"))
        for thread in os.listdir(folder)
    ]


def _read(path: str) -> str:
    with open(path) as file:
        return file.read()


def _is_one_of(names: tuple[str, ...], place: str) -> bool:
    # The names differ between versions: pipe_read, anon_pipe_read, pipe_wait_readable.
    return any(name in place for name in names)
