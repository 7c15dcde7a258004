"""Bounds our own CPU time: a hidden test may take long because of what a submission returned, and that is its doing.

Whatever a play returns is bounded in size, but a hidden test may well compare each value with each. The time is CPU
time, which no load on the machine uses up, and it is paid from the budget of the submission.
"""

from __future__ import annotations

import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from math import isfinite
from types import CodeType, FrameType

from grader.sandbox.budget import Budget

_AGAIN_SECONDS = 0.5
"""How often the signal is sent again while the code that it interrupts must not be interrupted."""


class TooCostly(BaseException):
    """Raised in a hidden test when the budget for judging is spent."""


@contextmanager
def judging(budget: Budget, *, outermost: CodeType, innermost: CodeType) -> Iterator[None]:
    """Charge the CPU time of the block to a budget, and raise TooCostly in it once nothing is left.

    It is raised only below a frame of ``outermost`` with no frame of ``innermost`` in between: in code of the hidden
    test, and not while a box is being asked, which must not stop half way. Only the main thread gets signals; in any
    other the budget is charged, and a single call is not cut short.
    """
    settle = _account(budget)
    if threading.current_thread() is not threading.main_thread() or not isfinite(budget.judging):
        yield
        settle()
        return

    def ring(number: int, frame: FrameType | None) -> None:
        settle()
        if budget.judging <= 0 and _is_below(frame, outermost, innermost):
            raise TooCostly

    before = signal.signal(signal.SIGVTALRM, ring)
    signal.setitimer(signal.ITIMER_VIRTUAL, max(budget.judging, _AGAIN_SECONDS), _AGAIN_SECONDS)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        signal.signal(signal.SIGVTALRM, before)
        settle()


def _account(budget: Budget) -> Callable[[], None]:
    """A function that charges the CPU time of this thread since it was last called."""
    charged = time.thread_time()

    def settle() -> None:
        nonlocal charged
        before, charged = charged, time.thread_time()
        budget.charge(judging=charged - before)

    return settle


def _is_below(frame: FrameType | None, outermost: CodeType, innermost: CodeType) -> bool:
    while frame is not None and frame.f_code not in (outermost, innermost):
        frame = frame.f_back
    return frame is not None and frame.f_code is outermost
