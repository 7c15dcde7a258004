# fails: test_a_step_waits_only_for_its_own_inputs (polling)
# root: polling
"""Looks every 30 milliseconds whether the inputs are there."""

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
        needed = deps.get(name, ())
        while not results.keys() >= set(needed):
            await anyio.sleep(0.03)
        results[name] = await steps[name]({each: results[each] for each in needed})

    async with anyio.create_task_group() as group:
        for name in steps:
            group.start_soon(run, name)
    return results
