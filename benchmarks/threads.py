"""Whether time ever jumps while a thread, a socket or a processor is at work, beside two busy loops.

    python benchmarks/threads.py [--short] [--seconds N]

Plays programs with worker threads, loopback sockets and real deadlocks 500 times each, natural order and shuffles in
turn, on both backends; then 300 plays that burn CPU in a task, a callback or one call into C, half of them where a
play has hung before; then 10,000 innocent ones that compute beside a line in which a play has hung, every tenth for
0.2 s of CPU in one step and the others for 0.02 s.
What must come of each is known to the last bit: a jump too early, a false deadlock, a hang, a hog that is missed or an
innocent line that is blamed is a fault. Prints them and what a deadlock costs, and leaves with 1 if there was any
fault, or if a deadlock takes more than 10 ms of CPU. ``--seconds`` (unlimited unless told) ends it early, with a
quarter of them for the hogs and a quarter for the innocent; ``--short`` is 10 times, 16 hogs and 20 innocent plays.
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
from programs import HEAVY, HOGS, KINDS, SOCKETS, THREADS, Program, busy_loops, play

from grader.box.simulation.core import Bounds
from grader.box.simulation.run import prepare, run
from grader.box.simulation.schedule import Schedule
from grader.sandbox.box import Box
from grader.sandbox.cell import Cell
from grader.sandbox.play import Play
from grader.wire import BACKENDS
from grader.wire.recording import Ended, Recording

REPETITIONS, HOG_PLAYS, INNOCENT_PLAYS = 500, 300, 10_000
IN_A_CELL = 50
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
    """Hogs of every kind in turn, two plays of each in one cell, which knows the line at the second one."""
    for number in range(0, times, 2):
        program, backend = HOGS[number // 2 % len(HOGS)], BACKENDS[number // 2 // len(HOGS) % 2]
        line = next(n for n, text in enumerate(program.job.submission.splitlines(), start=1) if "# hog" in text)
        cell = Cell(box, program.job)
        try:
            for seed in range(2):
                if time.monotonic() > until:
                    return
                recording = cell.recording(Play("scenario", Play.encode({}), backend, seed))
                missed = recording.ended is not Ended.BLOCKED_LOOP or recording.line not in (line - 1, line)
                told = f"{recording.ended} {recording.reason}, line {recording.line} and not {line} is blamed"
                yield program, backend, told if missed else ""
        finally:
            cell.close()


def innocents(box: Box, times: int, until: float) -> Iterator[tuple[Program, str, str]]:
    """Plays with a heavy step that blocks nothing, 50 in a cell in which another play has hung in another line."""
    for number in range(0, times, IN_A_CELL):
        backend = BACKENDS[number // IN_A_CELL % 2]
        cell = Cell(box, HEAVY.job)
        try:
            hung = cell.recording(Play("scenario", Play.encode({"hangs": True, "kind": "", "seconds": 0}), backend))
            if hung.ended is not Ended.BLOCKED_LOOP:
                yield HEAVY, backend, f"{hung.ended} and not blocked"
            for seed in range(min(IN_A_CELL, times - number)):
                if time.monotonic() > until:
                    return
                seconds = 0.02 if seed % 10 else 0.2
                inputs = {"hangs": False, "kind": KINDS[seed // 10 % len(KINDS)], "seconds": seconds}
                recording = cell.recording(Play("scenario", Play.encode(inputs), backend, seed))
                blamed = recording.ended is not Ended.RETURNED
                yield HEAVY, backend, f"{inputs}: {recording.ended}, line {recording.line}" if blamed else ""
        finally:
            cell.close()


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
    parser.add_argument("--short", action="store_true", help="10 repetitions, 16 hogs and 20 innocent plays")
    parser.add_argument("--seconds", type=float, default=inf, help="stop after so many real seconds")
    asked = parser.parse_args()
    threads_end, hogs_end, end = (time.monotonic() + share * asked.seconds for share in (0.5, 0.75, 1.0))
    times, hog_times, innocent_times = (10, 16, 20) if asked.short else (REPETITIONS, HOG_PLAYS, INNOCENT_PLAYS)
    with Box() as box, busy_loops(2):
        faults = told("threads and sockets", ((p, b, fault(p, r)) for p, b, r in repeated(box, times, threads_end)))
        faults += told("hogs", hogs(box, hog_times, hogs_end))
        faults += told("innocent plays", innocents(box, innocent_times, end))
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
