"""Scenarios of ex02: each holds a race and leaves behind what a hidden test wants to know."""

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


async def crowd(stage, count):
    """So many contestants, none of which goes on before all have come; says when they were called."""
    arrive = stage.gate(count)
    called = set()

    async def come(number):
        called.add(stage.now)
        await arrive()
        # Then one of them is the fastest by far.
        await anyio.sleep(1 if number == count // 2 else 100)
        return f"contestant {number}"

    await stage.submission.select(*(partial(come, number) for number in range(count)))
    return sorted(called)


def tidy(stage, seconds):
    """A contestant that works for 100 s, and cleans up for so many when it is cancelled."""

    async def work():
        try:
            await anyio.sleep(100)
        finally:
            with anyio.CancelScope(shield=True):
                async with stage.span("clean-up"):
                    await anyio.sleep(seconds)

    return work


async def tidying_up(stage):
    outcome = await select(stage, tidy(stage, 3), partial(run, stage, "winner", 1))
    # A clean-up that nobody waited for ends within the play all the same.
    await anyio.sleep(10)
    return outcome


async def odd_winner(stage, value):
    async def give():
        async with stage.span("winner"):
            await anyio.sleep(1)
        return value

    return await select(stage, give, partial(run, stage, "slow", 5))


async def odd_winners(stage, values):
    """A race for each of these values, and one for an exception that is returned."""
    for number, value in enumerate([*values, stage.token("an error", ValueError("returned, not raised"))]):
        await stage.attempt(f"race {number}", odd_winner, stage, value)


async def instant(stage, position):
    """One contestant is done before others have begun."""

    async def at_once():
        return "at once"

    fns = [partial(run, stage, "left", 5), partial(run, stage, "right", 5)]
    fns.insert(position, at_once)
    return await select(stage, *fns)


async def fast_failure(stage, error="ValueError"):
    async def bad():
        async with stage.span("bad"):
            await anyio.sleep(1)
            raise stage.token("boom", ERRORS[error]("boom"))

    await select(stage, partial(run, stage, "left", 2), bad, partial(run, stage, "right", 3))


async def errors_of_all_kinds(stage, errors):
    for error in errors:
        await stage.attempt(error, fast_failure, stage, error)


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


async def stubborn_after_a_failure(stage):
    """The first to finish fails, and a loser returns something although it has been cancelled."""

    async def bad():
        await anyio.sleep(1)
        raise stage.token("boom", ValueError("boom"))

    async def stubborn():
        with anyio.CancelScope(shield=True):
            await anyio.sleep(3)
        return "stubborn"

    await select(stage, stubborn, bad)


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


async def close_finish(stage):
    """The second contestant is done first; the others finish as soon as they see that."""
    finished = False

    async def leader():
        nonlocal finished
        for _ in range(5):
            await checkpoint()
        finished = True
        return "leader"

    async def follower(name):
        while not finished:
            await checkpoint()
        return name

    return await select(stage, partial(follower, "left"), leader, partial(follower, "right"))


async def cancelled_from_outside(stage):
    with anyio.move_on_after(2):
        async with stage.span("select"):
            await stage.submission.select(
                partial(run, stage, "one", 100), partial(run, stage, "two", 100), tidy(stage, 3)
            )


async def cancelled_at_each_step(stage):
    with stage.caller():
        await stage.submission.select(partial(run, stage, "one", 2), partial(run, stage, "two", 1))


async def nobody(stage):
    await stage.submission.select()


def plainly(stage):
    """The select() of the submission, with a winner as plain data."""

    async def call(*fns):
        winner = await stage.submission.select(*fns)
        return [winner.index, winner.value]

    return call


async def one_after_another(stage):
    """Four calls: of two contestants, of one that fails, a call that is cancelled, and one of the first two again."""
    calls = 0

    async def count():
        nonlocal calls
        calls += 1
        mine = calls
        await anyio.sleep(1)
        return mine

    async def bad():
        await anyio.sleep(1)
        raise stage.token("boom", ValueError("boom"))

    call, slow = plainly(stage), partial(run, stage, "slow", 5)
    await stage.attempt("first", call, slow, count)
    await stage.attempt("fails", call, bad, partial(run, stage, "other", 5))
    with anyio.move_on_after(1):
        await stage.attempt("cancelled", call, partial(run, stage, "late", 5))
    await stage.attempt("second", call, slow, count)


async def side_by_side(stage):
    """Two calls at once; none of their four contestants goes on before all four have come."""
    arrive = stage.gate(4)

    async def contestant(call, seconds):
        await arrive()
        await anyio.sleep(seconds)
        return f"{call} {seconds}"

    async def call(name, *seconds):
        winner = await plainly(stage)(*(partial(contestant, name, needed) for needed in seconds))
        stage.mark(name, winner)

    async with anyio.create_task_group() as group:
        group.start_soon(call, "one", 1, 9)
        group.start_soon(call, "two", 8, 2)


async def nested(stage):
    """A race of two races."""

    async def heat(first, second):
        return await plainly(stage)(partial(run, stage, str(first), first), partial(run, stage, str(second), second))

    return await plainly(stage)(partial(heat, 4, 3), partial(heat, 2, 1))
