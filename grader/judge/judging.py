"""Bounds our own CPU time: a hidden test may take long because of what a submission returned, and that is its doing.

Whatever a play returns is bounded in size, but a hidden test may well compare each value with each. The time is CPU
time, which no load on the machine uses up, and it is paid from the budget of the submission. What a hidden test takes
over next to nothing is given back: it is slow by itself then.
"""

from __future__ import annotations

import ctypes
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from functools import partial
from math import isfinite
from types import CodeType, FrameType

from grader.sandbox.budget import Budget

_AGAIN_SECONDS = 0.1
"""How often the signal is sent again while the code that it interrupts must not be interrupted."""


class TooCostly(BaseException):
    """Raised in a hidden test when the budget for judging is spent."""


@contextmanager
def judging(
    budget: Budget, has_little: Callable[[], bool], *, tests: str, asking: CodeType
) -> Iterator[Callable[[], None]]:
    """Charge the CPU time of the block to a budget, and raise TooCostly in it once nothing is left.

    Hands the block a function that charges what has been used up to then, as happens now and then and at the end.

    It is raised only below a frame of the file ``tests`` with no frame of ``asking`` in between: in code of the hidden
    tests, and neither while pytest sets up their fixtures nor while a box is being asked, which must not stop half way.
    While the test ``has_little`` to compute over, it may take as long as if nothing had been spent before: how slow it
    is then is not the submission's doing.
    """
    settle = _account(budget)
    left_before = budget.judging

    def must_stop(frame: FrameType | None) -> bool:
        settle()
        left = budget.judging + (max(0, budget.patience - left_before) if has_little() else 0)
        return left <= 0 and _computes(frame, tests, asking)

    in_main = threading.current_thread() is threading.main_thread()
    bounded = _by_signal if in_main else _by_another_thread
    try:
        with bounded(must_stop, budget.judging) if isfinite(budget.judging) else nullcontext():
            yield settle
    finally:
        settle()


@contextmanager
def _by_signal(must_stop: Callable[[FrameType | None], bool], seconds_left: float) -> Iterator[None]:
    """Raise TooCostly in the main thread, by a timer that counts the CPU time of this process."""

    def ring(number: int, frame: FrameType | None) -> None:
        if must_stop(frame):
            raise TooCostly

    before = signal.signal(signal.SIGVTALRM, ring)
    signal.setitimer(signal.ITIMER_VIRTUAL, max(seconds_left, 0.001), _AGAIN_SECONDS)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        signal.signal(signal.SIGVTALRM, before)


@contextmanager
def _by_another_thread(must_stop: Callable[[FrameType | None], bool], seconds_left: float) -> Iterator[None]:
    """Raise TooCostly in a thread that gets no signals, such as that of a worker of a cluster."""
    judge, over = threading.get_ident(), threading.Event()

    def watch() -> None:
        while not over.wait(_AGAIN_SECONDS):
            if must_stop(sys._current_frames().get(judge)):
                raise_in(ctypes.c_ulong(judge), ctypes.py_object(TooCostly))

    raise_in = ctypes.pythonapi.PyThreadState_SetAsyncExc
    watcher = threading.Thread(target=watch, name="bounds judging", daemon=True)
    watcher.start()
    try:
        yield
    finally:
        over.set()
        watcher.join()
        raise_in(ctypes.c_ulong(judge), None)  # what has not been raised yet must not be raised in what comes after


def _account(budget: Budget) -> Callable[[], None]:
    """A function that charges the CPU time of this thread since it was last called, by whichever thread."""
    read = time.process_time
    if hasattr(time, "pthread_getcpuclockid"):  # not on macOS
        read = partial(time.clock_gettime, time.pthread_getcpuclockid(threading.get_ident()))
    charged = read()

    def settle() -> None:
        nonlocal charged
        before, charged = charged, read()
        budget.charge(judging=charged - before)

    return settle


def _computes(frame: FrameType | None, tests: str, asking: CodeType) -> bool:
    while frame is not None and frame.f_code is not asking and frame.f_code.co_filename != tests:
        frame = frame.f_back
    return frame is not None and frame.f_code is not asking
