"""Scenarios of ex01: each calls ``join`` and leaves behind what a hidden test wants to know."""

import contextlib
from collections.abc import Sequence
from functools import partial

import anyio
from anyio.lowlevel import checkpoint


class Quiet(Exception):
    """An error that counts as false, as one with a length of zero does."""

    def __bool__(self):
        return False


ERRORS = {
    "ValueError": ValueError,
    "OSError": OSError,
    "TimeoutError": TimeoutError,
    "LookupError": LookupError,
    "EndOfStream": anyio.EndOfStream,
    "WouldBlock": anyio.WouldBlock,
    "false": Quiet,
}


def worker(stage, seconds):
    """An async function of a name that works for so many seconds."""

    async def work(name):
        async with stage.span(name):
            await anyio.sleep(seconds)
        return name

    return work


async def working(stage, seconds):
    jobs = [partial(worker(stage, duration), name) for name, duration in seconds.items()]
    results = await stage.submission.join(*jobs)
    # What is no sequence crosses as it is, so that a test can tell.
    return list(results) if isinstance(results, Sequence) else results


async def meeting(stage):
    arrive = stage.gate(3)

    async def meet(name):
        async with stage.span(name):
            await arrive()
        return name

    return sorted(await stage.submission.join(*(partial(meet, name) for name in "abc")))


async def crowd(stage, count):
    """So many functions, none of which goes on before all have come; says when they were called."""
    arrive = stage.gate(count)
    called = set()

    async def come():
        called.add(stage.now)
        await arrive()

    # Different functions: the same one given a thousand times is another question.
    await stage.submission.join(*(partial(come) for _ in range(count)))
    return sorted(called)


async def nothing(stage):
    return list(await stage.submission.join())


async def not_awaited_yet(stage):
    async def work():
        await checkpoint()

    # A plain function: the call itself leaves the mark, and not the first step of what it returns.
    def job():
        stage.mark("job is called")
        return work()

    awaitable = stage.submission.join(partial(job), partial(job))
    await stage.settle()
    stage.mark("join is awaited")
    await awaitable


async def odd_values(stage):
    error = stage.token("an error", ValueError("returned, not raised"))
    values = (None, False, 0, "", (), [1, 2], {}, ..., error, None, error)
    stage.token("...", ...)

    # Each takes longer than the one before: the order of completion is that of the arguments.
    async def give(position):
        await anyio.sleep(position)
        return values[position]

    return list(await stage.submission.join(*(partial(give, position) for position in range(len(values)))))


async def thrice(stage):
    calls = 0

    async def job():
        nonlocal calls
        calls += 1
        mine = calls
        stage.mark("called")
        await anyio.sleep(mine)
        return mine

    return list(await stage.submission.join(job, job, job))


async def better_next_time(stage):
    """One function fails when it is called first, and would not fail again."""
    calls = 0

    async def flaky():
        nonlocal calls
        calls += 1
        await anyio.sleep(1)
        if calls == 1:
            raise stage.token("boom", ValueError("boom"))

    with contextlib.suppress(ValueError, ExceptionGroup):
        await stage.submission.join(flaky, partial(worker(stage, 2), "other"))
    return calls


async def one_fails(stage, after, error="ValueError", position=1):
    """Two functions work for long, and one fails; it stands at this position among the three."""

    async def bad():
        async with stage.span("bad"):
            if after:
                await anyio.sleep(after)
            raise stage.token("boom", ERRORS[error]("boom"))

    work = worker(stage, 100)
    fns = [partial(work, "left"), partial(work, "right")]
    fns.insert(position, bad)
    await stage.submission.join(*fns)


async def errors_of_all_kinds(stage, errors):
    for error in errors:
        await stage.attempt(error, one_fails, stage, 1, error)


async def several_fail(stage, after, count):
    async def bad(number):
        if after:
            await anyio.sleep(after)
        raise stage.token(f"boom {number}", ValueError("boom"))

    await stage.submission.join(partial(worker(stage, 100), "other"), *(partial(bad, n) for n in range(count)))


async def fails_while_tidying_up(stage):
    async def bad():
        await anyio.sleep(1)
        raise stage.token("boom", ValueError("boom"))

    async def clumsy():
        try:
            await anyio.sleep(100)
        finally:
            raise stage.token("clean-up", OSError("the clean-up fails"))

    await stage.submission.join(clumsy, bad, clumsy)


def tidy(stage, seconds):
    """An async function that works for 100 s, and cleans up for so many when it is cancelled."""

    async def work():
        try:
            await anyio.sleep(100)
        finally:
            with anyio.CancelScope(shield=True):
                async with stage.span("clean-up"):
                    await anyio.sleep(seconds)

    return work


async def tidying_up(stage):
    async def bad():
        await anyio.sleep(1)
        raise stage.token("boom", ValueError("boom"))

    async with stage.span("join"):
        await stage.submission.join(tidy(stage, 3), bad)


async def cancelled_from_outside(stage):
    work = worker(stage, 100)
    with anyio.move_on_after(2):
        async with stage.span("join"):
            await stage.submission.join(partial(work, "one"), partial(work, "two"), tidy(stage, 3))


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

    async def pair(first, second, seconds):
        one, two = partial(worker(stage, seconds), first), partial(worker(stage, seconds + 1), second)
        return list(await join(one, two))

    return list(await join(partial(pair, "a", "b", 1), partial(pair, "c", "d", 2)))


async def side_by_side(stage):
    """Two calls at once; none of their four functions goes on before all four have come."""
    arrive = stage.gate(4)

    async def work(call, seconds):
        await arrive()
        await anyio.sleep(seconds)
        return f"{call} {seconds}"

    async def call(name):
        stage.mark(name, list(await stage.submission.join(partial(work, name, 1), partial(work, name, 2))))

    async with anyio.create_task_group() as group:
        group.start_soon(call, "one")
        group.start_soon(call, "two")


async def one_after_another(stage):
    """Four calls: of three functions, of one that fails, a call that is cancelled, and one of two functions again."""
    calls = 0

    async def job():
        nonlocal calls
        calls += 1
        mine = calls
        await anyio.sleep(mine)
        return mine

    async def bad():
        await anyio.sleep(1)
        raise stage.token("boom", ValueError("boom"))

    async def join(*fns):
        return list(await stage.submission.join(*fns))

    first, second, third = partial(job), partial(job), partial(job)
    await stage.attempt("three", join, first, second, third)
    await stage.attempt("fails", join, bad, partial(worker(stage, 5), "other"))
    with anyio.move_on_after(1):
        await stage.attempt("cancelled", join, partial(worker(stage, 5), "late"))
    await stage.attempt("two", join, first, second)
