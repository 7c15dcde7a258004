"""Boxes, which hold learners' code: a box starts a zygote, proves its level, and ends all that was started in it.

A ``Box`` is at the strongest level of isolation that its own self-test has proven. All processes that a child has
started are killed with it, and all of the box when it is closed. A box that has died is started again.
"""

from __future__ import annotations

import os
import secrets
import signal
import threading
import time
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from types import TracebackType

from grader.errors import InternalError, MachineError
from grader.kit.exercise import Exercise, Limits
from grader.sandbox import isolation
from grader.sandbox.child import Child
from grader.sandbox.isolation import Probe
from grader.sandbox.zygote import LOOK_SECONDS, Died, ZygoteHandle, kill_descendants
from grader.wire.lines import dumps
from grader.wire.orders import NEWEST_LANDLOCK, JobOrder

GRACE_SECONDS = 5.0
"""How long a child may take to leave after its last play, and killed processes to be gone."""
_CHILD_CPU_SECONDS = 600
"""CPU seconds for all plays of a child. By this limit the kernel ends a child whose grader is gone."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """A program that can be played: the submission under its module's name, and the scenarios."""

    module: str
    submission: str
    scenarios: str
    limits: Limits
    needs: tuple[str, ...] = ()
    """What the fence leaves open to it: ``loopback``, ``processes``."""

    @classmethod
    def of(cls, exercise: Exercise, submission: str, scenarios: str) -> Job:
        """A submission of an exercise, with these scenarios."""
        return cls(
            module=exercise.module,
            submission=submission,
            scenarios=scenarios,
            limits=exercise.limits,
            needs=exercise.needs,
        )


STARTS = 4
"""Starts in a row that must fail at one level before a lower one is tried: what ends a process tells nothing, and in a
class some other program may end many."""


class Box:
    """One warm zygote. Use it as a context manager: leaving it kills everything.

    ``level`` is the strongest level of isolation to try, None for the strongest there is. ``landlock`` is the newest
    version of Landlock to use: with an older one the box is as it would be under an older kernel.
    """

    def __init__(self, level: int | None = None, *, landlock: int = NEWEST_LANDLOCK) -> None:
        if not hasattr(os, "fork"):
            raise MachineError(
                "the box needs a system with fork()",
                hint="Run grade on Linux, macOS or the Windows subsystem for Linux.",
            )
        strongest, why_not = isolation.ceiling()
        self._level = strongest if level is None else min(level, strongest)
        self._landlock = landlock
        self._zygote: ZygoteHandle | None = None
        self._ready = False
        self._failed = 0
        """How many starts at this level have failed in a row."""
        self._living: dict[int, Child] = {}
        """The children that have not been ended, by their number in the box."""
        self.probes: tuple[Probe, ...] = ()
        """What the self-test has tried, once the box has been used."""
        self.missing: tuple[str, ...] | None = None
        """Private names of the libraries that plays need and the box does not have; None if no box has said so yet."""
        self.check: Callable[[], None] = lambda: None
        """Called now and then while a play is waited for; may raise to give the play up."""
        self.notes: list[str] = [why_not] if why_not and level is None else []
        """Why the level is not a higher one."""

    def __enter__(self) -> Box:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()

    def begin(self) -> None:
        """Start the zygote, which takes a moment, before it is needed."""
        if self._zygote is None:
            self._launch()

    @property
    def level(self) -> int:
        """The proven level of isolation. Waits until the box is up; raises InternalError if that cannot be."""
        self._up()
        return self._level

    @property
    def process(self) -> int:
        """Process number of the zygote, as this computer has it."""
        return self._up().process

    def refusal(self, needs: Collection[str]) -> str:
        """Why an exercise with these needs cannot be judged here; empty if it can."""
        return isolation.refusal(needs, self.level, self._up().landlock)

    def start(self, job: Job) -> Child:
        """Fork a child that answers requests for plays of this job. Raises InternalError if no box can be started."""
        try:
            return self._fork(job)
        except Died:
            # An earlier play has killed the zygote, and this job is not to blame: it gets a new one.
            self._bury()
        try:
            return self._fork(job)
        except Died as died:
            raise _no_box(died) from died

    def end(self, child: Child) -> int | None:
        """Kill a child and all that was ever started in it; returns its exit status, None if it had not left by itself.

        It is killed after a clean end too, because a process that the learner's code has started outlives its parent
        otherwise. The children of other jobs are spared.
        """
        if self.lost(child) or self._living.pop(child.number, None) is None:
            child.close()
            return child.status
        try:
            self._end(child)
        except Died:
            self._bury()
        return child.status

    def close(self) -> None:
        """Kill the zygote and everything below it."""
        self._bury()

    def renew(self) -> None:
        """Have the next job get a new zygote; nothing that any submission has done in the old one is left in it."""
        self._bury()

    def has_ended(self, child: Child) -> bool:
        """Whether the child is gone, even if something it has started keeps its pipes open."""
        if self.lost(child):
            return True
        zygote = self._up()
        try:
            zygote.listen(0)
        except Died:
            self._bury()
            return True
        return child.number in zygote.statuses

    def lost(self, child: Child) -> bool:
        """Whether the child has died with its zygote, for which another job may be to blame."""
        return child.zygote is not self._zygote

    def settle(self, child: Child) -> None:
        """Wait a little for the zygote's message that a child has ended whose pipe is closed."""
        deadline = time.monotonic() + LOOK_SECONDS
        while not self.has_ended(child) and time.monotonic() < deadline:
            time.sleep(0.001)

    # ---- one zygote after the other ----------------------------------------------------------------------------------

    def _launch(self) -> None:
        while True:
            try:
                with held_back():
                    self._zygote = ZygoteHandle(self._level, self._landlock)
                return
            except Died as died:
                self._lower(self._level - 1, str(died))

    def _up(self) -> ZygoteHandle:
        """The zygote, when it is ready and its level is proven. Raises InternalError if none can be started."""
        self.begin()
        while not self._ready:
            assert self._zygote is not None
            try:
                probes = self._zygote.ready()
            except Died as died:
                self.missing = self._zygote.missing or self.missing
                self._start_again(died, min(self._level - 1, isolation.FENCED))
                continue
            self.probes, self.missing = probes, self._zygote.missing
            proven = isolation.proven(self._level, probes)
            possible = [f"it could {probe.what} ({probe.detail})" for probe in probes if not probe.prevented]
            if proven == self._level:
                self._ready, self._failed = True, 0
            elif possible:
                self._bury()
                self._lower(proven, ", ".join(possible))
                self._launch()
            else:
                self._start_again(Died("its self-test was cut short"), proven)
        assert self._zygote is not None
        return self._zygote

    def _start_again(self, died: Died, lower: int) -> None:
        """Start again at the same level, as the zygote may have been killed, and in the end at a lower one."""
        self._bury()
        self._failed += 1
        if self._failed >= STARTS:
            if self._level == 0:
                raise _no_box(died) from died
            self._lower(lower, str(died))
            self._failed = 0
        self._launch()

    def _lower(self, level: int, why: str) -> None:
        self.notes.append(f"level {self._level} is not available: {why}")
        self._level = level

    def _bury(self) -> None:
        """Kill everything; the next job gets a new zygote."""
        with held_back():
            zygote, self._zygote = self._zygote, None
            self._ready = False
            if zygote is None:
                return
            for child in self._living.values():
                _kill_group(child.process)  # once the zygote is dead, they are no longer found below it
            self._living.clear()
            zygote.kill()

    # ---- children ----------------------------------------------------------------------------------------------------

    def _fork(self, job: Job) -> Child:
        zygote = self._up()
        requests_in, requests_out = os.pipe()
        messages_in, messages_out = os.pipe()
        output_in, output_out = os.pipe()
        try:
            number, process = zygote.fork(dumps(_order(job)), [requests_in, messages_out, output_out])
        except BaseException:
            for descriptor in (requests_out, messages_in, output_in):
                os.close(descriptor)
            raise
        finally:
            for descriptor in (requests_in, messages_out, output_out):
                os.close(descriptor)
        child = Child(process, requests_out, messages_in, output_in, number=number, zygote=zygote)
        self._living[number] = child
        return child

    def _end(self, child: Child) -> None:
        zygote = self._up()
        alone = self.has_ended(child)
        if self.lost(child):
            child.close()
            return
        deadline = time.monotonic() + GRACE_SECONDS
        if not alone:
            _kill_group(child.process)  # once it is reaped, its number may belong to another process
        child.close()  # not before: a child without more requests leaves, with status 0
        spare = {living.process for living in self._living.values()}
        while child.number not in zygote.statuses or kill_descendants(zygote.process, spare=spare):
            if time.monotonic() > deadline or zygote.stopped():
                raise Died(f"process {child.process} does not end")
            zygote.listen(0.05)
        status, child.cpu_seconds = zygote.statuses.pop(child.number), zygote.cpu_seconds.pop(child.number)
        # A process that was leaving already keeps its own status under our signal.
        child.status = None if status == -signal.SIGKILL and not alone else status


def _order(job: Job) -> JobOrder:
    return {
        "module": job.module,
        "submission": job.submission,
        "scenarios": job.scenarios,
        "limits": {
            "memory": job.limits.memory_mb << 20,
            "cpu": _CHILD_CPU_SECONDS,
            "steps": job.limits.steps,
            "horizon": job.limits.horizon_seconds,
        },
        "needs": list(job.needs),
        "proof": secrets.token_hex(16),
    }


def _no_box(died: Died) -> InternalError:
    return InternalError(f"the box cannot be started: {died}", hint="Run `grade doctor`, and report this.")


def _kill_group(process: int) -> None:
    with suppress(ProcessLookupError, PermissionError):
        if process > 1:  # 0 would be our own group
            os.killpg(process, signal.SIGKILL)


@contextmanager
def held_back() -> Iterator[None]:
    """Hold Ctrl-C back until the block is left: before that, nothing could end the process that it starts or ends."""
    if threading.current_thread() is not threading.main_thread() or not callable(signal.getsignal(signal.SIGINT)):
        yield  # an interrupt reaches the main thread only, and no process that ignores it
        return
    came: list[int] = []
    before = signal.signal(signal.SIGINT, lambda number, frame: came.append(number))
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
        if came:
            signal.raise_signal(signal.SIGINT)
