"""Scenarios: each uses an answer, and leaves behind what a hidden test wants to know.

A scenario is an async function that takes a stage. It runs in the box, beside the learner's code, so it holds no
expectation and decides nothing. `stage.submission` is the learner's module. Add, change and remove scenarios as your
hidden tests need them.
"""

from functools import partial

import anyio


async def calls_at_once(stage, callers, seconds):
    """All callers call at the same moment, while the work takes so many seconds; returns what each of them got."""
    # A token is recognised when it comes back: a hidden test compares it with token("settings").
    settings = stage.token("settings", object())

    async def work():
        stage.mark("called")
        # A span is a stretch of virtual time with a name: who ran from when to when.
        async with stage.span("work"):
            await anyio.sleep(seconds)
        return settings

    shared = stage.submission.sample(work)
    results = {}

    async def call(name):
        async with stage.span(name):
            results[name] = await shared()

    async with anyio.create_task_group() as group:
        for name in callers:
            group.start_soon(call, name)
    return [results[name] for name in callers]


async def calls_in_turn(stage, value):
    """Two calls, one after the other, of a function that returns this value."""

    async def work():
        stage.mark("called")
        await anyio.sleep(1)
        return value

    shared = stage.submission.sample(work)
    return [await shared(), await shared()]


async def fails_at_first(stage):
    """The first call fails; an attempt records that and goes on."""
    outcomes = iter([stage.token("boom", ValueError("boom")), None])

    async def work():
        await anyio.sleep(1)
        error = next(outcomes)
        if error is not None:
            raise error
        return "loaded"

    shared = stage.submission.sample(work)
    for name in ("first", "second"):
        await stage.attempt(name, partial(shared))
