# fails: test_cancellation_stops_the_workflow (swallowed-cancellation)
# root: swallowed-cancellation
"""Puts a shield round the steps, so that a cancellation has to wait for their end."""

from __future__ import annotations

import graphlib
from collections.abc import Collection, Coroutine, Mapping
from typing import Any, Protocol

import anyio


class Step(Protocol):
    """One box of the workflow: gets the results that it depends on, and returns its own."""

    def __call__(self, inputs: dict[str, Any], /) -> Coroutine[Any, Any, Any]: ...


def check(steps: Mapping[str, Step], deps: Mapping[str, Collection[str]]) -> None:
    """Raise ValueError if a step is unknown, or steps need each other in a circle."""
    if unknown := set(deps).union(*deps.values()) - set(steps):
        raise ValueError(f"no such steps: {unknown}")
    graphlib.TopologicalSorter(deps).prepare()


async def run_workflow(steps: Mapping[str, Step], deps: Mapping[str, Collection[str]]) -> dict[str, Any]:
    check(steps, deps)
    finished = {name: anyio.Event() for name in steps}
    results: dict[str, Any] = {}

    async def run(name: str) -> None:
        needed = deps.get(name, ())
        for each in needed:
            await finished[each].wait()
        results[name] = await steps[name]({each: results[each] for each in needed})
        finished[name].set()

    with anyio.CancelScope(shield=True):
        async with anyio.create_task_group() as group:
            for name in steps:
                group.start_soon(run, name)
    return results
