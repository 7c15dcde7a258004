"""Scenarios of ex04: each calls ``timeout`` and leaves behind what a hidden test wants to know."""

import math
from functools import partial
from itertools import product

import anyio
from anyio.lowlevel import checkpoint

CENTURY = 3.2e9
"""Seconds: more than a limit that somebody would take for infinite."""


async def call(stage, fn, seconds, name="timeout"):
    """Call timeout() and note the very exception that comes out and, of an Elapsed, its limit."""
    try:
        return await stage.submission.timeout(fn, seconds)
    except Exception as error:
        stage.mark(f"error of {name}", error)
        if isinstance(error, stage.submission.Elapsed):
            stage.mark(f"limit of {name}", error.seconds)
        raise


async def work(stage, seconds, name="work"):
    async with stage.span(name):
        await anyio.sleep(seconds)
    return "done"


async def working(stage, needs, limit):
    return await call(stage, partial(work, stage, needs), limit)


async def working_each(stage, limits):
    for needs, limit in limits.items():
        await stage.attempt(f"work of {needs} s", working, stage, needs, limit)


async def calling(stage, kind):
    """Note each call of an operation that returns, fails, or is too slow."""

    async def operation():
        stage.mark(f"called {kind}")
        await anyio.sleep(100 if kind == "slow" else 1)
        if kind == "failing":
            raise ConnectionRefusedError("the server is busy")

    await stage.attempt(kind, call, stage, operation, 2.5)


async def calling_each(stage, kinds):
    for kind in kinds:
        await calling(stage, kind)


async def giving_up(stage, kind, limit, name="work"):
    """An operation that waits for 100 s: in one piece, step by step, for an event, or in tasks of its own."""

    async def operation():
        async with stage.span(name):
            match kind:
                case "sleep":
                    await anyio.sleep(100)
                case "steps":
                    for _ in range(100):
                        await anyio.sleep(1)
                case "event":
                    await anyio.Event().wait()
                case "tasks":
                    async with anyio.create_task_group() as group:
                        for _ in range(3):
                            group.start_soon(anyio.sleep, 100)

    await stage.attempt(name, call, stage, operation, limit)


async def giving_up_each(stage, limits):
    for kind, limit in limits.items():
        await giving_up(stage, kind, limit, name=kind)


async def rolling_back(stage, seconds, limit, name="roll back"):
    async def transfer():
        try:
            await anyio.sleep(100)
        finally:
            with anyio.CancelScope(shield=True):
                await work(stage, seconds, name)

    await stage.attempt(name, call, stage, transfer, limit)


async def rolling_back_each(stage, needs, limit):
    for seconds in needs:
        await rolling_back(stage, seconds, limit, name=f"roll back for {seconds} s")


def error_of_its_own(stage, kind):
    match kind:
        case "plain":
            return ValueError("boom")
        case "OSError":
            return OSError("boom")
        case "RuntimeError":
            return RuntimeError("boom")
        case "AttributeError":
            return AttributeError("boom")
        case "KeyError":
            return KeyError("boom")
        case "group":
            return ExceptionGroup("the operation's own", [ValueError("boom")])
        case "group of two":
            return ExceptionGroup("the operation's own", [ValueError("boom"), OSError("boom")])
        case "group in a group":
            return ExceptionGroup("the operation's own", [ExceptionGroup("inner", [ValueError("boom")])])
        case "group of a timeout":
            return ExceptionGroup("the operation's own", [TimeoutError("the socket's own")])
        case "timeout":
            return TimeoutError("the socket's own")
        case "elapsed":
            return stage.submission.Elapsed(7)


async def failing(stage, kind, after, name="boom"):
    async def bad():
        if after:
            await anyio.sleep(after)
        raise stage.token(name, error_of_its_own(stage, kind))

    await call(stage, bad, 5, name)


async def failing_each(stage, kinds, pauses):
    for kind, after in product(kinds, pauses):
        name = f"{kind} after {after} s"
        await stage.attempt(name, failing, stage, kind, after, name)


async def nested(stage, inner, outer):
    async def inner_timeout():
        return await stage.submission.timeout(partial(work, stage, 100), inner)

    return await call(stage, inner_timeout, outer)


async def trying(stage, limit, fails):
    async def result():
        if fails:
            raise stage.token("boom", ValueError("boom"))
        return "done"

    async def instant():
        stage.mark("begins")
        return await result()

    return await call(stage, instant, limit)


async def trying_each(stage, limits):
    for limit in limits:
        await stage.attempt(f"returns with {limit} s", trying, stage, limit, False)
        await stage.attempt(f"fails with {limit} s", trying, stage, limit, True)


async def trying_in_vain(stage, limit, name="work"):
    async def waits():
        stage.mark(f"{name} begins")
        await work(stage, 100, name)

    await stage.attempt(name, call, stage, waits, limit, name)


async def trying_in_vain_each(stage, limits):
    for limit in limits:
        await trying_in_vain(stage, limit, name=f"work with {limit} s")


async def unlimited(stage, needs):
    return await call(stage, partial(work, stage, needs), math.inf)


async def committing(stage, fails):
    async def commit():
        with anyio.CancelScope(shield=True):
            async with stage.span("commit"):
                await anyio.sleep(6)
        if fails:
            raise stage.token("boom", ValueError("boom"))
        return "committed"

    return await call(stage, commit, 2.5)


async def committing_an_odd_value(stage, value):
    async def commit():
        with anyio.CancelScope(shield=True):
            await anyio.sleep(6)
        return value

    return await call(stage, commit, 2.5)


async def failing_to_clean_up(stage):
    async def operation():
        try:
            await anyio.sleep(100)
        finally:
            raise stage.token("boom", OSError("cannot roll back"))

    await call(stage, operation, 2.5)


async def finishing_late(stage, values):
    """All that an operation may come to which was cancelled and is over all the same."""
    await stage.attempt("returns", committing, stage, False)
    await stage.attempt("fails", committing, stage, True)
    for value in values:
        await stage.attempt(f"returns {value}", committing_an_odd_value, stage, value)
    await stage.attempt("fails to clean up", failing_to_clean_up, stage)


async def cancelled_from_outside(stage):
    with stage.caller():
        await call(stage, partial(work, stage, 2), 5)


async def cancelled_while_it_has_to_clean_up(stage):
    with anyio.move_on_after(1):
        try:
            await rolling_back(stage, 3, 50)
        finally:
            stage.mark("over")


async def odd_values(stage):
    async def give(value):
        await checkpoint()
        return value

    values = (None, False, 0, (), stage.token("an error", ValueError("returned, not raised")))
    return [await call(stage, partial(give, value), 5) for value in values]


async def one_after_the_other(stage):
    """A call that is too slow, one that fails, and one that is neither, twice."""

    async def bad():
        await anyio.sleep(1)
        raise stage.token("boom", ValueError("boom"))

    for number in (1, 2):
        await stage.attempt(f"slow {number}", call, stage, partial(work, stage, 100), 2.5)
        await stage.attempt(f"failing {number}", call, stage, bad, 2.5)
        await stage.attempt(f"quick {number}", call, stage, partial(work, stage, number / 2), 2.5)


async def side_by_side(stage, calls):
    """A call that is too slow, and beside it many that are not, and one that fails."""

    async def give(number):
        await anyio.sleep(1 + number % 3)
        return number

    async def bad():
        await anyio.sleep(1.5)
        raise stage.token("boom", ValueError("boom"))

    async with anyio.create_task_group() as group:
        group.start_soon(stage.attempt, "slow", call, stage, partial(work, stage, 100), 2.5)
        group.start_soon(stage.attempt, "failing", call, stage, bad, 50)
        for number in range(calls):
            group.start_soon(stage.attempt, f"quick {number}", call, stage, partial(give, number), 50)
