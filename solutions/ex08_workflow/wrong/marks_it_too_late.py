# fails: test_every_step_is_called_once (called-twice)
# root: called-twice
"""Whoever is finished looks who can begin now; that a step has begun is noted by the step itself, which is too late."""

from __future__ import annotations

import graphlib
from collections.abc import Collection, Coroutine, Mapping
from typing import Any, Protocol

import anyio
from anyio.lowlevel import checkpoint


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
    begun: set[str] = set()
    results: dict[str, Any] = {}

    def start_those_that_can() -> None:
        for name in steps:
            if name not in begun and set(deps.get(name, ())) <= results.keys():
                group.start_soon(run, name)

    async def run(name: str) -> None:
        begun.add(name)
        results[name] = await steps[name]({each: results[each] for each in deps.get(name, ())})
        await checkpoint()
        start_those_that_can()

    async with anyio.create_task_group() as group:
        start_those_that_can()
    return results
