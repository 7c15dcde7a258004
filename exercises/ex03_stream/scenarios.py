"""Scenarios of ex03: scripted sources note every pull and every close, and a reader asks for items."""

import anyio
from anyio.lowlevel import checkpoint

TOO_MANY = 1000
"""An endless source gives up after so many items: nobody here needs more than a few."""


class Plain:
    """A source that is ready at once and cannot be closed."""

    def __init__(self, items):
        self.items = iter(items)

    def __aiter__(self):
        return self

    async def __anext__(self):
        try:
            return next(self.items)
        except StopIteration:
            raise StopAsyncIteration from None


class Source(Plain):
    """A source that notes what is asked of it, takes its time, and can fail once, at its n-th item."""

    def __init__(self, stage, items, *, seconds=0, failing_at=None, error=None):
        super().__init__(items)
        self.stage = stage
        self.seconds = seconds
        self.failing_at = failing_at
        self.error = error
        self.pulls = 0

    async def __anext__(self):
        self.pulls += 1
        self.stage.mark("pull")
        await self.work()
        if self.pulls == self.failing_at:
            raise self.error
        return await super().__anext__()

    async def work(self):
        if not self.seconds:
            await checkpoint()
            return
        async with self.stage.span(f"pull {self.pulls}"):
            await anyio.sleep(self.seconds)

    async def aclose(self):
        self.stage.mark("close")


def noted(stage, items):
    """A plain iterator that notes every pull."""
    for item in items:
        stage.mark("pull")
        yield item


def endless(stage):
    yield from range(TOO_MANY)
    raise stage.token("ran away", RuntimeError("a thousand items, and still not enough"))


def opened(stage, kind, items):
    """A stream over an async source, or over an iterable; both note every pull."""
    if kind == "source":
        return stage.submission.Stream(Source(stage, items))
    return stage.submission.Stream.from_iter(noted(stage, items))


async def read(stage, items):
    async with stage.span("reader"):
        return [item async for item in stage.submission.Stream.from_iter(item for item in items)]


async def collect(stage, items):
    return list(await stage.submission.Stream.from_iter(items).collect())


async def compose(stage):
    odd = stage.submission.Stream.from_iter(endless(stage)).filter(lambda n: n % 2)
    return list(await odd.map(lambda n: n * n).take(3).collect())


async def through_every_operator(stage, items):
    stream = stage.submission.Stream.from_iter(items).map(lambda item: item).filter(lambda item: True)
    return list(await stream.take(len(items)).collect())


async def building(stage, kind):
    stream = opened(stage, kind, range(10)).map(lambda n: n + 1).filter(lambda n: n % 2).take(3)
    await stage.settle()
    stage.mark("the first request")
    await stream.__anext__()


async def one_by_one(stage, kind):
    stream = opened(stage, kind, range(10)).map(lambda n: n + 1)
    for _ in range(3):
        stage.mark("got", await stream.__anext__())
        await stage.settle()


async def every_second(stage):
    stream = opened(stage, "source", range(10)).filter(lambda n: n % 2)
    for _ in range(3):
        stage.mark("got", await stream.__anext__())
        await stage.settle()


async def taking(stage, n, available):
    """Read a slow source through take(n) until the end, and ask once more."""
    stream = stage.submission.Stream(Source(stage, range(available), seconds=1)).take(n)
    async with stage.span("reader"):
        items = [item async for item in stream]
        await stage.attempt("after the end", stream.__anext__)
    return items


async def taking_a_negative_number(stage):
    stage.attempt_sync("take(-1)", stage.submission.Stream(Source(stage, range(3))).take, -1)


async def satisfied(stage):
    stream = stage.submission.Stream(Source(stage, range(10))).map(lambda n: n).take(2)
    async for _ in stream:
        pass
    await stage.settle()
    stage.mark("the end")


async def taking_turns(stage):
    reading = True

    async def ticker():
        while reading:
            stage.mark("tick")
            await checkpoint()

    async with anyio.create_task_group() as group:
        group.start_soon(ticker)
        items = [item async for item in stage.submission.Stream.from_iter(range(100))]
        reading = False
    return len(items)


async def request_in_a_cancelled_scope(stage, items):
    stream = stage.submission.Stream.from_iter(items)
    with anyio.CancelScope() as scope:
        scope.cancel()
        async with stage.span("request"):
            await stage.attempt("request", stream.__anext__)


async def asking_on(stage, kind):
    """Two items, the end, and three more requests."""
    if kind == "take":
        stream = stage.submission.Stream(Source(stage, range(5))).take(2)
    elif kind == "list":
        stream = stage.submission.Stream.from_iter([0, 1])
    else:
        stream = opened(stage, kind, range(2))
    for number in range(1, 7):
        await stage.attempt(f"request {number}", stream.__anext__)


async def failing_source(stage):
    boom = stage.token("boom", ValueError("a bad frame"))
    stream = stage.submission.Stream(Source(stage, range(10), failing_at=3, error=boom)).map(lambda n: n)
    for number in range(1, 6):
        await stage.attempt(f"request {number}", stream.__anext__)


async def failing_function(stage, operator):
    boom = stage.token("boom", ValueError("cannot do that"))

    def fail(item):
        if item == 2:
            raise boom
        return item + 1

    stream = getattr(stage.submission.Stream.from_iter(range(10)), operator)(fail)
    for number in range(1, 6):
        await stage.attempt(f"request {number}", stream.__anext__)


async def failing_in_the_block(stage):
    async with stage.submission.Stream.from_iter([1, 2, 3]) as stream:
        await stream.__anext__()
        raise stage.token("boom", ValueError("in the block"))


async def closing(stage):
    pipeline = stage.submission.Stream(Source(stage, range(10))).map(lambda n: n).filter(lambda n: True).take(5)
    await pipeline.__anext__()
    await pipeline.aclose()
    await pipeline.aclose()
    stage.mark("closed")
    await stage.attempt("request", pipeline.__anext__)


async def closing_before_the_first_request(stage):
    pipeline = stage.submission.Stream(Source(stage, range(10))).map(lambda n: n).filter(lambda n: True).take(5)
    await pipeline.aclose()
    stage.mark("closed")
    await stage.attempt("request", pipeline.__anext__)


async def closing_what_cannot_be_closed(stage):
    stream = stage.submission.Stream(Plain(range(3))).map(lambda n: n)
    await stream.__anext__()
    await stream.aclose()
    await stage.attempt("request", stream.__anext__)


async def leaving_the_block(stage):
    async def camera():
        stage.mark("camera on")
        try:
            for _ in range(TOO_MANY):
                await checkpoint()
                yield "frame"
        finally:
            stage.mark("camera off")

    # The name keeps the stream alive: nothing may depend on when it is collected as garbage.
    stream = stage.submission.Stream(camera()).map(lambda frame: frame)
    async with stream as frames:
        async for frame in frames:
            stage.mark(frame)
            break
    stage.mark("left")
    await stage.attempt("request", stream.__anext__)


async def drought(stage):
    return list(await stage.submission.Stream(Plain(range(5001))).filter(lambda n: n == 5000).collect())


async def cancelled_from_outside(stage):
    source = Source(stage, range(3), seconds=10)
    stream = stage.submission.Stream(source).map(lambda n: n).filter(lambda n: True).take(9)
    with stage.caller():
        async for item in stream:
            stage.mark("got", item)
        stage.mark("the end")
