# fails: test_the_workflow_of_the_lesson (one-backend-only)
# off-limits: exempt
# root: one-backend-only
"""Awaits the tasks of the steps that it needs, as asyncio has them."""

from __future__ import annotations

import asyncio
import graphlib
from collections.abc import Collection, Coroutine, Mapping
from typing import Any, Protocol


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
    tasks: dict[str, asyncio.Task[Any]] = {}

    async def run(name: str) -> Any:
        return await steps[name]({each: await tasks[each] for each in deps.get(name, ())})

    async with asyncio.TaskGroup() as group:
        for name in steps:
            tasks[name] = group.create_task(run(name))
    return {name: task.result() for name, task in tasks.items()}
