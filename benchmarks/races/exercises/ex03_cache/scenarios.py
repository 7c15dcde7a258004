"""Scenarios of ex03: a load lands, and in the same instant a task asks, forgets or is cancelled."""

import anyio
from anyio.lowlevel import checkpoint


async def steps(count):
    for _ in range(count):
        await checkpoint()


class Source:
    """Loads that are numbered; those under way land together."""

    def __init__(self, stage):
        self.cache = stage.submission.Cache(self.load)
        self.loads = 0
        self.landing = anyio.Event()

    async def load(self, key):
        self.loads += 1
        number = self.loads
        await self.landing.wait()
        return number

    async def land(self):
        self.landing.set()


async def asking(stage, askers):
    """Many ask for the same key, a step apart."""
    source = Source(stage)

    async def ask(late):
        await steps(late)
        stage.mark("got", await source.cache.get("key"))

    async with anyio.create_task_group() as group:
        for late in range(askers):
            group.start_soon(ask, late)
        await stage.settle()
        group.start_soon(source.land)
    return source.loads


async def asked_as_it_lands(stage):
    """A second task asks in the instant in which the value arrives."""
    source = Source(stage)

    async def ask(name):
        stage.mark(name, await source.cache.get("key"))

    async with anyio.create_task_group() as group:
        group.start_soon(ask, "early")
        await stage.settle()
        group.start_soon(source.land)
        group.start_soon(ask, "late")
        await stage.settle()
        group.cancel_scope.cancel()


async def forgotten_as_it_lands(stage):
    """The key is invalidated in the instant in which its value arrives, and asked for again later."""
    source = Source(stage)

    async def forget():
        await steps(1)
        source.cache.invalidate("key")

    async with anyio.create_task_group() as group:
        group.start_soon(source.cache.get, "key")
        await stage.settle()
        group.start_soon(source.land)
        group.start_soon(forget)
    return await source.cache.get("key")


async def cancelled_as_it_lands(stage):
    """The task that loads is cancelled in the instant in which the value arrives; another one waits for it."""
    source = Source(stage)
    scope = anyio.CancelScope()

    async def leader():
        with scope:
            await source.cache.get("key")

    async def follower():
        stage.mark("got", await source.cache.get("key"))

    async def cancel():
        scope.cancel()

    async with anyio.create_task_group() as group:
        group.start_soon(leader)
        await stage.settle()
        group.start_soon(follower)
        await stage.settle()
        group.start_soon(source.land)
        group.start_soon(cancel)
        await stage.settle()
        group.cancel_scope.cancel()
