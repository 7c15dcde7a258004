# fails: test_a_long_chain (edge-case)
# root: edge-case
"""One event for all: it is set and replaced whenever a step is finished, and everybody looks again."""

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
    news = anyio.Event()
    results: dict[str, Any] = {}

    async def run(name: str) -> None:
        nonlocal news
        needed = set(deps.get(name, ()))
        while not needed <= results.keys():
            await news.wait()
        results[name] = await steps[name]({each: results[each] for each in needed})
        news.set()
        news = anyio.Event()

    async with anyio.create_task_group() as group:
        for name in steps:
            group.start_soon(run, name)
    return results
