"""Virtual time in every clock that the learner's code may read: of ``time`` and of ``datetime``.

What reads virtual is decided when a clock is read, not when its function was taken from its module: code that a
library runs for the learner, such as a dataclass with ``default_factory=time.monotonic``, gets the time that the
learner would get. Libraries that keep the loop's own time read the real clocks.
"""

from __future__ import annotations

import datetime
import queue
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from functools import wraps
from typing import Any

from trio._core import _run  # see private.py

from grader.box.simulation.calls import local
from grader.box.simulation.core import Simulation, current
from grader.box.simulation.trace import innermost_own

EPOCH = 1_700_000_000.0
"""What ``time.time()`` reads at virtual time 0."""
_CLOCKS = {
    "CLOCK_REALTIME": EPOCH,
    "CLOCK_TAI": EPOCH,
    "CLOCK_MONOTONIC": 0.0,
    "CLOCK_MONOTONIC_RAW": 0.0,
    "CLOCK_BOOTTIME": 0.0,
}
"""What the clocks of the system read at virtual time 0."""

_real_sleep = time.sleep


def install_clocks() -> None:
    """Put them in place; to be called before a learner's module is loaded."""
    clocks: Any = time
    for name in ("time", "monotonic", "perf_counter"):
        start = EPOCH if name == "time" else 0.0
        setattr(clocks, name, _reading(getattr(time, name), start, float))
        setattr(clocks, f"{name}_ns", _reading(getattr(time, f"{name}_ns"), start, _nanoseconds))
    _by_number(clocks)
    for name in ("localtime", "gmtime", "ctime"):
        setattr(clocks, name, _of_now(getattr(time, name), 0))
    for name, position in (("asctime", 0), ("strftime", 1)):
        setattr(clocks, name, _of_today(getattr(time, name), position))
    # They have taken the function from its module already.
    for module, name in ((queue, "time"), (threading, "_time"), (subprocess, "_time"), (_run, "perf_counter")):
        setattr(module, name, clocks.monotonic)
    clocks.sleep = _sleep
    dates: Any = datetime
    dates.datetime, dates.date = VirtualDatetime, VirtualDate


def _simulation_to_read() -> Simulation | None:
    """The simulation whose time the caller's caller reads; None if it reads real time."""
    in_thread: Simulation | None = getattr(local, "simulation", None)
    if in_thread is not None:
        return in_thread
    simulation = current()
    if simulation is None or threading.get_ident() != simulation.loop_thread:
        return None
    return simulation if innermost_own(sys._getframe(2)) is not None else None


def _reading(real: Callable[[], float], start: float, unit: Callable[[float], float]) -> Callable[[], float]:
    @wraps(real)
    def read() -> float:
        simulation = _simulation_to_read()
        return real() if simulation is None else unit(start + simulation.now)

    return read


def _nanoseconds(seconds: float) -> int:
    return int(seconds * 1e9)


def _by_number(clocks: Any) -> None:
    """The clocks of the system that ``clock_gettime`` knows by their numbers."""
    if not hasattr(time, "clock_gettime"):
        return
    numbers = {getattr(time, name): start for name, start in _CLOCKS.items() if hasattr(time, name)}
    for name, unit in (("clock_gettime", float), ("clock_gettime_ns", _nanoseconds)):
        setattr(clocks, name, _reading_by_number(getattr(time, name), numbers, unit))


def _reading_by_number(
    real: Callable[[int], float], starts: dict[int, float], unit: Callable[[float], float]
) -> Callable[[int], float]:
    @wraps(real)
    def read(number: int) -> float:
        simulation = _simulation_to_read() if number in starts else None
        return real(number) if simulation is None else unit(starts[number] + simulation.now)

    return read


def _of_now(real: Callable[..., Any], position: int) -> Callable[..., Any]:
    """A function of ``time`` that means now if it is not given the seconds at this position."""

    @wraps(real)
    def convert(*args: Any) -> Any:
        simulation = _simulation_to_read() if len(args) <= position or args[position] is None else None
        return real(*args) if simulation is None else real(*args[:position], EPOCH + simulation.now)

    return convert


def _of_today(real: Callable[..., str], position: int) -> Callable[..., str]:
    """A function of ``time`` that means now if it is not given the broken-down time at this position."""

    @wraps(real)
    def convert(*args: Any) -> str:
        simulation = _simulation_to_read() if len(args) == position else None
        return real(*args) if simulation is None else real(*args, time.localtime(EPOCH + simulation.now))

    return convert


# ---- sleep -----------------------------------------------------------------------------------------------------------


def _sleep(seconds: Any) -> None:
    call = getattr(local, "call", None)
    simulation: Simulation | None = local.simulation if call is not None else current()
    if simulation is None:
        return _real_sleep(seconds)
    _real_sleep(min(seconds, 0))  # raises for what is no duration, and takes no time
    if call is not None:
        return simulation.workers.sleep(call, seconds)
    if threading.get_ident() != simulation.loop_thread:
        return _real_sleep(seconds)
    if seconds > 0:  # a sleep of 0 seconds delays no task
        simulation.sleep(seconds, sys._getframe(1))
    return None


# ---- dates -----------------------------------------------------------------------------------------------------------


class _AnyDate(type):
    """Has dates that were made before, or by a library, belong to the classes that stand in for theirs."""

    def __instancecheck__(cls, instance: object) -> bool:
        return isinstance(instance, cls.__mro__[1]) if cls in _STAND_INS else super().__instancecheck__(instance)

    def __subclasscheck__(cls, subclass: type) -> bool:
        return issubclass(subclass, cls.__mro__[1]) if cls in _STAND_INS else super().__subclasscheck__(subclass)


class VirtualDate(datetime.date, metaclass=_AnyDate):
    """``datetime.date``, whose today is virtual."""

    def __repr__(self) -> str:
        return _as_of_datetime(self, super().__repr__())

    @classmethod
    def today(cls) -> VirtualDate:
        simulation = _simulation_to_read()
        return super().today() if simulation is None else cls.fromtimestamp(EPOCH + simulation.now)


class VirtualDatetime(datetime.datetime, metaclass=_AnyDate):
    """``datetime.datetime``, whose now is virtual."""

    def __repr__(self) -> str:
        return _as_of_datetime(self, super().__repr__())

    @classmethod
    def now(cls, tz: datetime.tzinfo | None = None) -> VirtualDatetime:
        simulation = _simulation_to_read()
        return super().now(tz) if simulation is None else cls.fromtimestamp(EPOCH + simulation.now, tz)

    @classmethod
    def today(cls) -> VirtualDatetime:
        simulation = _simulation_to_read()
        return super().today() if simulation is None else cls.fromtimestamp(EPOCH + simulation.now)

    @classmethod
    def utcnow(cls) -> VirtualDatetime:
        simulation = _simulation_to_read()
        seconds = time.time() if simulation is None else EPOCH + simulation.now
        return cls.fromtimestamp(seconds, datetime.UTC).replace(tzinfo=None)


def _as_of_datetime(date: datetime.date, text: str) -> str:
    """The ``repr`` of the original class begins with its module, and that of a class derived from it does not."""
    return f"datetime.{text}" if type(date) in _STAND_INS else text


_STAND_INS: tuple[type, ...] = (VirtualDate, VirtualDatetime)
for _kind in _STAND_INS:
    _kind.__name__ = _kind.__qualname__ = _kind.__mro__[1].__name__
    _kind.__module__ = "datetime"
