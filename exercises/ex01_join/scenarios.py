"""Scenarios of ex01: each calls ``join`` and leaves behind what a hidden test wants to know."""

from functools import partial

import anyio
from anyio.lowlevel import checkpoint


def worker(stage, seconds):
    """An async function of a name that works for so many seconds."""

    async def work(name):
        async with stage.span(name):
            await anyio.sleep(seconds)
        return name

    return work


async def working(stage, seconds):
    jobs = [partial(worker(stage, duration), name) for name, duration in seconds.items()]
    return list(await stage.submission.join(*jobs))


async def meeting(stage):
    arrive = stage.gate(3)

    async def meet(name):
        async with stage.span(name):
            await arrive()
        return name

    return list(await stage.submission.join(*(partial(meet, name) for name in "abc")))


async def nothing(stage):
    return list(await stage.submission.join())


async def not_awaited_yet(stage):
    async def job():
        stage.mark("job runs")

    awaitable = stage.submission.join(job, job)
    await stage.settle()
    stage.mark("join is awaited")
    await awaitable


async def odd_values(stage):
    values = (None, False, 0, (), stage.token("an error", ValueError("returned, not raised")))

    async def give(value):
        await checkpoint()
        return value

    return list(await stage.submission.join(*(partial(give, value) for value in values)))


async def thrice(stage):
    calls = 0

    async def job():
        nonlocal calls
        calls += 1
        mine = calls
        await anyio.sleep(1)
        return mine

    return list(await stage.submission.join(job, job, job))


async def one_fails(stage, after):
    async def bad():
        async with stage.span("bad"):
            if after:
                await anyio.sleep(after)
            raise stage.token("boom", ValueError("boom"))

    work = worker(stage, 100)
    await stage.submission.join(partial(work, "left"), bad, partial(work, "right"))


async def tidying_up(stage):
    async def bad():
        await anyio.sleep(1)
        raise stage.token("boom", ValueError("boom"))

    async def tidy():
        try:
            await anyio.sleep(100)
        finally:
            with anyio.CancelScope(shield=True):
                async with stage.span("clean-up"):
                    await anyio.sleep(3)

    async with stage.span("join"):
        await stage.submission.join(tidy, bad)


async def cancelled_from_outside(stage):
    work = worker(stage, 100)
    with anyio.move_on_after(2):
        async with stage.span("join"):
            await stage.submission.join(partial(work, "one"), partial(work, "two"))


async def cancelled_at_each_step(stage):
    with stage.caller():
        await stage.submission.join(partial(worker(stage, 2), "one"), partial(worker(stage, 1), "two"))


async def taking_turns(stage):
    async def count(name):
        for _ in range(30):
            stage.mark(name)
            await checkpoint()

    await stage.submission.join(partial(count, "a"), partial(count, "b"))


async def nested(stage):
    join = stage.submission.join

    async def pair(first, second):
        return list(await join(partial(worker(stage, 2), first), partial(worker(stage, 1), second)))

    return list(await join(partial(pair, "a", "b"), partial(pair, "c", "d")))
