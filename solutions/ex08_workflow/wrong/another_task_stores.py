# fails: test_the_workflow_of_the_lesson (late-start)
# root: raised
"""Hands the result to a task that stores it, and sets the event without waiting for that."""

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
    finished = {name: anyio.Event() for name in steps}
    mail = anyio.Event()
    inbox: list[tuple[str, Any]] = []
    results: dict[str, Any] = {}

    async def store() -> None:
        nonlocal mail
        while len(results) < len(steps):
            await mail.wait()
            mail = anyio.Event()
            results.update(inbox)

    async def run(name: str) -> None:
        needed = deps.get(name, ())
        for each in needed:
            await finished[each].wait()
        inbox.append((name, await steps[name]({each: results[each] for each in needed})))
        mail.set()
        finished[name].set()

    async with anyio.create_task_group() as group:
        group.start_soon(store)
        for name in steps:
            group.start_soon(run, name)
    return results
