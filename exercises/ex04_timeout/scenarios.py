"""Scenarios of ex04: each calls ``timeout`` and leaves behind what a hidden test wants to know."""

import math
from functools import partial

import anyio
from anyio.lowlevel import checkpoint


async def call(stage, fn, seconds):
    """Call timeout() and note the very exception that comes out and, of an Elapsed, its limit."""
    try:
        return await stage.submission.timeout(fn, seconds)
    except Exception as error:
        stage.mark("error", error)
        if isinstance(error, stage.submission.Elapsed):
            stage.mark("limit", error.seconds)
        raise


async def work(stage, seconds):
    async with stage.span("work"):
        await anyio.sleep(seconds)
    return "done"


async def working(stage, needs, limit):
    return await call(stage, partial(work, stage, needs), limit)


async def giving_up(stage, limit):
    await stage.attempt("timeout", call, stage, partial(work, stage, 100), limit)


async def rolling_back(stage, limit):
    async def transfer():
        try:
            await anyio.sleep(100)
        finally:
            with anyio.CancelScope(shield=True):
                async with stage.span("roll back"):
                    await anyio.sleep(3)

    async with stage.span("timeout"):
        await call(stage, transfer, limit)


def error_of_its_own(stage, kind):
    match kind:
        case "plain":
            return ValueError("boom")
        case "group":
            return ExceptionGroup("the operation's own", [ValueError("boom")])
        case "timeout":
            return TimeoutError("the socket's own")
        case "elapsed":
            return stage.submission.Elapsed(7)


async def failing(stage, kind, after):
    async def bad():
        if after:
            await anyio.sleep(after)
        raise stage.token("boom", error_of_its_own(stage, kind))

    await call(stage, bad, 5)


async def nested(stage, inner, outer):
    async def inner_timeout():
        return await stage.submission.timeout(partial(work, stage, 100), inner)

    return await call(stage, inner_timeout, outer)


async def trying(stage, limit):
    async def instant():
        stage.mark("begins")
        return "done"

    return await call(stage, instant, limit)


async def trying_in_vain(stage, limit):
    async def waits():
        stage.mark("begins")
        await anyio.sleep(1)
        stage.mark("goes on")

    return await call(stage, waits, limit)


async def unlimited(stage):
    return await call(stage, partial(work, stage, 100), math.inf)


async def committing(stage, fails):
    async def commit():
        with anyio.CancelScope(shield=True):
            async with stage.span("commit"):
                await anyio.sleep(6)
        if fails:
            raise stage.token("boom", ValueError("boom"))
        return "committed"

    return await call(stage, commit, 2.5)


async def cancelled_from_outside(stage):
    with stage.caller():
        await call(stage, partial(work, stage, 2), 5)


async def odd_values(stage):
    async def give(value):
        await checkpoint()
        return value

    values = (None, False, 0, (), stage.token("an error", ValueError("returned, not raised")))
    return [await call(stage, partial(give, value), 5) for value in values]
