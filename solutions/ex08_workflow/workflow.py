"""ex08 - run_workflow: a partially parallel workflow."""

from __future__ import annotations

import graphlib
from collections.abc import Collection, Coroutine, Mapping
from typing import Any, Protocol

import anyio


class Step(Protocol):
    """One box of the workflow: gets the results that it depends on, and returns its own."""

    def __call__(self, inputs: dict[str, Any], /) -> Coroutine[Any, Any, Any]: ...


async def run_workflow(steps: Mapping[str, Step], deps: Mapping[str, Collection[str]]) -> dict[str, Any]:
    """Run every step as early as its dependencies allow."""
    check(steps, deps)
    finished = {name: anyio.Event() for name in steps}
    results: dict[str, Any] = {}

    async def run(name: str) -> None:
        needed = deps.get(name, ())
        # One after the other, and yet no time is lost: the last of them to finish lets the loop pass, whichever it is.
        for each in needed:
            await finished[each].wait()
        results[name] = await steps[name]({each: results[each] for each in needed})
        # Whoever is woken finds the result in its place. An event says that it is there, whatever it is.
        finished[name].set()

    # All tasks exist from the beginning, and most of them wait. A step that fails makes the group cancel the others.
    async with anyio.create_task_group() as group:
        for name in steps:
            group.start_soon(run, name)
    return results


def check(steps: Mapping[str, Step], deps: Mapping[str, Collection[str]]) -> None:
    """Raise ValueError if a step is unknown, or steps need each other in a circle."""
    names = set(deps).union(*deps.values())
    if unknown := names - set(steps):
        raise ValueError(f"no such steps: {sorted(unknown)}")
    # Raises CycleError, which is a ValueError. It follows the dependencies in a loop, so that no chain is too long.
    graphlib.TopologicalSorter(deps).prepare()
