# fails: test_the_mappings_are_left_alone (changes-the-arguments)
# root: changes-the-arguments
"""Takes each name off the caller's list when that step is finished."""

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
    missing: dict[str, Any] = {name: deps.get(name, []) for name in steps}
    needed = {name: list(names) for name, names in missing.items()}

    async def run(name: str) -> None:
        results[name] = await steps[name]({each: results[each] for each in needed[name]})
        for user in steps:
            if name in needed[user]:
                if not isinstance(missing[user], list):
                    missing[user] = list(missing[user])
                missing[user].remove(name)
                if not missing[user]:
                    group.start_soon(run, user)

    async with anyio.create_task_group() as group:
        for name in [name for name in steps if not missing[name]]:
            group.start_soon(run, name)
    return results
