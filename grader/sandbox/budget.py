"""What one submission may use of this computer in all of its plays together, and what its children have used of it.

Every play has limits of its own, but hundreds of plays that each stay below them would take hours. A submission that
has spent its budget gets ``limit`` for what is left of its plays. The budget is far above what an honest answer needs,
and no load on the machine uses it up: it consists of CPU time, and of real time in which the box was not waiting for a
processor. That time is the second number in ``/proc/PID/task/TID/schedstat``, in nanoseconds; where there is none, a
loaded machine may use up real time.
"""

from __future__ import annotations

import os
from contextlib import suppress
from dataclasses import dataclass, field, replace
from math import inf

from grader.kit.exercise import Limits
from grader.sandbox.zygote import LOOK_SECONDS, children_of, usage_of

TOO_LONG_TO_JUDGE = "what its plays have returned takes too long to read and to judge"
_BILL_SECONDS = 1.0
"""Waiting time after which the kernel is asked what a child has used: to ask for every play was a tenth of judging."""


# ---- what a submission may use ---------------------------------------------------------------------------------------


@dataclass(slots=True)
class Budget:
    """Seconds that the plays of one submission may still use; endless for a program that we trust."""

    cpu: float = inf
    """CPU seconds of the box."""
    real: float = inf
    """Real seconds of waiting for the box while it was not waiting for a processor."""
    judging: float = inf
    """CPU seconds of the trusted side, for reading and judging what came back."""
    spent: str = ""
    """Why no play is begun any more; empty while there is something left."""
    patience: float = field(init=False)
    """CPU seconds that one hidden test may take over next to nothing, whatever has been spent before."""

    def __post_init__(self) -> None:
        self.patience = self.judging

    @staticmethod
    def within(limits: Limits, *, share: float = 1.0) -> Budget:
        """The budget of one submission. ``share`` is above 1 if it is played under more schedules than by default."""
        return Budget(
            cpu=limits.total_cpu_seconds * share,
            real=limits.total_wall_seconds * share,
            judging=limits.judging_seconds * share,
        )

    def charge(self, *, cpu: float = 0.0, real: float = 0.0, judging: float = 0.0) -> None:
        """Take off what has been used."""
        self.cpu -= cpu
        self.real -= real
        self.judging -= judging
        if not self.spent:
            self.spent = self._overdrawn()

    def give_back(self, *, judging: float) -> None:
        """Take back so much of our own CPU time: what has used it was not the submission's doing."""
        if self.patience > 0:
            self.judging += judging
            self.spent = self._overdrawn()

    def lose_patience(self) -> None:
        """Take all that is left for judging: the submission has made a hidden test compute without an end."""
        self.patience = 0
        self.charge(judging=max(0, self.judging))

    def _overdrawn(self) -> str:
        if self.cpu <= 0:
            return "its plays have used up the CPU time that all of them together may use"
        if self.real <= 0:
            return "its plays have slept or blocked for longer than all of them together may"
        if self.judging <= 0:
            return TOO_LONG_TO_JUDGE
        return ""


# ---- what a child has used -------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Stock:
    """What a child has used in its life; nothing where there is no /proc."""

    cpu_seconds: float = 0.0
    """Its own, and that of the processes below it."""
    starved_seconds: float = 0.0
    """For how long its present threads could have run and had no processor, the times of all threads added up."""
    threads: int = 0
    asleep: bool = False
    """Whether every one of its threads sleeps, and none waits for a processor or a disk."""


def take_stock(process: int) -> Stock | None:
    """Ask the kernel what a process has used; None if it is gone."""
    usage = usage_of(process)
    if not usage.state:
        return None
    starved, states = 0, {usage.state}
    with suppress(OSError):
        for thread in os.listdir(f"/proc/{process}/task"):
            with suppress(OSError, IndexError):
                starved += int(_read(f"/proc/{process}/task/{thread}/schedstat").split()[1])
                states.add(_read(f"/proc/{process}/task/{thread}/stat").rpartition(")")[2].split()[0])
    return Stock(
        cpu_seconds=usage.cpu_seconds + sum(_cpu_of(child) for child in children_of(process)),
        starved_seconds=starved / 1e9,
        threads=usage.threads,
        asleep=states == {"S"},
    )


def _cpu_of(process: int) -> float:
    return usage_of(process).cpu_seconds + sum(_cpu_of(child) for child in children_of(process))


def _read(path: str) -> str:
    with open(path) as file:
        return file.read()


class Meter:
    """What one child has used, and how much of that was charged to its submission already."""

    def __init__(self, process: int) -> None:
        self._process = process
        self._last = self._charged = Stock()
        self._waited = 0.0

    def look(self) -> Stock:
        """What the child has used so far; what was known of it, if it is gone."""
        self._last = take_stock(self._process) or self._last
        return self._last

    def wait(self, seconds: float) -> None:
        """Note that the trusted side has waited for this child."""
        self._waited += seconds

    def settle(self, budget: Budget) -> None:
        """Charge what has not been charged yet, if that may be much."""
        if self._waited > _BILL_SECONDS:
            self.bill(budget)

    def bill(self, budget: Budget, cpu_in_all: float | None = None) -> None:
        """Charge what has not been charged yet; ``cpu_in_all`` is what a child that has ended used, where it is known.

        A child that plays ahead may be gone before anybody has looked at what it uses.
        """
        stock, before = self.look(), self._charged
        if cpu_in_all is not None:
            stock = replace(stock, cpu_seconds=max(stock.cpu_seconds, cpu_in_all))
        real = max(0.0, self._waited - _starved(before, stock))
        budget.charge(cpu=stock.cpu_seconds - before.cpu_seconds, real=real)
        self._charged, self._waited = stock, 0.0


class Stopwatch:
    """What a child uses while the trusted side waits for one line of it, from one look to the next.

    A look that comes late counts as one that came in time: this process was stopped or starved, and the child with it.
    """

    def __init__(self) -> None:
        self._first: Stock | None = None
        self._last = Stock()
        self.real = self.slept = 0.0
        """Seconds in which the child was not waiting for a processor, and those of them in which it slept."""
        self.cpu = 0.0

    def look(self, stock: Stock, passed: float) -> None:
        """Take in what the child has used, ``passed`` seconds after the last look."""
        passed = min(passed, 2 * LOOK_SECONDS)
        if self._first is None:
            # What it used before the first look is not known: it may have played for long before we waited for it.
            self._first = self._last = stock
        real = max(0.0, passed - _starved(self._last, stock))
        self.real += real
        if stock.asleep:
            self.slept += max(0.0, real - (stock.cpu_seconds - self._last.cpu_seconds))
        self.cpu = stock.cpu_seconds - self._first.cpu_seconds
        self._last = stock


def _starved(before: Stock, after: Stock) -> float:
    # A thread that has ended takes its count with it.
    return max(0.0, after.starved_seconds - before.starved_seconds)
