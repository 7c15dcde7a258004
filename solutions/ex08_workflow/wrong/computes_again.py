# fails: test_every_step_is_called_once (called-twice)
# root: called-twice
"""Each step has the steps computed that it needs, and looks too late whether another one has done so already."""

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

    async def need(name: str) -> None:
        if name in results:
            return
        async with anyio.create_task_group() as group:
            for each in deps.get(name, ()):
                group.start_soon(need, each)
        results[name] = await steps[name]({each: results[each] for each in deps.get(name, ())})

    users = set().union(*deps.values())
    async with anyio.create_task_group() as group:
        for name in steps:
            if name not in users:
                group.start_soon(need, name)
    return results
