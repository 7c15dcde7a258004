"""Scenarios of ex09: each lets the submission join sources, and records what they were asked and what came out."""

import math
from contextlib import aclosing

import anyio
from anyio.lowlevel import checkpoint


class Round:
    """The stage in one of the rounds of a play: time begins anew, and each recorded name with that of the round."""

    def __init__(self, stage, name):
        self.stage, self.name, self.begun = stage, name, stage.now
        self.submission, self.token = stage.submission, stage.token

    @property
    def now(self):
        return self.stage.now - self.begun

    def mark(self, name, value=None):
        self.stage.mark(f"{self.name}: {name}", value)

    def span(self, name):
        return self.stage.span(f"{self.name}: {name}")

    async def attempt(self, name, fn, *args):
        return await self.stage.attempt(f"{self.name}: {name}", fn, *args)


def in_rounds(scenario):
    """A scenario that plays this one once for each of its `cases`, which have its inputs by the names of the rounds."""

    async def play_rounds(stage, cases):
        for name, inputs in cases.items():
            await stage.attempt(name, scenario, Round(stage, name), *inputs)
            # What an answer remembers of one round for a while, such as its last request, is no matter of the next one.
            await anyio.sleep(10)

    return play_rounds


class Source:
    """Gives its items, each so many seconds after it was asked for, and notes what is done to it."""

    def __init__(self, stage, name, gaps, *, values=None, fails=False, closing=0):
        self.stage, self.name, self.fails, self.closing = stage, name, fails, closing
        self.gaps = list(gaps)
        self.values = [f"{name}{number}" for number in range(1, len(self.gaps) + 1)] if values is None else list(values)
        self.asked = 0
        self.is_asked = False

    def __aiter__(self):
        return self

    async def __anext__(self):
        number, self.asked = self.asked, self.asked + 1
        self.stage.mark(f"ask {self.name}")
        self.is_asked = True
        try:
            if number < len(self.gaps):
                async with self.stage.span(self.name):
                    await anyio.sleep(self.gaps[number])
                if number < len(self.values):
                    return self.values[number]
            else:
                await checkpoint()
        finally:
            self.is_asked = False
        if self.fails:
            raise self.stage.token(f"error of {self.name}", OSError(f"{self.name} is broken"))
        raise StopAsyncIteration

    async def aclose(self):
        if self.is_asked:
            self.stage.mark("closed while it is asked", self.name)
        if self.closing:
            async with self.stage.span(f"closing {self.name}"):
                await anyio.sleep(self.closing)
        self.stage.mark(f"close {self.name}")


class Plain:
    """A source that cannot be closed."""

    def __init__(self, source):
        self.source = source

    def __aiter__(self):
        return self

    async def __anext__(self):
        return await self.source.__anext__()


async def generator(stage, name, gaps):
    """The same as an async generator: a cancellation ends it, and where it waits at a `yield` it has to be closed."""
    try:
        for number, gap in enumerate(gaps, start=1):
            stage.mark(f"ask {name}")
            async with stage.span(name):
                await anyio.sleep(gap)
            yield f"{name}{number}"
    finally:
        stage.mark(f"close {name}")


def spoken(stage, item):
    """An item as it crosses to the hidden tests."""
    return ["late", item.seconds] if isinstance(item, stage.submission.Late) else item


async def read(stage, items, busy=0):
    """All items, each with the time at which it came; after each the consumer is busy for so long."""
    came = []
    async for item in items:
        came.append([spoken(stage, item), stage.now])
        stage.mark("take", spoken(stage, item))
        if busy:
            async with stage.span("consumer"):
                await anyio.sleep(busy)
    return came


# ---- merge -----------------------------------------------------------------------------------------------------------


async def merging(stage, gaps, busy=0):
    """`gaps` has the waiting times of each source, by its name."""
    sources = [Source(stage, name, seconds) for name, seconds in gaps.items()]
    async with stage.submission.merge(*sources) as items:
        return await read(stage, items, busy)


mergings = in_rounds(merging)


async def merging_many(stage, count):
    """No source gives its only item before all of them have been asked."""
    arrive = stage.gate(count)

    async def one(number):
        await arrive()
        yield number

    async with stage.submission.merge(*(one(number) for number in range(1, count + 1))) as items:
        return sorted([item async for item in items])


async def merging_values(stage):
    """What is false, or an error that was not raised, is an item like any other."""
    values = [None, 0, False, "", [], stage.token("an error", ValueError("given, not raised")), "last"]
    async with stage.submission.merge(Source(stage, "a", [1] * len(values), values=values)) as items:
        return [item async for item in items]


@in_rounds
async def ending(stage, gaps):
    """After the end the consumer asks again, twice."""
    sources = [Source(stage, name, seconds) for name, seconds in gaps.items()]
    async with stage.submission.merge(*sources) as items:
        stage.mark("items", [item async for item in items])
        ended = stage.now
        for number in (1, 2):
            await stage.attempt(f"again {number}", anext, items, "ended")
    return ended


async def lagging(stage):
    """The sources are fast, and the consumer takes an item every 10 s; it counts what they were asked for."""
    sources = {name: Source(stage, name, [gap] * 40) for name, gap in (("a", 1), ("b", 0))}
    taken = dict.fromkeys(sources, 0)
    async with stage.submission.merge(*sources.values()) as items:
        async for item in items:
            taken[item[0]] += 1
            await anyio.sleep(10)
            await stage.settle()
            stage.mark("counted", [[name, source.asked, taken[name]] for name, source in sources.items()])
            if sum(taken.values()) == 8:
                break


async def leaving(stage, seconds=2):
    """The consumer takes one item and leaves; the sources are in every state in which one can be left."""
    sources = [
        Source(stage, "first", [seconds, 0.25, 100]),
        Source(stage, "asleep", [1000]),
        Source(stage, "ended", []),
        Source(stage, "laden", [seconds + 0.5, 0.25, 0.25]),
        Plain(Source(stage, "plain", [1000])),
        generator(stage, "sleeper", [1000]),
        generator(stage, "waiter", [seconds + 0.5, 0.25, 0.25]),
    ]
    async with stage.span("block"), stage.submission.merge(*sources) as items:
        async for item in items:
            stage.mark("take", item)
            await anyio.sleep(1)
            break
    stage.mark("left")
    await anyio.sleep(2000)


@in_rounds
async def leaving_slowly(stage, cancelled):
    """The source needs 3 s to close, and sits on an item when the consumer leaves, or is cancelled."""
    source = Source(stage, "a", [1] * 9, closing=3)
    with anyio.CancelScope() as scope:
        async with stage.span("block"), stage.submission.merge(source) as items:
            async for _ in items:
                await anyio.sleep(4)
                if cancelled:
                    scope.cancel()
                    await checkpoint()
                break


@in_rounds
async def failing(stage, both, after):
    """One source fails while the other waits for ever; or both fail at one moment."""
    sources = [
        Source(stage, "a", [1, after], values=["a1"], fails=True),
        Source(stage, "b", [1 + after] if both else [1000], values=[], fails=both),
    ]
    try:
        async with stage.submission.merge(*sources) as items:
            await read(stage, items)
    finally:
        stage.mark("left")


async def failing_in_the_block(stage):
    sources = [Source(stage, "a", [1, 1, 1]), generator(stage, "b", [1000])]
    try:
        async with stage.submission.merge(*sources) as items:
            async for _ in items:
                await anyio.sleep(5)
                raise stage.token("boom", ValueError("the consumer's own"))
    finally:
        stage.mark("left")


async def cancelled(stage):
    """The caller is cancelled while it reads; what is not closed behind it stays open."""
    sources = [Source(stage, "a", [1]), generator(stage, "b", [1.5, 1.75])]
    with stage.caller():
        async with stage.submission.merge(*sources) as items:
            stage.mark("entered")
            await read(stage, items)
        stage.mark("left")
        # A cancellation that came while the block was being left is noticed at the next wait.
        await checkpoint()
    await anyio.sleep(100)


# ---- throttle --------------------------------------------------------------------------------------------------------


async def throttling(stage, period, gaps, busy=()):
    """After its n-th item the consumer is busy for `busy[n]` seconds."""
    came = []
    pauses = iter(busy)
    async for item in stage.submission.throttle(Source(stage, "a", gaps), period):
        came.append(item)
        if pause := next(pauses, 0):
            async with stage.span("consumer"):
                await anyio.sleep(pause)
    return came


throttlings = in_rounds(throttling)


async def throttling_two(stage, period):
    """Two streams, read one after the other, item by item."""
    streams = [stage.submission.throttle(Source(stage, name, [0] * 3), period) for name in ("a", "b")]
    for _ in range(3):
        for stream in streams:
            await stream.__anext__()
            await anyio.sleep(1)


async def throttling_values(stage):
    values = [None, 0, "", "last"]
    source = Source(stage, "a", [0, 1, 0, 1, 0], values=values, fails=True)
    came = []
    try:
        async for item in stage.submission.throttle(source, 0.5):
            came.append(item)
    finally:
        stage.mark("came", came)


async def asking_a_throttle(stage):
    """The consumer waits before its first request, and between the others."""
    stream = stage.submission.throttle(Source(stage, "a", [1] * 9), 2)
    await anyio.sleep(10)
    for _ in range(3):
        stage.mark("request")
        await stream.__anext__()
        stage.mark("got")
        await anyio.sleep(10)


@in_rounds
async def closing_a_throttle(stage, items, can_be_closed):
    source = Source(stage, "a", [0] * 9)
    stream = stage.submission.throttle(source if can_be_closed else Plain(source), 1)
    for _ in range(items):
        await stream.__anext__()
    await stream.aclose()
    stage.mark("closed")


# ---- timeout_each ----------------------------------------------------------------------------------------------------


class Timetable:
    """Gives its items at fixed moments, also if a request for one has been cancelled."""

    def __init__(self, stage, name, due, *, values=None, fails=False):
        self.stage, self.name, self.fails = stage, name, fails
        self.due = list(due)
        self.values = [f"{name}{number}" for number in range(1, len(self.due) + 1)] if values is None else list(values)
        self.given = 0

    def __aiter__(self):
        return self

    async def __anext__(self):
        self.stage.mark(f"ask {self.name}")
        if self.given < len(self.due):
            async with self.stage.span(self.name):
                await anyio.sleep(max(0, self.due[self.given] - self.stage.now))
        else:
            await checkpoint()
        if self.given < len(self.values):
            self.given += 1
            return self.values[self.given - 1]
        if self.fails:
            raise self.stage.token(f"error of {self.name}", OSError(f"{self.name} is broken"))
        raise StopAsyncIteration

    async def aclose(self):
        self.stage.mark(f"close {self.name}")


async def timing(stage, due, limit, busy=0, values=None, kind="timetable"):
    """Items of a timetable; with fewer values than moments, its end is the last of these.

    Where `kind` is "source", each item is there so many seconds after it was asked for.
    """
    limit = math.inf if limit is None else limit
    source = {"timetable": Timetable, "source": Source}[kind](stage, "m", due, values=values)
    async with stage.submission.timeout_each(source, limit) as timed:
        return await read(stage, timed, busy)


timings = in_rounds(timing)


async def timing_a_generator(stage, gaps, limit):
    """An async generator that is cancelled while it waits is at its end."""
    source = generator(stage, "m", gaps)
    async with aclosing(source), stage.submission.timeout_each(source, limit) as items:
        return await read(stage, items)


async def failing_late(stage, limit):
    """The source fails after 5 s."""
    source = Timetable(stage, "m", [1, 5], values=["m1"], fails=True)
    try:
        async with stage.submission.timeout_each(source, limit) as items:
            await read(stage, items)
    finally:
        stage.mark("left")


async def leaving_a_timed_stream(stage):
    """The consumer leaves when the first item is late."""
    async with stage.span("block"), stage.submission.timeout_each(generator(stage, "m", [1, 1000]), 2) as items:
        async for item in items:
            if spoken(stage, item) == ["late", 2]:
                break
    stage.mark("left")


async def ending_timed_streams(stage, limit):
    """One fails and, in a second round, one is left."""
    await stage.attempt("failing", failing_late, Round(stage, "failing"), limit)
    await stage.attempt("leaving", leaving_a_timed_stream, Round(stage, "leaving"))


async def composing(stage, count):
    """Messages that may be late beside a counter, as in the chapter on streams of the Rust book."""
    module = stage.submission

    due = [0.1, 0.4, 0.5, 0.8, 0.9, 1.2, 1.3, 1.6, 1.7, 2.0]
    messages = Timetable(stage, "message", due, values="abcdefghij")

    async def intervals():
        number = 0
        while True:
            await anyio.sleep(0.001)
            number += 1
            yield number

    came = []
    async with (
        module.timeout_each(messages, 0.2) as timed,
        module.merge(timed, module.throttle(intervals(), 0.13)) as both,
    ):
        async for item in both:
            came.append(spoken(stage, item))
            if len(came) == count:
                break
    return came


async def nesting(stage):
    """Each kind of stream in each other one; the consumer leaves before the end."""
    module = stage.submission
    a, b = Source(stage, "a", [1] * 9), Source(stage, "b", [1.4] * 9)
    came = []
    async with (
        module.merge(a) as one,
        module.timeout_each(module.throttle(b, 0.1), 30) as two,
        module.merge(one, module.throttle(two, 0.1)) as both,
        module.timeout_each(module.throttle(both, 0.05), 30) as items,
    ):
        async for item in items:
            came.append(spoken(stage, item))
            if len(came) == 9:
                break
    return came
