"""Has the kernel write down where the loop's thread is while one call into C keeps all of Python waiting.

A regular expression, a power or a sort of millions holds the interpreter's lock until it is done: meanwhile neither the
watcher's thread nor a signal handler in Python can run. ``faulthandler`` writes the stack from the signal itself. The
signal comes each time the process has used so much CPU, unless the watcher, by running, has wound up the timer again.
The trusted side reads the stacks and decides (``sandbox.child``).
"""

from __future__ import annotations

import faulthandler
import os
import signal
import time

from grader.wire.stalls import GOES_ON, STALL_SECONDS

_ERRORS = 2
"""The descriptor of the standard error output, which the trusted side reads."""


class Stall:
    """The timer of one process."""

    def __init__(self) -> None:
        self._reports = False
        self._runs = False
        self._pauses = False
        self._wound_up = 0.0

    def report(self) -> None:
        """From now on write stacks to the standard error output; before this call nothing is written or timed."""
        if hasattr(signal, "setitimer"):
            faulthandler.register(signal.SIGVTALRM, file=_ERRORS, all_threads=False, chain=False)
            self._reports = True

    def wind_up(self) -> None:
        """Begin to count again. To be called when a run begins, and whenever the watcher runs."""
        if not self._reports or self._pauses:
            return
        now = time.process_time()
        if self._runs and now - self._wound_up >= STALL_SECONDS:
            os.write(_ERRORS, GOES_ON)
        self._runs, self._wound_up = True, now
        signal.setitimer(signal.ITIMER_VIRTUAL, STALL_SECONDS, STALL_SECONDS)

    def pause(self) -> None:
        """Count no longer: the loop rests, and what a worker thread does is not the fault of a step."""
        self.stop()
        self._pauses = True

    def go_on(self) -> None:
        """Count again if there was a pause. To be called in the loop's thread, as the next step may never let go."""
        if self._pauses:
            self._pauses = False
            self.wind_up()

    def stop(self) -> None:
        """The run is over."""
        self._pauses = False
        if self._runs:
            self._runs = False
            signal.setitimer(signal.ITIMER_VIRTUAL, 0)


stall = Stall()
