"""What the kernel says about a thread or process that may be waiting: whether it sleeps, and for how long it has.

A thread that a busy machine starves is runnable in the kernel's eyes, so load cannot be mistaken for waiting.
"""

from __future__ import annotations

import time

_clock = time.perf_counter

ASLEEP = 0.05
"""Real seconds without CPU after which a sleeping thread or process counts as waiting for another one."""


class Rest:
    """For how long a thread or process has not changed."""

    def __init__(self) -> None:
        self._state: object = None
        self._since = 0.0

    def goes_on(self, state: object) -> bool:
        """Whether every look of the last ``ASLEEP`` real seconds has found this state."""
        if state != self._state:
            self._state, self._since = state, _clock()
            return False
        return _clock() - self._since > ASLEEP


def sleeps_in_kernel(thread: int | str) -> bool:
    """Whether a thread of this process sleeps; a thread that a busy machine starves is runnable. Raises OSError."""
    return read(f"/proc/self/task/{thread}/stat").rpartition(")")[2].split()[0] == "S"


def cpu_of(process: int | str, thread: int | str) -> str:
    """The CPU time that a thread has used, in nanoseconds, as text. Raises OSError."""
    return read(f"/proc/{process}/task/{thread}/schedstat").partition(" ")[0]


def read(path: str) -> str:
    """The text of a file of ``/proc``. Raises OSError."""
    with open(path) as file:
        return file.read()
