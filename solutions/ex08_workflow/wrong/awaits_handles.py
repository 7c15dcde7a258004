# fails: test_the_error_comes_out (lost-error)
# needs: anyio>=4.15
# root: lost-error
"""Each step awaits the handles of the tasks that it needs; a handle raises another error for that of its task."""

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
    handles: dict[str, anyio.TaskHandle[Any]] = {}

    async def run(name: str) -> Any:
        # No task runs before all are started, so every handle is there.
        return await steps[name]({each: await handles[each] for each in deps.get(name, ())})

    async with anyio.create_task_group() as group:
        for name in steps:
            handles[name] = group.start_soon(run, name)
    return {name: handle.return_value for name, handle in handles.items()}
