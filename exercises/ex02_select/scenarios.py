"""Scenarios of ex02: each holds a race and leaves behind what a hidden test wants to know."""

from functools import partial

import anyio


async def run(stage, name, seconds):
    """A contestant that works for so many seconds and returns its name."""
    async with stage.span(name):
        await anyio.sleep(seconds)
    return name


async def select(stage, *fns):
    """Hold the race in a lane of its own, and return the winner as plain data."""
    async with stage.span("select"):
        winner = await stage.submission.select(*fns)
    return [winner.index, winner.value]


async def race(stage, seconds):
    """The named contestants; afterwards there is time in which a loser that runs on is seen."""
    outcome = await select(stage, *(partial(run, stage, name, needed) for name, needed in seconds.items()))
    await anyio.sleep(10)
    return outcome


async def meeting(stage):
    """Nobody goes on before all three have arrived; then b is the fastest."""
    arrive = stage.gate(3)

    async def meet(name, seconds):
        async with stage.span(name):
            await arrive()
            await anyio.sleep(seconds)
        return name

    return await select(stage, partial(meet, "a", 3), partial(meet, "b", 1), partial(meet, "c", 2))


async def tidying_up(stage):
    async def tidy():
        try:
            await anyio.sleep(100)
        finally:
            with anyio.CancelScope(shield=True):
                async with stage.span("clean-up"):
                    await anyio.sleep(3)

    outcome = await select(stage, tidy, partial(run, stage, "winner", 1))
    # A clean-up that nobody waited for ends within the play all the same.
    await anyio.sleep(10)
    return outcome


async def odd_winner(stage, value):
    async def give():
        async with stage.span("winner"):
            await anyio.sleep(1)
        return value

    return await select(stage, give, partial(run, stage, "slow", 5))


async def error_as_value(stage):
    async def give():
        async with stage.span("winner"):
            await anyio.sleep(1)
        return stage.token("an error", ValueError("returned, not raised"))

    return await select(stage, give, partial(run, stage, "slow", 5))


async def instant(stage):
    """The first contestant is done before the others have begun."""

    async def at_once():
        return "at once"

    return await select(stage, at_once, partial(run, stage, "left", 5), partial(run, stage, "right", 5))


async def fast_failure(stage):
    async def bad():
        async with stage.span("bad"):
            await anyio.sleep(1)
            raise stage.token("boom", ValueError("boom"))

    await select(stage, partial(run, stage, "left", 2), bad, partial(run, stage, "right", 3))


async def late_failure(stage):
    async def bad():
        async with stage.span("bad"):
            await anyio.sleep(2)
            raise stage.token("boom", ValueError("boom"))

    return await select(stage, partial(run, stage, "winner", 1), bad)


async def stubborn_losers(stage):
    """The losers finish although they have been cancelled."""

    async def stubborn(name, seconds):
        async with stage.span(name):
            with anyio.CancelScope(shield=True):
                await anyio.sleep(seconds)
        return name

    return await select(
        stage, partial(stubborn, "left", 3), partial(run, stage, "winner", 1), partial(stubborn, "right", 4)
    )


async def photo_finish(stage):
    """One event lets all four finish at the same instant; each returns its own position."""
    finish = anyio.Event()

    async def contestant(position):
        async with stage.span("abcd"[position]):
            await finish.wait()
        return position

    async def open_the_gate():
        await anyio.sleep(1)
        finish.set()

    async with anyio.create_task_group() as group:
        group.start_soon(open_the_gate)
        return await select(stage, *(partial(contestant, position) for position in range(4)))


async def cancelled_from_outside(stage):
    with anyio.move_on_after(2):
        async with stage.span("select"):
            await stage.submission.select(partial(run, stage, "one", 100), partial(run, stage, "two", 100))


async def cancelled_at_each_step(stage):
    with stage.caller():
        await stage.submission.select(partial(run, stage, "one", 2), partial(run, stage, "two", 1))


async def nobody(stage):
    await stage.submission.select()
