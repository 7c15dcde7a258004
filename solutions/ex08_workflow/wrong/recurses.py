# fails: test_a_long_chain (recursion)
# root: recursion
"""Looks for cycles with a function that calls itself for each step."""

from __future__ import annotations

from collections.abc import Collection, Coroutine, Mapping
from typing import Any, Protocol

import anyio


class Step(Protocol):
    """One box of the workflow: gets the results that it depends on, and returns its own."""

    def __call__(self, inputs: dict[str, Any], /) -> Coroutine[Any, Any, Any]: ...


def check(steps: Mapping[str, Step], deps: Mapping[str, Collection[str]]) -> None:
    """Raise ValueError if a step is unknown, or steps need each other in a circle."""
    done: set[str] = set()
    above: set[str] = set()

    def visit(name: str) -> None:
        if name not in steps:
            raise ValueError(f"no such step: {name}")
        if name in above:
            raise ValueError(f"{name} needs itself")
        if name in done:
            return
        above.add(name)
        for each in deps.get(name, ()):
            visit(each)
        above.remove(name)
        done.add(name)

    for name in {**steps, **deps}:
        visit(name)


async def run_workflow(steps: Mapping[str, Step], deps: Mapping[str, Collection[str]]) -> dict[str, Any]:
    check(steps, deps)
    finished = {name: anyio.Event() for name in steps}
    results: dict[str, Any] = {}

    async def run(name: str) -> None:
        needed = deps.get(name, ())
        for each in needed:
            await finished[each].wait()
        results[name] = await steps[name]({each: results[each] for each in needed})
        finished[name].set()

    async with anyio.create_task_group() as group:
        for name in steps:
            group.start_soon(run, name)
    return results
