"""ex06 - crunch: cooperative multitasking."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from typing import TypeVar

T = TypeVar("T")


async def crunch(steps: Iterable[T], *, budget: float, clock: Callable[[], float] = time.perf_counter) -> list[T]:
    """Do a CPU-bound job in slices, so that other tasks get their turn.

    Iterating over `steps` does the work: each next() computes one step and yields its result.
    `clock()` tells the time in seconds.  A slice begins each time this task gains control, and
    it is over after the first step at whose end at least `budget` seconds have passed since.

    1. All results come back in a list, in order, and each step is computed once.  `steps` may be
       any iterable, and any value is a result.
    2. When a slice is over, crunch() hands control back to the runtime, before it computes another
       step: every task that is ready gets a turn.  So a job may be infinite.
    3. It hands over once per slice, not more often, and within a slice no other task runs: steps
       run here, in the event-loop thread.
    4. A new slice begins *after* control has come back: what others computed meanwhile is not
       charged to us.  That holds for the first slice, too.
    5. budget == 0: every step is a slice, even if the clock stands still.
    6. Handing over is not sleeping: no time passes on the event loop's clock.
    7. Every call that returns has passed a checkpoint, even without steps or with one slice: other
       tasks run, and a cancellation is noticed.  (One at the beginning or one at the end - your
       choice.)
    8. After a cancellation at most one more slice comes to its end, and there the cancellation goes
       on its way.
    9. An error that a step raises comes out at once, unchanged and bare; no further step is
       computed.
    10. budget < 0: ValueError, and nothing is computed.
    11. Calls know nothing of each other.  Any number of jobs run at the same time and take turns,
        slice by slice.
    """
    raise NotImplementedError("your turn")
