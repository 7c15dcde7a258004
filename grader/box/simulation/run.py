"""One play: a coroutine function under a schedule on one backend, in virtual time."""

from __future__ import annotations

import gc
from collections.abc import Awaitable, Callable

import anyio

from grader.box.simulation import patches
from grader.box.simulation.asyncio_ import AsyncioSimulation
from grader.box.simulation.core import Bounds, activate
from grader.box.simulation.known import NOTHING_KNOWN, KnownLines
from grader.box.simulation.schedule import Schedule
from grader.box.simulation.trio_ import TrioSimulation
from grader.box.simulation.watch import Watch

Main = Callable[[], Awaitable[object]]


def prepare(backend: str, schedule: Schedule, bounds: Bounds) -> AsyncioSimulation | TrioSimulation:
    """A fresh simulation for one run on ``asyncio`` or ``trio``."""
    patches.install()
    return AsyncioSimulation(schedule, bounds) if backend == "asyncio" else TrioSimulation(schedule, bounds)


def run(
    simulation: AsyncioSimulation | TrioSimulation, main: Main, known: KnownLines = NOTHING_KNOWN
) -> BaseException | None:
    """Run ``main`` to its end, or until the simulation stops it.

    ``known`` are the lines in which earlier runs of the same program have hung.
    Returns the exception that came out, if any, KeyboardInterrupt and SystemExit included; ``simulation.stopped`` says
    how the run was stopped.
    """
    simulation.pace.know(known)
    with Watch(simulation, known):
        error = run_unwatched(simulation, main)
        # What is left in reference cycles dies now, and its finalizers are watched: what they do, and the coroutines
        # and generators among them, belong to this run and not to the next one.
        gc.collect()
        return error


def run_unwatched(simulation: AsyncioSimulation | TrioSimulation, main: Main) -> BaseException | None:
    """Run ``main`` without the watcher's thread; ``main`` must be known not to block."""

    async def scoped() -> None:
        with anyio.CancelScope() as scope:
            simulation.cancel = scope.cancel
            await main()

    backend = "asyncio" if isinstance(simulation, AsyncioSimulation) else "trio"
    activate(simulation)
    try:
        anyio.run(scoped, backend=backend, backend_options=simulation.options())
    except BaseException as error:
        return error
    finally:
        activate(None)
        simulation.workers.close()
        simulation.end_step()
    return None
