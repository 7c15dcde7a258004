"""ex08 - run_workflow: a partially parallel workflow."""

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
    results: dict[str, Any] = {}

    async def run(name: str) -> None:
        results[name] = await steps[name]({each: results[each] for each in deps.get(name, ())})

    sorter = graphlib.TopologicalSorter({name: deps.get(name, ()) for name in steps})
    sorter.prepare()
    while sorter.is_active():
        level = sorter.get_ready()
        async with anyio.create_task_group() as group:
            for name in level:
                group.start_soon(run, name)
        sorter.done(*level)
    return results
