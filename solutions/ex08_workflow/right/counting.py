"""Starts a step when the last of its inputs is there: each step that is finished looks who can begin now."""

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
    missing = {name: set(deps.get(name, ())) for name in steps}
    users: dict[str, list[str]] = {name: [] for name in steps}
    for name, needed in deps.items():
        for each in needed:
            users[each].append(name)
    results: dict[str, Any] = {}

    async def run(name: str) -> None:
        results[name] = await steps[name]({each: results[each] for each in deps.get(name, ())})
        for user in users[name]:
            missing[user].remove(name)
            if not missing[user]:
                group.start_soon(run, user)

    async with anyio.create_task_group() as group:
        # No task runs before this loop is over, so none of these steps can be started a second time.
        for name in [name for name in steps if not missing[name]]:
            group.start_soon(run, name)
    return results
