"""Scenarios of ex08: each runs a workflow whose steps record when they are called, with what, and how they end."""

from __future__ import annotations

import copy
from collections.abc import Callable, Collection, Coroutine, Mapping
from typing import TYPE_CHECKING, Any

import anyio

if TYPE_CHECKING:
    from grader.authoring import Stage

Step = Callable[[dict[str, Any]], Coroutine[Any, Any, Any]]

FIGURE = {"A1": 1, "A2": 4, "A3": 3, "A4": 2, "B1": 3, "B2": 1, "B3": 2}
FIGURE_DEPS = {"A2": ["A1"], "A3": ["A2", "B3"], "A4": ["A3"], "B2": ["B1"], "B3": ["B2"]}


def working(stage: Stage, name: str, seconds: float, value: Any = None) -> Step:
    """A step that works for so many seconds, and returns "result of" its name, or the value that is given."""

    async def step(inputs: dict[str, Any]) -> Any:
        stage.mark(name, dict(inputs))
        async with stage.span(name):
            await anyio.sleep(seconds)
        return f"result of {name}" if value is None else value

    return step


def workers(stage: Stage, seconds: Mapping[str, float]) -> dict[str, Step]:
    return {name: working(stage, name, needed) for name, needed in seconds.items()}


async def workflow(stage: Stage, seconds: Mapping[str, float], deps: Mapping[str, Collection[str]]) -> Any:
    """A workflow; the marks say with which inputs each step was called."""
    return await stage.submission.run_workflow(workers(stage, seconds), deps)


async def figure(stage: Stage) -> Any:
    """The workflow of the lesson."""
    return await workflow(stage, FIGURE, FIGURE_DEPS)


async def collections(stage: Stage) -> Any:
    """The dependencies stand in collections of all kinds."""
    deps = {
        "from a tuple": ("one", "two"),
        "from a set": {"one", "two"},
        "from a frozenset": frozenset({"one"}),
        "from a dict": {"one": 1, "two": 2}.keys(),
        "from an empty list": [],
    }
    seconds = {"one": 1, "two": 2} | dict.fromkeys(deps, 1)
    return await workflow(stage, seconds, deps)


async def empty(stage: Stage) -> Any:
    return await stage.submission.run_workflow({}, {})


async def greedy(stage: Stage) -> Any:
    """Two steps empty the dict that they are given, before a third looks at its own."""

    async def empties(inputs: dict[str, Any]) -> str:
        inputs.clear()
        inputs["source"] = "spoilt"
        return "empty"

    async def looks(inputs: dict[str, Any]) -> dict[str, Any]:
        await anyio.sleep(1)
        return dict(inputs)

    steps: dict[str, Step] = {"source": working(stage, "source", 1), "first": empties, "second": empties, "last": looks}
    return await stage.submission.run_workflow(steps, {name: ["source"] for name in ("first", "second", "last")})


async def one_function(stage: Stage) -> Any:
    """One function is three steps."""
    calls = 0

    async def count(inputs: dict[str, Any]) -> int:
        nonlocal calls
        calls += 1
        await anyio.sleep(1)
        return 1 + len(inputs)

    results = await stage.submission.run_workflow(dict.fromkeys("abc", count), {"c": ["a"]})
    return {"results": results, "calls": calls}


async def meeting(stage: Stage, count: int) -> int:
    """No step goes on before all of them are running."""
    arrive = stage.gate(count)

    async def step(inputs: dict[str, Any]) -> None:
        stage.mark("called")
        await arrive()

    return len(await stage.submission.run_workflow({f"step {number}": step for number in range(count)}, {}))


async def odd_results(stage: Stage) -> Any:
    """Steps return values that are false, and an exception; others need them."""
    values = {
        "None": None,
        "False": False,
        "zero": 0,
        "empty": "",
        "list": [],
        "error": stage.token("an error", ValueError("returned, not raised")),
    }

    def giving(value: Any) -> Step:
        async def give(inputs: dict[str, Any]) -> Any:
            await anyio.sleep(1)
            return value

        return give

    async def look(inputs: dict[str, Any]) -> list[Any]:
        return list(inputs.values())

    steps: dict[str, Step] = {name: giving(value) for name, value in values.items()}
    steps |= {f"after {name}": look for name in values}
    return await stage.submission.run_workflow(steps, {f"after {name}": [name] for name in values})


async def refused(stage: Stage, names: Collection[str], deps: Mapping[str, Collection[str]]) -> Any:
    """A workflow that cannot be run."""
    await stage.submission.run_workflow(workers(stage, dict.fromkeys(names, 1)), deps)


def failure(stage: Stage, kind: str) -> Exception:
    errors = {
        "ValueError": ValueError("boom"),
        "KeyError": KeyError("boom"),
        "OSError": OSError("boom"),
        "TimeoutError": TimeoutError("boom"),
    }
    return stage.token("boom", errors[kind])


async def failing(stage: Stage, kind: str) -> None:
    """One step fails after 1 s, while another one runs that needs 3 s to clean up, and a third one."""
    error = failure(stage, kind)

    async def bad(inputs: dict[str, Any]) -> None:
        async with stage.span("bad"):
            await anyio.sleep(1)
            raise error

    steps = {"bad": bad, "tidy": tidying(stage), "slow": working(stage, "slow", 50)}
    steps |= {"after bad": working(stage, "after bad", 1), "after slow": working(stage, "after slow", 1)}
    async with stage.span("run_workflow"):
        await stage.submission.run_workflow(steps, {"after bad": ["bad"], "after slow": ["slow"]})


async def failing_at_once(stage: Stage, kind: str) -> None:
    """The only step fails before it has waited for anything."""
    error = failure(stage, kind)

    async def bad(inputs: dict[str, Any]) -> None:
        raise error

    await stage.submission.run_workflow({"bad": bad}, {})


async def failing_together(stage: Stage) -> None:
    """Two steps fail at the same instant."""

    def bad(name: str) -> Step:
        async def step(inputs: dict[str, Any]) -> None:
            await anyio.sleep(1)
            raise stage.token(name, ValueError(name))

        return step

    await stage.submission.run_workflow({"one": bad("boom 1"), "two": bad("boom 2")}, {})


def tidying(stage: Stage) -> Step:
    """A step that is cancelled and then cleans up for 3 s."""

    async def tidy(inputs: dict[str, Any]) -> None:
        async with stage.span("tidy"):
            try:
                await anyio.sleep(100)
            finally:
                with anyio.CancelScope(shield=True):
                    async with stage.span("clean-up"):
                        await anyio.sleep(3)

    return tidy


def stubborn(stage: Stage) -> Step:
    """A step that cannot be stopped and is done after 5 s."""

    async def step(inputs: dict[str, Any]) -> str:
        async with stage.span("stubborn"):
            with anyio.CancelScope(shield=True):
                await anyio.sleep(5)
        return "done all the same"

    return step


async def failing_beside_a_stubborn_one(stage: Stage) -> None:
    """A step cannot be stopped, and is done 4 s after another one has failed."""
    error = failure(stage, "ValueError")

    async def bad(inputs: dict[str, Any]) -> None:
        await anyio.sleep(1)
        raise error

    steps = {"bad": bad, "stubborn": stubborn(stage), "after": working(stage, "after", 1)}
    await stage.submission.run_workflow(steps, {"after": ["stubborn"]})


async def cancelled_from_outside(stage: Stage) -> None:
    """The caller is cancelled after 2 s."""
    steps = {"slow": working(stage, "slow", 100), "tidy": tidying(stage), "stubborn": stubborn(stage)}
    steps |= {"after slow": working(stage, "after slow", 1), "after": working(stage, "after", 1)}
    with anyio.move_on_after(2):
        async with stage.span("run_workflow"):
            await stage.submission.run_workflow(steps, {"after slow": ["slow"], "after": ["stubborn"]})
        stage.mark("came back")
    await anyio.sleep(200)


async def cancelled_at_each_step(stage: Stage) -> None:
    with stage.caller():
        await workflow(stage, {"a": 1, "b": 3, "c": 2}, {"c": ["a"]})


async def chain(stage: Stage, length: int) -> Any:
    """Each step needs the one before, and they are listed in the opposite order. Each adds 1 to what it gets."""

    async def add(inputs: dict[str, Any]) -> int:
        return 1 + max(inputs.values(), default=0)

    numbers = range(length)
    steps = {f"step {number}": add for number in reversed(numbers)}
    deps = {f"step {number}": [f"step {number - 1}"] for number in reversed(numbers) if number}
    results = await stage.submission.run_workflow(steps, deps)
    return results[f"step {length - 1}"]


async def long_cycle(stage: Stage, length: int) -> Any:
    """Each step needs the one before, and the first one needs the last."""
    names = [f"step {number}" for number in range(length)]
    deps = {name: [names[number - 1]] for number, name in enumerate(names)}
    await stage.submission.run_workflow(dict.fromkeys(names, working(stage, "a step", 1)), deps)


async def left_alone(stage: Stage) -> Any:
    """What becomes of the mappings of the caller, and whether there are results."""
    steps = workers(stage, {"a": 1, "b": 1, "c": 1, "d": 1})
    deps = {"b": ["a"], "c": ["b", "a"], "d": []}
    before = list(steps.items()), copy.deepcopy(deps)
    results = await stage.submission.run_workflow(steps, deps)
    return {
        "results": bool(results),
        "steps": list(steps.items()) == before[0],
        "deps": deps == before[1] and list(deps) == list(before[1]),
    }


async def two_workflows(stage: Stage, at_once: bool) -> Any:
    """Two workflows with steps of the same names."""
    results: dict[str, Any] = {}

    async def run(name: str) -> None:
        steps = {"a": working(stage, f"a of {name}", 1, name), "b": working(stage, f"b of {name}", 1, f"{name} again")}
        steps |= {f"only {name}": working(stage, f"only {name}", 1)}
        results[name] = await stage.submission.run_workflow(steps, {"b": ["a"]})

    if at_once:
        async with anyio.create_task_group() as group:
            group.start_soon(run, "first")
            group.start_soon(run, "second")
    else:
        await run("first")
        await run("second")
    return results
