# fails: test_cycles_are_refused, test_unknown_names_are_refused (edge-case)
# root: edge-case
"""Runs what can be run, and complains about the rest."""

from __future__ import annotations

from collections.abc import Collection, Coroutine, Mapping
from typing import Any, Protocol

import anyio


class Step(Protocol):
    """One box of the workflow: gets the results that it depends on, and returns its own."""

    def __call__(self, inputs: dict[str, Any], /) -> Coroutine[Any, Any, Any]: ...


async def run_workflow(steps: Mapping[str, Step], deps: Mapping[str, Collection[str]]) -> dict[str, Any]:
    results: dict[str, Any] = {}
    missing = {name: set(deps.get(name, ())) for name in steps}

    async def run(name: str) -> None:
        results[name] = await steps[name]({each: results[each] for each in deps.get(name, ())})
        for user in steps:
            if name in missing[user]:
                missing[user].remove(name)
                if not missing[user]:
                    group.start_soon(run, user)

    async with anyio.create_task_group() as group:
        for name in [name for name in steps if not missing[name]]:
            group.start_soon(run, name)
    if len(results) < len(steps) or not set(deps) <= set(steps):
        raise ValueError("a cycle, or a name that is unknown")
    return results
