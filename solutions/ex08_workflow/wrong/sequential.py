# fails: test_the_workflow_of_the_lesson, test_independent_steps_run_at_the_same_time (serial)
# root: serial
"""Runs the steps one after the other, in an order that their dependencies allow."""

from __future__ import annotations

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
    results: dict[str, Any] = {}
    order = graphlib.TopologicalSorter({name: deps.get(name, ()) for name in steps}).static_order()
    for name in order:
        results[name] = await steps[name]({each: results[each] for each in deps.get(name, ())})
    return results
