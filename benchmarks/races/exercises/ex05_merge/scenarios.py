"""Scenarios of ex05: sources that deliver and end within a few steps of each other."""

import anyio
from anyio.lowlevel import checkpoint


async def arriving(stage, sources, apart, sink_steps):
    """Every source delivers one item and ends; they do so a number of steps apart."""
    events = [anyio.Event() for _ in range(sources)]

    async def source(number):
        await events[number].wait()
        yield number

    async def sink(item):
        stage.mark("item", item)
        for _ in range(sink_steps):
            await checkpoint()

    async def arrive():
        await stage.settle()
        for event in events:
            event.set()
            for _ in range(apart):
                await checkpoint()

    async with anyio.create_task_group() as group:
        group.start_soon(arrive)
        await stage.submission.merge([source(number) for number in range(sources)], sink)
