"""Scenarios of ex01: sending, receiving, closing and cancelling in the same instant."""

import anyio
from anyio.lowlevel import checkpoint


async def steps(count):
    for _ in range(count):
        await checkpoint()


async def burst(stage, items):
    """Receivers wait, and then items come step by step, while those who were woken go on."""
    channel = stage.submission.Channel(items)
    received = []

    async def receiver():
        received.append(await channel.receive())

    async with anyio.create_task_group() as group:
        for _ in range(items):
            group.start_soon(receiver)
        await stage.settle()
        for item in range(items):
            await channel.send(item)
        await stage.settle()
        group.cancel_scope.cancel()
    return sorted(received)


async def newcomer(stage):
    """A task comes to receive in the instant in which the one that waited is woken."""
    channel = stage.submission.Channel(1)
    received = []

    async def receiver(late):
        await steps(late)
        received.append(await channel.receive())

    async with anyio.create_task_group() as group:
        group.start_soon(receiver, 0)
        await stage.settle()
        group.start_soon(channel.send, "first")
        group.start_soon(receiver, 1)
        await stage.settle()
        await channel.send("second")
        await stage.settle()
        group.cancel_scope.cancel()
    return sorted(received)


async def crowd(stage, senders, capacity):
    """Senders come a step apart, and no task receives: how many get rid of their item?"""
    channel = stage.submission.Channel(capacity)

    async def sender(late):
        await steps(late)
        await channel.send(late)
        stage.mark("sent")

    async with anyio.create_task_group() as group:
        for late in range(senders):
            group.start_soon(sender, late)
        await stage.settle()
        group.cancel_scope.cancel()


async def cancelled_as_an_item_comes(stage):
    """Two wait; in the instant in which an item comes, one of them is cancelled."""
    channel = stage.submission.Channel(1)
    received = []
    scope = anyio.CancelScope()

    async def impatient():
        with scope:
            received.append(await channel.receive())

    async def patient():
        received.append(await channel.receive())

    async def cancel():
        await steps(1)
        scope.cancel()

    async with anyio.create_task_group() as group:
        group.start_soon(impatient)
        await stage.settle()
        group.start_soon(patient)
        await stage.settle()
        group.start_soon(channel.send, "item")
        group.start_soon(cancel)
        await stage.settle()
        group.cancel_scope.cancel()
    return received


async def closed_after_the_last(stage, items):
    """The channel is closed one step after the last item has gone in."""
    channel = stage.submission.Channel(items)
    received = []

    async def receiver():
        try:
            while True:
                received.append(await channel.receive())
        except anyio.EndOfStream:
            stage.mark("end")

    async with anyio.create_task_group() as group:
        group.start_soon(receiver)
        await stage.settle()
        for item in range(items):
            await channel.send(item)
        await steps(1)
        channel.close()
    return received
