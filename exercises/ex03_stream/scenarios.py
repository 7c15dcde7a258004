"""Scenarios of ex03: scripted sources note every pull and every close, and a reader asks for items."""

import anyio
from anyio.lowlevel import checkpoint

TOO_MANY = 1000
"""An endless source gives up after so many items: nobody here needs more than a few hundred."""

ERRORS = (
    ValueError,
    OSError,
    TimeoutError,
    RuntimeError,
    IndexError,
    KeyError,
    AttributeError,
    TypeError,
    EOFError,
    NotImplementedError,
)


# ---- sources ---------------------------------------------------------------------------------------------------------


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
    """A source that notes what is asked of it, takes its time, and can fail or end at its n-th pull, and go on then."""

    def __init__(self, stage, items, *, seconds=0, at=None, error=None):
        super().__init__(items)
        self.stage = stage
        self.seconds = seconds
        self.at = at
        self.error = error
        self.pulls = 0

    async def __anext__(self):
        self.pulls += 1
        self.stage.mark("pull")
        await self.work()
        if self.pulls == self.at:
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


class SlowToClose(Source):
    async def aclose(self):
        await anyio.sleep(1)
        self.stage.mark("close")


class FailsToClose(Source):
    async def aclose(self):
        raise self.error


class Items:
    """An iterator that notes what is asked of it, and can fail or end at its n-th item, and go on then."""

    def __init__(self, stage, items, *, at=None, error=None):
        self.stage = stage
        self.items = iter(items)
        self.at = at
        self.error = error
        self.pulls = 0

    def __iter__(self):
        return self

    def __next__(self):
        self.pulls += 1
        self.stage.mark("pull")
        if self.pulls == self.at:
            raise self.error
        return next(self.items)


def endless(stage):
    yield from range(TOO_MANY)
    raise stage.token("ran away", RuntimeError("a thousand items, and still not enough"))


def opened(stage, kind, items, *, at=None, error=None):
    """A stream over an async source, or over an iterable; both note every pull."""
    if kind == "source":
        return stage.submission.Stream(Source(stage, items, at=at, error=error))
    return stage.submission.Stream.from_iter(Items(stage, items, at=at, error=error))


def ending(stage, kind):
    """A stream of 0 and 1, over something that would go on with 2 behind its end."""
    return opened(stage, kind, range(9), at=3, error=StopAsyncIteration() if kind == "source" else StopIteration())


def layered(stream, layers=1):
    for _ in range(layers):
        stream = stream.map(lambda n: n).filter(lambda n: True)
    return stream.take(5)


class ByPosition:
    """What Python has always let a `for` loop read: an object that has positions, and no `__iter__`."""

    def __getitem__(self, position):
        return "ab"[position]


def iterable(kind):
    return {
        "list": [3, 1, 2],
        "empty": [],
        "generator": (n for n in (3, 1, 2)),
        "text": "ab",
        "dict": {"b": 1, "a": 2},
        "range": range(300),
        "by position": ByPosition(),
        "alike": [1, 1, True, 1],
    }[kind]


# ---- reading ---------------------------------------------------------------------------------------------------------


async def each(stage, inputs, function):
    """Call the function with each input in turn, and note what comes of it under the input's name."""
    for name in inputs:
        stage.mark("begin", name)
        await stage.attempt(name, function, name)


async def read(stage, kinds):
    async def items_of(kind):
        return [item async for item in stage.submission.Stream.from_iter(iterable(kind))]

    await each(stage, kinds, items_of)


async def compose(stage):
    odd = stage.submission.Stream.from_iter(endless(stage)).filter(lambda n: n % 2)
    return list(await odd.map(lambda n: n * n).take(3).collect())


async def odd_items(stage, kind):
    items = [0, None, "", False, (), stage.token("an error", ValueError()), stage.token("an end", StopAsyncIteration())]
    items += [stage.token("dots", ...), "last"]
    stream = opened(stage, kind, items).map(lambda item: item).filter(lambda item: True).take(len(items))
    return [item async for item in stream]


async def building(stage, kinds):
    streams = []  # a stream that is dropped may close its source meanwhile
    for kind in kinds:
        stage.mark("begin", kind)
        stream = opened(stage, kind, range(10)).map(lambda n: n + 1).filter(lambda n: n % 2).take(3)
        streams.append(stream)
        await stage.settle()
        stage.mark("the first request")
        await stream.__anext__()


async def one_by_one(stage):
    """Three requests to map(), over a source and over an iterable, and to filter(), which drops every second item."""
    for name in ("source", "iterable", "filter"):
        stage.mark("begin", name)
        stream = opened(stage, "iterable" if name == "iterable" else "source", range(10))
        stream = stream.filter(lambda n: n % 2) if name == "filter" else stream.map(lambda n: n + 1)
        for _ in range(3):
            stage.mark("got", await stream.__anext__())
            await stage.settle()


async def at_the_moment(stage, seconds):
    stream = layered(stage.submission.Stream(Source(stage, range(2), seconds=seconds)))
    async for item in stream:
        stage.mark("got", item)


async def ready_items(stage):
    async for item in layered(stage.submission.Stream.from_iter(range(3))):
        stage.mark("got", item)


async def beside_an_operator(stage, kinds, operators):
    """Ask a stream, the one that an operator has made of it, and the first one again."""

    async def requests(kind, operator):
        stream = opened(stage, kind, range(10))
        match operator:
            case "map":
                asked = [stream, stream.map(lambda n: n + 100), stream]
            case "filter":
                stream.filter(lambda n: n < 1 or n > 4)
                asked = [stream] * 6
            case "take":
                asked = [stream, stream.take(2), stream]
        return [await one.__anext__() for one in asked]

    for kind in kinds:
        for operator in operators:
            await stage.attempt(f"{operator}() of the {kind}", requests, kind, operator)


async def side_by_side(stage):
    """Two streams over one list, read by two tasks, and a third one when they are over."""
    found = {}
    items = [1, 2, 3, 4, 5]

    async def reader(factor):
        stream = stage.submission.Stream.from_iter(items).map(lambda n: n * factor)
        found[factor] = [item async for item in stream.filter(lambda n: n != 2 * factor).take(3)]

    async with anyio.create_task_group() as group:
        group.start_soon(reader, 10)
        group.start_soon(reader, 1)
    await reader(100)
    return [found[factor] for factor in (1, 10, 100)]


# ---- operators -------------------------------------------------------------------------------------------------------


async def mapping(stage, kinds):
    async def items_and_calls(kind):
        calls = []

        def fn(item):
            calls.append(item)
            return ["", 0, "two", False][item]

        items = [item async for item in opened(stage, kind, range(4)).map(fn)]
        return items, calls

    await each(stage, kinds, items_and_calls)
    return [item async for item in stage.submission.Stream.from_iter([1, 2]).map(str)]


async def filtering(stage, kinds):
    async def items_and_calls(kind):
        calls = []

        def keep(item):
            calls.append(item)
            return [True, 0, "yes", "", [0], None, 1.5, []][item]

        items = [item async for item in opened(stage, kind, range(8)).filter(keep)]
        return items, calls

    await each(stage, kinds, items_and_calls)


async def drought(stage):
    return [item async for item in stage.submission.Stream(Plain(range(5001))).filter(lambda n: n == 5000)]


async def taking(stage, n, available):
    """Read a slow source through take(n) until the end, and ask once more."""
    stream = stage.submission.Stream(Source(stage, range(available), seconds=1)).take(n)
    async with stage.span("reader"):
        items = [item async for item in stream]
        await stage.attempt("after the end", stream.__anext__)
    return items


async def taking_more_and_less(stage, available):
    """take() of so many items, one after the other."""
    for n, there in available.items():
        stage.mark("begin", n)
        await stage.attempt(f"take({n})", taking, stage, int(n), there)


async def taking_many(stage, n):
    return [item async for item in stage.submission.Stream(Plain(range(2 * n))).take(n)]


async def taking_twice(stage, limits):
    for first, second in limits:
        stream = stage.submission.Stream(Source(stage, range(10)))
        await stream.__anext__()
        stage.mark("items", [item async for item in stream.take(first).take(second)])


async def taking_a_negative_number(stage, numbers):
    for n in numbers:
        stage.attempt_sync(f"take({n})", stage.submission.Stream(Source(stage, range(3))).take, n)


async def satisfied(stage, n, ways):
    """Read a stream that take() ends, in several ways."""
    streams = []  # as in ``building``
    for how in ways:
        stage.mark("begin", how)
        stream = stage.submission.Stream(Source(stage, range(10))).map(lambda n: n).take(n)
        if how == "map":
            stream = stream.map(lambda n: n).filter(lambda n: n > 5)
        streams.append(stream)
        if how == "collect":
            await stream.collect()
        else:
            async for _ in stream:
                pass
        await stage.settle()
        stage.mark("the end")


# ---- checkpoints and cancellation ------------------------------------------------------------------------------------


async def taking_turns(stage):
    """Another task counts its turns while fifty items that are ready are read, and then dropped by filter()."""
    reading = True

    async def ticker():
        while reading:
            stage.mark("tick")
            await checkpoint()

    streams = {
        "read": stage.submission.Stream.from_iter(range(50)),
        "dropped": stage.submission.Stream.from_iter(range(50)).filter(lambda n: False),
    }
    async with anyio.create_task_group() as group:
        group.start_soon(ticker)
        for name, stream in streams.items():
            stage.mark("begin", name)
            async for _ in stream:
                pass
        reading = False


async def requests_in_a_cancelled_scope(stage, requests):
    for items, after in requests:
        stream = stage.submission.Stream.from_iter(range(items))
        for _ in range(after):
            await stream.__anext__()
        with anyio.CancelScope() as scope:
            scope.cancel()
            async with stage.span(f"{items} items, request {after + 1}"):
                await stage.attempt("request", stream.__anext__)


def waiting_for_items(stage):
    source = Source(stage, range(2), seconds=10)
    return stage.submission.Stream(source).map(lambda n: n).filter(lambda n: True).take(9)


async def cancelled_from_outside(stage):
    with stage.caller():
        async for item in waiting_for_items(stage):
            stage.mark("got", item)
        stage.mark("the end")


async def collecting_until_cancelled(stage, seconds):
    with anyio.move_on_after(seconds):
        async with stage.span("collect"):
            await waiting_for_items(stage).collect()


# ---- the end, and errors ---------------------------------------------------------------------------------------------


def about_to_end(stage, kind):
    """A stream that gives 0 and 1, and then ends."""
    match kind:
        case "take":
            return stage.submission.Stream(Source(stage, range(5))).take(2)
        case "list":
            return stage.submission.Stream.from_iter([0, 1])
        case "map":
            return ending(stage, "source").map(lambda n: n)
        case "filter":
            return ending(stage, "iterable").filter(lambda n: True)
        case _:
            return ending(stage, kind)


async def asking_on(stage, kinds):
    """Two items, the end, and three more requests."""
    for kind in kinds:
        stage.mark("begin", kind)
        stream = about_to_end(stage, kind)
        for number in range(1, 7):
            await stage.attempt(f"{kind}, request {number}", stream.__anext__)


async def collecting_after_the_end(stage, kinds):
    async def collected_twice(kind):
        stream = about_to_end(stage, kind)
        async for _ in stream:
            pass
        stage.mark("the end")
        return [list(await stream.collect()), list(await stream.collect())]

    await each(stage, kinds, collected_twice)


def failing(stage, place, error):
    """A stream that gives 0 and 1 and then fails; what it reads from would go on."""

    def function(item):
        if item == 2:
            raise error
        return item

    match place:
        case "source" | "iterable":
            return opened(stage, place, range(9), at=3, error=error)
        case "below":
            return layered(opened(stage, "source", range(9), at=3, error=error))
        case "map":
            return opened(stage, "source", range(9)).map(function)
        case "filter":
            return opened(stage, "iterable", range(9)).filter(lambda item: function(item) is item)


async def errors_of_all_kinds(stage, places):
    """Each kind of error at the third request to a stream of its own."""
    errors = [kind("cannot do that") for kind in ERRORS]
    errors.append(ExceptionGroup("the source's own", [ValueError("cannot do that")]))
    for place in places:
        for number, error in enumerate(errors):
            stream = failing(stage, place, stage.token(f"error {number}", error))
            for _ in range(2):
                await stream.__anext__()
            try:
                outcome = await stream.__anext__()
            except StopAsyncIteration:
                outcome = "the end"
            except Exception as raised:
                outcome = raised
            stage.mark(place, outcome)


async def asking_after_an_error(stage, places):
    for place in places:
        stage.mark("begin", place)
        stream = failing(stage, place, stage.token("boom", ValueError("cannot do that")))
        for number in range(1, 6):
            await stage.attempt(f"{place}, request {number}", stream.__anext__)


# ---- closing ---------------------------------------------------------------------------------------------------------


async def closing(stage, after):
    """Close pipelines of two items after so many requests and through so many layers, each twice."""
    streams = []  # as in ``building``
    for requests, layers in after:
        stage.mark("begin", (requests, layers))
        stream = layered(stage.submission.Stream(Source(stage, range(2))), layers)
        streams.append(stream)
        for _ in range(requests):
            await stage.attempt("request", stream.__anext__)
        await stream.aclose()
        stage.mark("closed")
        await stage.attempt(f"again after {requests}, {layers}", stream.aclose)


async def closing_takes_time(stage):
    stream = layered(stage.submission.Stream(SlowToClose(stage, range(9))))
    await stream.__anext__()
    await stream.aclose()
    stage.mark("closed")


async def closing_what_cannot_be_closed(stage):
    stream = stage.submission.Stream(Plain(range(3))).map(lambda n: n)
    await stream.__anext__()
    await stage.attempt("aclose", stream.aclose)


async def closing_what_fails_to_close(stage):
    error = stage.token("boom", OSError("cannot be closed"))
    for requests in (0, 1):
        stream = layered(stage.submission.Stream(FailsToClose(stage, range(9), error=error)))
        for _ in range(requests):
            await stream.__anext__()
        await stage.attempt(f"aclose after {requests}", stream.aclose)


async def asking_closed_streams(stage, kind, after):
    """Ask streams that were closed after so many requests, through so many layers."""
    for requests, layers in after:
        stage.mark("begin", (requests, layers))
        stream = stage.submission.Stream(Plain(range(9))) if kind == "plain" else opened(stage, kind, range(9))
        if layers:
            stream = layered(stream, layers)
        for _ in range(requests):
            await stream.__anext__()
        await stream.aclose()
        stage.mark("closed")
        for number in (1, 2):
            await stage.attempt(f"request {number} after {requests}, {layers}", stream.__anext__)
        stage.mark("collected", list(await stream.collect()))


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
    return frames is stream


async def failing_in_the_block(stage):
    stream = stage.submission.Stream(Source(stage, range(9))).map(lambda n: n)
    try:
        async with stream:
            await stream.__anext__()
            raise stage.token("boom", ValueError("in the block"))
    finally:
        stage.mark("left")


async def cancelled_in_the_block(stage):
    stream = stage.submission.Stream(Source(stage, range(9))).map(lambda n: n)
    with anyio.move_on_after(1.5):
        try:
            async with stream, stage.span("block"):
                await stream.__anext__()
                await anyio.sleep(100)
            stage.mark("went on")
        finally:
            stage.mark("left")


async def collecting(stage, kinds, reads):
    async def the_rest(kind, read):
        stream = opened(stage, kind, range(5))
        for _ in range(read):
            await stream.__anext__()
        return await stream.collect()

    for kind in kinds:
        for read in reads:
            await stage.attempt(f"{kind} after {read}", the_rest, kind, read)


async def collecting_many(stage):
    return len(await stage.submission.Stream(Plain(range(1500))).collect())


async def collecting_with_an_error(stage, places):
    for place in places:
        stream = failing(stage, place, stage.token("boom", ValueError("cannot do that")))
        await stage.attempt(place, stream.collect)
