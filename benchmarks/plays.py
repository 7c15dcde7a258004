"""What the simulation adds to a coroutine: CPU time of the same run under plain ``anyio.run``, and as a play.

    python benchmarks/plays.py [--repeat 40]

Every program runs in turn plain, as a play and as a play with a trace, on both backends, in one process; the least of
all repetitions counts. Prints milliseconds of CPU and the ratios, and leaves with 1 if a play without a trace, which
is what all plays of a grading are but those that are shown, takes more than twice the CPU of the plain run.
"""

from __future__ import annotations

import argparse
import gc
import logging
import sys
import time
from collections.abc import Awaitable, Callable
from pathlib import Path

import anyio
import anyio.lowlevel

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from grader.box.simulation.core import Bounds
from grader.box.simulation.run import prepare, run
from grader.box.simulation.schedule import Schedule
from grader.box.simulation.trace import Untraced
from grader.wire import BACKENDS

MOST = 2.0
"""The most CPU time of a play, as a multiple of that of a plain run."""

Program = Callable[[], Awaitable[object]]


async def nothing() -> None:
    """An empty run: starting and closing a loop."""


async def checkpoints() -> None:
    """One task, 300 checkpoints."""
    for _ in range(300):
        await anyio.lowlevel.checkpoint()


async def crowd() -> None:
    """Thirty tasks that take turns ten times."""

    async def turn() -> None:
        for _ in range(10):
            await anyio.lowlevel.checkpoint()

    async with anyio.create_task_group() as tg:
        for _ in range(30):
            tg.start_soon(turn)


async def stream() -> None:
    """A producer and a consumer, 100 items through a buffer of five."""
    send, receive = anyio.create_memory_object_stream[int](5)

    async def produce() -> None:
        async with send:
            for item in range(100):
                await send.send(item)

    async with anyio.create_task_group() as tg, receive:
        tg.start_soon(produce)
        async for _ in receive:
            pass


async def failing() -> None:
    """Twenty groups in which one of five tasks fails and the others are cancelled."""

    async def fail() -> None:
        raise ValueError

    for _ in range(20):
        try:
            async with anyio.create_task_group() as tg:
                for _ in range(4):
                    tg.start_soon(anyio.sleep_forever)
                tg.start_soon(fail)
        except* ValueError:
            pass


async def echo() -> None:
    """Fifty exchanges over a real loopback connection."""

    async def answer(connection: anyio.abc.SocketStream) -> None:
        async with connection:
            async for data in connection:
                await connection.send(data)

    async with await anyio.create_tcp_listener(local_host="127.0.0.1") as listener, anyio.create_task_group() as tg:
        tg.start_soon(listener.serve, answer)
        port = listener.extra(anyio.abc.SocketAttribute.local_port)
        async with await anyio.connect_tcp("127.0.0.1", port) as connection:
            for _ in range(50):
                await connection.send(b"hello")
                await connection.receive()
        tg.cancel_scope.cancel()


PROGRAMS = (nothing, checkpoints, crowd, stream, failing, echo)


def plain(program: Program, backend: str) -> None:
    anyio.run(program, backend=backend)


def untraced(program: Program, backend: str) -> None:
    simulation = prepare(backend, Schedule(), Bounds())
    simulation.trace = Untraced()
    run(simulation, program)


def traced(program: Program, backend: str) -> None:
    run(prepare(backend, Schedule(), Bounds()), program)


Way = Callable[[Program, str], None]


def least(ways: tuple[Way, ...], program: Program, backend: str, repeat: int) -> list[float]:
    """Milliseconds of CPU for each way, in turn, so that what else the machine does hits all of them alike."""
    times_of_ways = [[] for _ in ways]  # type: list[list[float]]
    for _ in range(repeat):
        for way, times in zip(ways, times_of_ways, strict=True):
            gc.collect()
            began = time.thread_time()
            way(program, backend)
            times.append((time.thread_time() - began) * 1000)
    return [min(times) for times in times_of_ways]


def main() -> int:
    logging.getLogger("concurrent.futures").disabled = True  # it logs how the threads of a play are ended
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--repeat", type=int, default=40)
    asked = parser.parse_args()
    print(f"{'program':<14}{'backend':<10}{'plain ms':>10}{'play ms':>10}{'ratio':>8}{'traced ms':>11}{'ratio':>8}")
    worst = 0.0
    gc.freeze()
    for program in PROGRAMS:
        for backend in BACKENDS:
            alone, play, with_trace = least((plain, untraced, traced), program, backend, asked.repeat)
            worst = max(worst, play / alone)
            print(
                f"{program.__name__:<14}{backend:<10}{alone:>10.3f}{play:>10.3f}{play / alone:>8.2f}"
                f"{with_trace:>11.3f}{with_trace / alone:>8.2f}",
                flush=True,
            )
    print(f"a play takes at most {worst:.2f} times the CPU of a plain run")
    return int(worst > MOST)


if __name__ == "__main__":
    sys.exit(main())
