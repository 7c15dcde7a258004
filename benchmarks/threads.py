"""Whether time ever jumps while a thread, a socket or a processor is at work, beside two busy loops.

    python benchmarks/threads.py [--short] [--seconds N]

Plays programs with worker threads, loopback sockets and real deadlocks 500 times each, natural order and shuffles in
turn, on both backends; then 300 tasks that burn CPU beside an innocent one that computes a little. What must come of
each is known to the last bit: a jump too early, a false deadlock, a hang, a hog that is missed or an innocent line that
is blamed is a fault. Prints them and what a deadlock costs, and leaves with 1 if there was any fault, or if a deadlock
takes more than 10 ms of CPU. ``--seconds`` (unlimited unless told) ends it early, with a quarter of them for the hogs;
``--short`` is 10 times and 6 hogs.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import time
from collections import Counter
from collections.abc import Iterator
from math import inf

import anyio
from programs import HOG, SOCKETS, THREADS, Program, busy_loops, play

from grader.box.simulation.core import Bounds
from grader.box.simulation.run import prepare, run
from grader.box.simulation.schedule import Schedule
from grader.sandbox.box import Box
from grader.wire import BACKENDS
from grader.wire.recording import Ended, Recording

REPETITIONS, HOGS = 500, 300
DEADLOCK_CPU = 0.010
"""CPU seconds in which a deadlock has to be found and said."""


def repeated(box: Box, times: int, until: float) -> Iterator[tuple[Program, str, Recording]]:
    """All programs in turn, as often as asked for, on both backends, every other time under a shuffle."""
    for number in range(times):
        for program in (*THREADS, *SOCKETS):
            for backend in BACKENDS:
                if time.monotonic() > until:
                    return
                yield program, backend, play(box, program, backend, seed=number % 2 * number)


def fault(program: Program, recording: Recording) -> str:
    if program.is_as_it_must_be(recording):
        return ""
    return f"{recording.ended} after {recording.elapsed:g} s, {recording.value!r} {recording.reason}"


def hogs(box: Box, times: int, until: float) -> Iterator[tuple[Program, str, str]]:
    line = HOG.job.submission.splitlines().index("        number += 1  # hog") + 1
    near = range(line - 1, line + 1)  # the loop has two lines
    for number in range(times):
        if time.monotonic() > until:
            return
        backend = BACKENDS[number % 2]
        recording = play(box, HOG, backend)
        missed = recording.ended is not Ended.BLOCKED_LOOP or recording.line not in near
        told = f"{recording.ended} {recording.reason}, line {recording.line} and not {line} is blamed"
        yield HOG, backend, told if missed else ""


def deadlock_cpu(backend: str) -> float:
    """CPU seconds of a whole play that ends as a deadlock, the median of 50."""

    async def main() -> None:
        left, right = anyio.Event(), anyio.Event()
        async with anyio.create_task_group() as tg:
            tg.start_soon(left.wait)
            tg.start_soon(right.wait)

    def one_deadlock() -> float:
        simulation = prepare(backend, Schedule(), Bounds())
        began = time.process_time()
        run(simulation, main)
        assert simulation.stopped is not None
        assert simulation.stopped.ended is Ended.DEADLOCK
        return time.process_time() - began

    return statistics.median(one_deadlock() for _ in range(50))


def main() -> None:
    parser = argparse.ArgumentParser(description="Threads, sockets and CPU hogs beside two busy loops.")
    parser.add_argument("--short", action="store_true", help="10 repetitions and 6 hogs")
    parser.add_argument("--seconds", type=float, default=inf, help="stop after so many real seconds")
    asked = parser.parse_args()
    until = time.monotonic() + asked.seconds
    hogs_begin = time.monotonic() + 0.75 * asked.seconds
    times, hog_times = (10, 6) if asked.short else (REPETITIONS, HOGS)
    with Box() as box, busy_loops(2):
        faults = told("threads and sockets", ((p, b, fault(p, r)) for p, b, r in repeated(box, times, hogs_begin)))
        faults += told("hogs", hogs(box, hog_times, until))
        cpu = {backend: deadlock_cpu(backend) for backend in BACKENDS}
    for backend, seconds in cpu.items():
        print(f"a deadlock on {backend}: {seconds * 1000:.1f} ms of CPU")
    sys.exit(1 if faults or max(cpu.values()) > DEADLOCK_CPU else 0)


def told(what: str, plays: Iterator[tuple[Program, str, str]]) -> int:
    """Print every fault as it comes, and how many there were."""
    counts: Counter[bool] = Counter()
    began = time.monotonic()
    for program, backend, wrong in plays:
        counts[bool(wrong)] += 1
        if wrong:
            print(f"{program.name} on {backend}: {wrong}", flush=True)
    print(f"{what}: {counts.total()} plays in {time.monotonic() - began:.0f} s, {counts[True]} faults", flush=True)
    return counts[True]


if __name__ == "__main__":
    main()
