# fails: test_two_inputs_at_the_same_instant (stale-state)
# root: stale-state
"""Reads how many inputs are missing, gives way, and then stores one less: another step may have done the same."""

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
    missing = {name: len(deps.get(name, ())) for name in steps}
    ready = {name: anyio.Event() for name in steps}
    results: dict[str, Any] = {}

    async def run(name: str) -> None:
        if missing[name]:
            await ready[name].wait()
        results[name] = await steps[name]({each: results[each] for each in deps.get(name, ())})
        for user in steps:
            if name in deps.get(user, ()):
                left = missing[user] - 1
                await checkpoint()
                missing[user] = left
                if not left:
                    ready[user].set()

    async with anyio.create_task_group() as group:
        for name in steps:
            group.start_soon(run, name)
    return results
