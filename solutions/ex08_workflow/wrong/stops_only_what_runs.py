# fails: test_nothing_is_started_after_a_failure (siblings-left-running)
# root: siblings-left-running
"""Cancels the steps that run when one has failed; a step that finishes all the same starts those that need it."""

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
    results: dict[str, Any] = {}
    errors: list[Exception] = []
    running: dict[str, anyio.CancelScope] = {}

    async def run(name: str) -> None:
        with anyio.CancelScope() as running[name]:
            try:
                results[name] = await steps[name]({each: results[each] for each in deps.get(name, ())})
            except Exception as error:
                errors.append(error)
                for scope in running.values():
                    scope.cancel()
        if name not in results:
            return
        for user in steps:
            if name in missing[user]:
                missing[user].remove(name)
                if not missing[user]:
                    group.start_soon(run, user)

    async with anyio.create_task_group() as group:
        for name in [name for name in steps if not missing[name]]:
            group.start_soon(run, name)
    if errors:
        raise errors[0]
    return results
