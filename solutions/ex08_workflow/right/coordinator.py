"""The sorter of the standard library says which steps are ready, and steps report to it by a stream."""

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
    sorter = graphlib.TopologicalSorter({name: deps.get(name, ()) for name in steps})
    sorter.prepare()
    results: dict[str, Any] = {}
    # The buffer has room for all reports, so that no step waits for the coordinator.
    send, receive = anyio.create_memory_object_stream[tuple[str, Any]](len(steps))

    async def run(name: str) -> None:
        send.send_nowait((name, await steps[name]({each: results[each] for each in deps.get(name, ())})))

    with send, receive:
        async with anyio.create_task_group() as group:
            while sorter.is_active():
                for name in sorter.get_ready():
                    group.start_soon(run, name)
                name, result = await receive.receive()
                results[name] = result
                sorter.done(name)
    return results
