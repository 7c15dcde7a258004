"""One play: a coroutine function under a schedule on one backend, in virtual time."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import anyio

from grader.box.simulation import patches
from grader.box.simulation.asyncio_ import AsyncioSimulation
from grader.box.simulation.core import Bounds, activate
from grader.box.simulation.schedule import Schedule
from grader.box.simulation.trio_ import TrioSimulation
from grader.box.simulation.watch import Watch

Main = Callable[[], Awaitable[object]]


def prepare(backend: str, schedule: Schedule, bounds: Bounds) -> AsyncioSimulation | TrioSimulation:
    """A fresh simulation for one run on ``asyncio`` or ``trio``."""
    patches.install()
    return AsyncioSimulation(schedule, bounds) if backend == "asyncio" else TrioSimulation(schedule, bounds)


def run(simulation: AsyncioSimulation | TrioSimulation, main: Main) -> BaseException | None:
    """Run ``main`` to its end, or until the simulation stops it.

    Returns the exception that came out, if any, KeyboardInterrupt and SystemExit included; ``simulation.stopped`` says
    how the run was stopped.
    """
    with Watch(simulation):
        return run_unwatched(simulation, main)


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
