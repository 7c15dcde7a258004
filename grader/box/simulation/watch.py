"""Notices a task step that blocks the loop: one that burns CPU, and one that sleeps in the kernel.

A watcher thread looks at the loop's thread every 50 ms. It compares CPU clocks and the serial number of the step, never
elapsed time, so a loaded machine is not mistaken for a slow program. (CPU interval timers need no thread, but lost 20
of 300 ticks under load.) When one step has used half a second of CPU, or when the loop's thread has slept in the kernel
inside one step for a quarter of a second in which no thread of this process could run, it sends a signal. The handler
raises only where the interrupted code is the learner's: an exception thrown into a backend corrupts it.
"""

from __future__ import annotations

import os
import signal
import sys
import threading
import time
from types import FrameType, TracebackType

from grader.box.simulation import worker_locks, worker_sockets
from grader.box.simulation.calls import servants
from grader.box.simulation.core import Simulation
from grader.box.simulation.known import NOTHING_KNOWN, KnownLines
from grader.box.simulation.resting import sleeps_in_kernel
from grader.box.simulation.stall import stall
from grader.box.simulation.trace import innermost_student, is_student

PERIOD = 0.05
SLEEPING_SECONDS = 0.25
"""For how long each look must find the loop's thread asleep."""
KNOWN_PERIOD, KNOWN_SLEEPING_SECONDS = 0.01, 0.1
"""The same for a step that is where another play of the program has hung; elsewhere nothing changes."""
SIGNAL = signal.SIGPROF if hasattr(signal, "SIGPROF") else None

_BACKENDS = (f"{os.sep}asyncio{os.sep}", f"{os.sep}anyio{os.sep}", f"{os.sep}trio{os.sep}", f"{os.sep}grader{os.sep}")
_STAND_INS = (worker_locks.__file__, worker_sockets.__file__)
"""What stands in for locks and sockets may be interrupted as those may."""
_pause = threading.Event().wait


class Watch:
    """Watches one run; a context manager round it, in the main thread.

    ``known`` are the lines in which steps of earlier runs of the same program did not end.
    """

    def __init__(self, simulation: Simulation, known: KnownLines = NOTHING_KNOWN) -> None:
        self.simulation = simulation
        self._known = known
        self.period = KNOWN_PERIOD if known else PERIOD
        self.enabled = (
            SIGNAL is not None
            and threading.current_thread() is threading.main_thread()
            and hasattr(time, "pthread_getcpuclockid")
        )
        self._serial = -1
        self._cpu = 0.0
        self._before = 0.0
        self._asleep = 0.0
        self._sleeps = False
        self._told = -1
        self._what: tuple[str, int | None] = "", None

    def __enter__(self) -> None:
        if self.enabled:
            self._clock = time.pthread_getcpuclockid(threading.get_ident())
            self.simulation.step_cpu = self._before = time.thread_time()
            self.simulation.pace.on_rest, self.simulation.pace.on_going_on = _rest, stall.go_on
            stall.wind_up()
            _watcher.attach(self)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        if self.enabled:
            _watcher.detach()
            stall.stop()

    # ---- in the watcher's thread -------------------------------------------------------------------------------------

    def look(self) -> None:
        simulation = self.simulation
        stall.wind_up()
        cpu, serial = time.clock_gettime(self._clock), simulation.steps + simulation.pace.callbacks
        # What threads use is no fault of the callback or step before the rest, which has the same number.
        if serial != self._serial or simulation.pace.rests:
            self._serial, self._cpu, self._asleep = serial, cpu, 0.0
            simulation.step_cpu = self._before  # the step began after the look before this one
        else:
            self._look_at_step(cpu)
        self._before = cpu

    def _look_at_step(self, cpu: float) -> None:
        used, idle = self._has_used(cpu - self._cpu), cpu == self._before
        if (used or idle) and _all_asleep():
            # No signal for what the step has used before: its handler uses CPU, and the step would never look idle.
            self._asleep = self._asleep + self.period if idle else 0.0
            if self._has_slept(self._asleep):
                self._tell(sleeps=True)
            return
        self._asleep = 0.0
        if used:
            self._tell(sleeps=False)

    def _has_used(self, seconds: float) -> bool:
        """Whether a step that has used so much CPU blocks the loop."""
        simulation = self.simulation
        return seconds >= simulation.hog_seconds or (seconds >= simulation.known_hog_seconds and self._is_in_known())

    def _has_slept(self, seconds: float) -> bool:
        """Whether a step that has slept in the kernel for so long blocks the loop."""
        return seconds >= SLEEPING_SECONDS or (seconds >= KNOWN_SLEEPING_SECONDS and self._is_in_known())

    def _is_in_known(self) -> bool:
        if not self._known:
            return False
        return self._known.holds(sys._current_frames().get(self.simulation.loop_thread))

    def _tell(self, *, sleeps: bool) -> None:
        assert SIGNAL is not None
        # Where none of the learner's code is on the stack the handler would do nothing. And a signal that comes while
        # trio closes the sockets on which it is told of signals makes Python print an error (seen on a slow computer).
        if innermost_student(sys._current_frames().get(self.simulation.loop_thread)) is None:
            return
        self._sleeps = sleeps
        signal.pthread_kill(threading.main_thread().ident or 0, SIGNAL)

    # ---- in the loop's thread ----------------------------------------------------------------------------------------

    def interrupt(self, frame: FrameType | None) -> None:
        """End the step in progress, if the signal has interrupted the learner's code."""
        simulation = self.simulation
        if frame is None or not self._may_raise_in(frame):
            return  # the watcher sends another signal soon
        serial = simulation.steps + simulation.pace.callbacks
        if self._told != serial:
            self._told = serial
            what = "a call that blocks" if self._sleeps else "computing"
            student = innermost_student(frame)
            line = student.f_lineno if student else None
            simulation.blocked(what, 0, line)
            self._what = what, line
        simulation.break_off(*self._what)

    def _may_raise_in(self, frame: FrameType) -> bool:
        if is_student(frame.f_code):
            return True
        # A sleeping call into the standard library may be interrupted there, if the learner's code made it.
        caller: FrameType | None = frame
        while self._sleeps and caller is not None and not is_student(caller.f_code):
            file = caller.f_code.co_filename
            if file not in _STAND_INS and any(part in file for part in _BACKENDS):
                return False
            caller = caller.f_back
        return self._sleeps and caller is not None


def _all_asleep() -> bool:
    """Whether every other thread of this process sleeps in the kernel; a starved thread is runnable, not asleep."""
    own = str(threading.get_native_id())
    try:
        return all(sleeps_in_kernel(thread) for thread in os.listdir("/proc/self/task") if thread != own)
    except OSError:
        return False


def _rest() -> None:
    if threading.active_count() > 2:  # others than the loop's thread and the watcher's
        stall.pause()


class _Watcher:
    """The watcher thread: one for the whole process, asleep while no run is watched."""

    def __init__(self) -> None:
        self._watch: Watch | None = None
        self._thread: threading.Thread | None = None
        self._awake = threading.Event()

    def attach(self, watch: Watch) -> None:
        self._watch = watch
        if self._thread is None or not self._thread.is_alive():
            assert SIGNAL is not None
            # Never reset: the watcher may send one more signal when a run is over, and by default SIGPROF would end the
            # process.
            signal.signal(SIGNAL, self._on_signal)
            self._thread = threading.Thread(target=self._run, name="grader watch", daemon=True)
            servants.add(self._thread)
            self._thread.start()
        self._awake.set()

    def detach(self) -> None:
        self._watch = None

    def _on_signal(self, number: int, frame: FrameType | None) -> None:
        if (watch := self._watch) is not None:
            watch.interrupt(frame)

    def _run(self) -> None:
        while True:
            watch = self._watch
            if watch is None:
                self._awake.clear()
                if self._watch is None:
                    self._awake.wait()
                continue
            watch.look()
            period = watch.period
            del watch  # a run that is over meanwhile must not be kept until the pause is
            _pause(period)


_watcher = _Watcher()
