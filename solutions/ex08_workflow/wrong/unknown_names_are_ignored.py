# fails: test_unknown_names_are_refused (edge-case)
# root: edge-case
"""Leaves out what it does not know."""

from __future__ import annotations

import graphlib
from collections.abc import Collection, Coroutine, Mapping
from typing import Any, Protocol

import anyio


class Step(Protocol):
    """One box of the workflow: gets the results that it depends on, and returns its own."""

    def __call__(self, inputs: dict[str, Any], /) -> Coroutine[Any, Any, Any]: ...


async def run_workflow(steps: Mapping[str, Step], deps: Mapping[str, Collection[str]]) -> dict[str, Any]:
    deps = {name: [each for each in needed if each in steps] for name, needed in deps.items() if name in steps}
    graphlib.TopologicalSorter(deps).prepare()
    finished = {name: anyio.Event() for name in steps}
    results: dict[str, Any] = {}

    async def run(name: str) -> None:
        needed = deps.get(name, ())
        for each in needed:
            await finished[each].wait()
        results[name] = await steps[name]({each: results[each] for each in needed})
        finished[name].set()

    async with anyio.create_task_group() as group:
        for name in steps:
            group.start_soon(run, name)
    return results
