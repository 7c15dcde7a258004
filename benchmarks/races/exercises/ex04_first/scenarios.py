"""Scenarios of ex04: contestants that arrive in the same instant, or one step apart."""

from functools import partial

import anyio
from anyio.lowlevel import checkpoint


async def hold(stage, contestants, start):
    """Hold the race; ``start`` is called when all of them wait."""

    async def begin():
        await stage.settle()
        await start()

    async with anyio.create_task_group() as group:
        group.start_soon(begin)
        index, value = await stage.submission.first(*contestants)
    return [index, value]


async def one_after_another(events):
    for event in events:
        event.set()
        await checkpoint()


async def together(stage, contestants):
    """All of them have one step left, in the same instant."""
    started = anyio.Event()

    async def run(number):
        await started.wait()
        await checkpoint()
        stage.mark("home", number)
        return f"value {number}"

    async def start():
        started.set()

    return await hold(stage, [partial(run, number) for number in range(contestants)], start)


async def a_step_apart(stage, contestants):
    """One after the other they may go home, a step apart."""
    events = [anyio.Event() for _ in range(contestants)]

    async def run(number):
        await events[number].wait()
        stage.mark("home", number)
        return f"value {number}"

    return await hold(stage, [partial(run, n) for n in range(contestants)], partial(one_after_another, events))


async def a_late_error(stage):
    """One returns; another one raises a step later."""
    events = [anyio.Event(), anyio.Event()]

    async def returns():
        await events[0].wait()
        return "value 0"

    async def raises():
        await events[1].wait()
        raise stage.token("late", ValueError("too late to matter"))

    return await hold(stage, [returns, raises], partial(one_after_another, events))
