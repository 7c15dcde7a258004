"""One play: a function under a schedule on one backend, or a plain one on none, in virtual time."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import anyio

from grader.box.simulation import patches
from grader.box.simulation.asyncio_ import AsyncioSimulation
from grader.box.simulation.core import Bounds, activate
from grader.box.simulation.plain import PlainSimulation
from grader.box.simulation.schedule import Schedule
from grader.box.simulation.trio_ import TrioSimulation
from grader.box.simulation.watch import Watch
from grader.wire import PLAIN

Main = Callable[[], Any]
"""The outermost function of a run: an async one, but for a ``PlainSimulation``."""
AnySimulation = AsyncioSimulation | TrioSimulation | PlainSimulation


def prepare(backend: str, schedule: Schedule, bounds: Bounds) -> AnySimulation:
    """A fresh simulation for one run on ``asyncio`` or ``trio``, or without an event loop."""
    patches.install()
    if backend == PLAIN:
        return PlainSimulation(schedule, bounds)
    return AsyncioSimulation(schedule, bounds) if backend == "asyncio" else TrioSimulation(schedule, bounds)


def run(simulation: AnySimulation, main: Main) -> BaseException | None:
    """Run ``main`` to its end, or until the simulation stops it.

    Returns the exception that came out, if any, KeyboardInterrupt and SystemExit included; ``simulation.stopped`` says
    how the run was stopped.
    """
    with Watch(simulation):
        return run_unwatched(simulation, main)


def run_unwatched(simulation: AnySimulation, main: Main) -> BaseException | None:
    """Run ``main`` without the watcher's thread; ``main`` must be known not to block."""

    activate(simulation)
    try:
        if isinstance(simulation, PlainSimulation):
            with simulation.outermost_step():
                main()
        else:
            _run_in_loop(simulation, main)
    except BaseException as error:
        return error
    finally:
        activate(None)
        simulation.workers.close()
        simulation.end_step()
    return None


def _run_in_loop(simulation: AsyncioSimulation | TrioSimulation, main: Main) -> None:
    async def scoped() -> None:
        with anyio.CancelScope() as scope:
            simulation.cancel = scope.cancel
            await main()

    backend = "asyncio" if isinstance(simulation, AsyncioSimulation) else "trio"
    anyio.run(scoped, backend=backend, backend_options=simulation.options())
