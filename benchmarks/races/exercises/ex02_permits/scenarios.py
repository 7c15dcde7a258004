"""Scenarios of ex02: taking, giving back and cancelling in the same instant."""

import anyio
from anyio.lowlevel import checkpoint


async def steps(count):
    for _ in range(count):
        await checkpoint()


class Room:
    """Counts how many are inside at once; entering and leaving takes no step of its own."""

    def __init__(self, stage, count):
        self.permits = stage.submission.Permits(count)
        self.inside = 0
        self.peak = 0
        self.open = anyio.Event()

    async def enter(self):
        await self.permits.acquire()
        self.inside += 1
        self.peak = max(self.peak, self.inside)

    def leave(self):
        self.inside -= 1
        self.permits.release()

    async def visit(self, late):
        await steps(late)
        await self.enter()
        await self.open.wait()


async def arriving(stage, count, visitors):
    """Visitors come a step apart and stay."""
    room = Room(stage, count)
    async with anyio.create_task_group() as group:
        for late in range(visitors):
            group.start_soon(room.visit, late)
        await stage.settle()
        group.cancel_scope.cancel()
    return room.peak


async def passing_on(stage):
    """A visitor comes in the instant in which the only permit goes to the one who waited."""
    room = Room(stage, 1)

    async def leave():
        room.leave()

    async with anyio.create_task_group() as group:
        await room.enter()
        group.start_soon(room.visit, 0)
        await stage.settle()
        group.start_soon(leave)
        group.start_soon(room.visit, 0)
        await stage.settle()
        group.cancel_scope.cancel()
    return room.peak


async def cancelled(stage, before):
    """Three wait for the only permit; the first is cancelled so many steps before the permit is given back."""
    room = Room(stage, 1)
    scope = anyio.CancelScope()

    async def waiter(name):
        await room.enter()
        stage.mark(name)
        try:
            await steps(1)
        finally:
            room.leave()

    async def impatient():
        with scope:
            await waiter("impatient")

    async def leave():
        await steps(before)
        room.leave()

    async def cancel():
        scope.cancel()

    async with anyio.create_task_group() as group:
        await room.enter()
        group.start_soon(impatient)
        await stage.settle()
        for _ in range(2):
            group.start_soon(waiter, "patient")
            await stage.settle()
        group.start_soon(leave)
        group.start_soon(cancel)
        await stage.settle()
        group.cancel_scope.cancel()
    return room.peak
