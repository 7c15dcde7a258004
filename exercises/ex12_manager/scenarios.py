"""Scenarios of ex12: a made-up network notes every fetch and every close, and a manager downloads from it.

A file is a list: a number is a pause in seconds, a text is a chunk, and a text that begins with ``!`` is an error of
that class. A file that is such a text alone fails at once, when it is fetched.
"""

from contextlib import asynccontextmanager

import anyio
from anyio.lowlevel import checkpoint

ERRORS = {"OSError": OSError, "ValueError": ValueError, "TimeoutError": TimeoutError, "KeyError": KeyError}


class Network:
    """All files by their URLs. ``closing`` names those whose aclose() takes so many seconds, or fails."""

    def __init__(self, stage, files, closing=None):
        self.stage = stage
        self.files = files
        self.closing = closing or {}
        self.doors = {}
        self.stubborn = False
        """Whether its iterators finish what they do, even if they are cancelled."""

    def fetch(self, url):
        self.stage.mark("fetch", url)
        file = self.files[url]
        if isinstance(file, str):
            raise self.error(url, file)
        return Chunks(self, url, file)

    def error(self, url, text):
        """The error of this file, which a hidden test knows by the name of the URL."""
        kind = text.removeprefix("!")
        if kind == "ExceptionGroup":
            error = ExceptionGroup("of the server", [ValueError("one"), OSError("two")])
        else:
            error = ERRORS[kind](f"{url} is broken")
        return self.stage.token(url, error)

    def door(self, url):
        """What a file with ``@`` waits for."""
        return self.doors.setdefault(url, anyio.Event())


class Chunks:
    """What fetch() returns. It is a lane of the timeline from its first request to its end."""

    def __init__(self, network, url, file):
        self.network = network
        self.stage = network.stage
        self.url = url
        self.steps = iter(file)
        self.lane = None
        self.closed = False
        self.stage.mark("open", url)

    def __aiter__(self):
        return self

    async def __anext__(self):
        if self.lane is None and not self.closed:
            self.lane = self.stage.span(self.url)
            await self.lane.__aenter__()
        try:
            with anyio.CancelScope(shield=self.network.stubborn):
                return await self.next_chunk()
        except StopAsyncIteration:
            await self.leave_lane(None)
            raise
        except BaseException as error:
            await self.leave_lane(error)
            raise

    async def next_chunk(self):
        await checkpoint()
        if self.closed:
            raise StopAsyncIteration
        for step in self.steps:
            if step == "@":
                await self.network.door(self.url).wait()
            elif not isinstance(step, str):
                await anyio.sleep(step)
            elif step.startswith("!"):
                raise self.network.error(self.url, step)
            else:
                return step.encode()
        raise StopAsyncIteration

    async def leave_lane(self, error):
        if self.lane is not None:
            lane, self.lane = self.lane, None
            await lane.__aexit__(type(error) if error else None, error, None)
        self.steps = iter(())

    async def aclose(self):
        if self.closed:
            return
        # All that matters happens before the first wait: it is closed even if aclose() is cancelled.
        self.closed = True
        self.stage.mark("close", self.url)
        await self.leave_lane(None)
        how = self.network.closing.get(self.url, 0)
        if isinstance(how, str):
            raise self.network.error(self.url, how)
        if how:
            with anyio.CancelScope(shield=True):
                async with self.stage.span(f"close {self.url}"):
                    await anyio.sleep(how)
        self.stage.mark("closed", self.url)
        if not self.network.stubborn:
            await checkpoint()


def manager_of(stage, files, limit, closing=None):
    """A network with these files, and a manager that downloads from it."""
    network = Network(stage, files, closing)
    return stage.submission.DownloadManager(network.fetch, max_concurrent=limit)


def note(stage, downloads, name="states"):
    """Note the states of these downloads as they are now."""
    stage.mark(name, [[download.url, download.status, download.received] for download in downloads])


@asynccontextmanager
async def block_of(stage, manager):
    """The block of a manager. What it does with the errors of downloads is asked in one scenario, and dropped here."""
    try:
        async with manager:
            yield manager
            stage.mark("body is over")
    except* (OSError, ValueError, KeyError):
        pass


async def wait_for(stage, downloads):
    """Wait for each in a task of its own; what comes of it is an attempt that is named like the URL."""
    async with anyio.create_task_group() as group:
        for download in downloads:
            group.start_soon(stage.attempt, download.url, download.wait)


async def ticking(stage):
    """The user interface: it goes on every second."""
    while True:
        stage.mark("tick")
        await anyio.sleep(1)


async def acts(stage, scenes):
    """Some scenarios one after the other, each with its inputs; the mark ``act`` says when one begins."""
    for scenario, inputs in scenes:
        stage.mark("act")
        await globals()[scenario](stage, **inputs)
        # So that no act begins at the moment when the one before it ends.
        await anyio.sleep(1)


# ---- part 1: start and wait ------------------------------------------------------------------------------------------


async def starting(stage, files):
    """Some downloads are started, and a user interface ticks meanwhile."""
    async with anyio.create_task_group() as group:
        async with manager_of(stage, files, len(files)) as manager:
            downloads = [manager.start(url) for url in files]
            stage.mark("started")
            group.start_soon(ticking, stage)
            await wait_for(stage, downloads)
        group.cancel_scope.cancel()


async def starting_many(stage, count):
    """So many downloads of a second each."""
    async with manager_of(stage, {"file": [1, "data"]}, count) as manager:
        downloads = [manager.start("file") for _ in range(count)]
        for download in downloads:
            await download.wait()
        stage.mark("over")


async def starting_elsewhere(stage):
    """A task that has nothing to do with the block starts a download, and the block goes on."""
    async with anyio.create_task_group() as group, manager_of(stage, {"file": [2, "data"]}, 5) as manager:

        async def press_the_button():
            download = manager.start("file")
            stage.mark("started")
            await stage.attempt("file", download.wait)

        await anyio.sleep(1)
        group.start_soon(press_the_button)
        await anyio.sleep(5)


async def waiting(stage, file):
    """Two wait from the beginning, one comes later, one waits twice, and one asks after the block."""
    async with manager_of(stage, {"file": file}, 5) as manager:
        download = manager.start("file")

        async def wait(name, after=0):
            await anyio.sleep(after)
            await stage.attempt(name, download.wait)

        async with anyio.create_task_group() as group:
            group.start_soon(wait, "first")
            group.start_soon(wait, "second")
            group.start_soon(wait, "later", 1.5)
        await wait("again")
        await wait("and again")
    await wait("after the block")


async def looking(stage, files):
    """What the handles say at half of each second, when all tasks wait, and to those who have waited."""
    async with block_of(stage, manager_of(stage, files, len(files))) as manager:
        downloads = [manager.start(url) for url in files]

        async def wait_and_look(download):
            await stage.attempt(download.url, download.wait)
            stage.mark(f"end of {download.url}", [download.status, download.received])

        async with anyio.create_task_group() as group:
            for download in downloads:
                group.start_soon(wait_and_look, download)
            await stage.settle()
            note(stage, downloads)
            for seconds in (0.5, 1, 1, 1):
                await anyio.sleep(seconds)
                note(stage, downloads)


async def failing(stage, files, closing):
    """Each file fails in its own way; two wait for each, and ask again later."""

    async def use(manager):
        async with manager:
            downloads = [manager.start(url) for url in files]
            async with anyio.create_task_group() as group:
                for download in downloads:
                    group.start_soon(stage.attempt, f"{download.url} first", wait_as_is, stage, download)
                    group.start_soon(stage.attempt, f"{download.url} second", wait_as_is, stage, download)
            for download in downloads:
                await stage.attempt(f"{download.url} again", wait_as_is, stage, download)
            note(stage, downloads)

    # Whether the block raises is asked elsewhere.
    await stage.attempt("block", use, manager_of(stage, files, len(files), closing))


async def wait_as_is(stage, download):
    """Wait, and note the very object that comes out: a group of the server's own is no group of the manager's."""
    try:
        return await download.wait()
    except Exception as error:
        stage.mark(f"error of {download.url}", error)
        raise


async def failing_beside(stage, files, closing):
    """Some fail while others go on; later another one is started."""

    async def use(manager):
        async with manager:
            downloads = [manager.start(url) for url in files]
            await anyio.sleep(5)
            stage.mark("goes on")
            late = manager.start("late")
            await stage.attempt("late", late.wait)
            for download in downloads:
                if download.url.startswith("good"):
                    await stage.attempt(download.url, download.wait)

    everything = {**files, "late": [1, "late"]}
    await stage.attempt("block", use, manager_of(stage, everything, len(everything), closing))


async def closing_behind(stage, file, seconds, limit):
    """aclose() takes its time; a look at the states in the middle of it."""
    files = {"file": file}
    async with block_of(stage, manager_of(stage, files, limit, {"file": seconds})) as manager:
        download = manager.start("file")
        async with anyio.create_task_group() as group:
            group.start_soon(stage.attempt, "wait", download.wait)
            await anyio.sleep(2)
            note(stage, [download])


async def leaving(stage, files):
    """The block is left at once."""
    async with stage.span("block"), manager_of(stage, files, len(files) + 1) as manager:
        downloads = [manager.start(url) for url in files]
    note(stage, downloads)
    await anyio.sleep(10)


async def outside(stage):
    """start() before the block, after it, and after one that an error has ended."""
    files = {"file": [1, "data"]}
    manager = manager_of(stage, files, 5)
    stage.attempt_sync("before", manager.start, "file")
    async with manager:
        await checkpoint()
    stage.attempt_sync("after", manager.start, "file")

    broken = manager_of(stage, files, 5)

    async def block():
        async with broken:
            raise stage.token("boom", ValueError("boom"))

    await stage.attempt("block", block)
    stage.attempt_sync("after an error in", broken.start, "file")
    await anyio.sleep(5)


async def twice(stage):
    """The same URL twice, at different times; the second time the file is another one."""
    files = {"file": [1, "old", 2, "er"]}
    async with manager_of(stage, files, 5) as manager:
        first = manager.start("file")
        await anyio.sleep(1.5)
        files["file"] = [1, "new"]
        second = manager.start("file")
        stage.mark("two handles", first is not second)
        await stage.attempt("second", second.wait)
        await stage.attempt("first", first.wait)


# ---- part 2: limits --------------------------------------------------------------------------------------------------


async def limited(stage, files, limit, closing=None):
    """More downloads than may run; their states half a second after each second."""
    async with manager_of(stage, files, limit, closing) as manager:
        downloads = [manager.start(url) for url in files]
        async with anyio.create_task_group() as group:
            group.start_soon(wait_for, stage, downloads)
            await stage.settle()
            note(stage, downloads)
            await anyio.sleep(0.5)
            for _ in range(4):
                note(stage, downloads)
                await anyio.sleep(1)


async def two_managers(stage):
    """Two managers at the same time, with a limit of two and two downloads each."""
    files = {f"{side} {number}": [number, side] for side in ("left", "right") for number in (1, 2)}
    async with manager_of(stage, files, 2) as one, manager_of(stage, files, 2) as other:
        downloads = [one.start("left 1"), one.start("left 2"), other.start("right 1"), other.start("right 2")]
        await wait_for(stage, downloads)


async def in_line(stage, count):
    """So many downloads for a single place, of a second each."""
    urls = [f"file {number}" for number in range(count)]
    async with manager_of(stage, {url: [1, "data"] for url in urls}, 1) as manager:
        downloads = [manager.start(url) for url in urls]
        for download in downloads:
            await download.wait()


async def pushing_in(stage):
    """At the very moment when the place becomes free, another download is started."""
    files = {"first": ["@", "data"], "waiting": [1, "data"], "late": [1, "data"]}
    network = Network(stage, files)
    async with stage.submission.DownloadManager(network.fetch, max_concurrent=1) as manager:
        downloads = [manager.start("first"), manager.start("waiting")]
        await anyio.sleep(1)
        network.door("first").set()
        # At some of these turns the first one is over, and the one that waits has not begun.
        for _ in range(6):
            await checkpoint()
            if downloads[0].status == "done":
                break
        downloads.append(manager.start("late"))
        await wait_for(stage, downloads)


async def place_after(stage, files):
    """One place; each file has the next one behind it."""
    async with block_of(stage, manager_of(stage, files, 1)) as manager:
        downloads = [manager.start(url) for url in files]
        async with anyio.create_task_group() as group:
            for download in downloads:
                group.start_soon(stage.attempt, download.url, download.wait)


# ---- part 3: cancelling ----------------------------------------------------------------------------------------------


async def cancelling(stage, closing):
    """A running download is cancelled at 1.5 s, with two others beside it and one in the queue."""
    files = {"cancelled": [1, "a", 100, "b"], "other": [1, "x", 4, "y"], "beside": [6, "w"], "next": [1, "z"]}
    async with manager_of(stage, files, 3, {"cancelled": closing}) as manager:
        downloads = [manager.start(url) for url in files]

        async def look():
            await anyio.sleep(2)
            note(stage, downloads)

        async with anyio.create_task_group() as group:
            group.start_soon(wait_for, stage, downloads)
            group.start_soon(look)
            await anyio.sleep(1.5)
            downloads[0].cancel()
        await stage.attempt("again", downloads[0].wait)
        note(stage, downloads, "in the end")


async def cancelling_the_fresh(stage):
    """A download is cancelled right after it was started, before any task has had a turn."""
    async with manager_of(stage, {"fresh": [100, "a"], "other": [1, "x"]}, 2) as manager:
        downloads = [manager.start("fresh"), manager.start("other")]
        downloads[0].cancel()
        await wait_for(stage, downloads)
        note(stage, downloads)


async def cancelling_the_queued(stage):
    """A queued download is cancelled at 1 s; it would have its turn at 5 s."""
    files = {"first": [5, "a"], "cancelled": [1, "b"], "last": [1, "c"]}
    async with manager_of(stage, files, 1) as manager:
        downloads = [manager.start(url) for url in files]
        async with anyio.create_task_group() as group:
            group.start_soon(wait_for, stage, downloads)
            await anyio.sleep(1)
            downloads[1].cancel()
            await stage.settle()
            note(stage, downloads)
            # Woken by the end of the first, it looks when the next one has begun, or is about to.
            with anyio.move_on_after(8):
                await stage.attempt("first again", downloads[0].wait)
            note(stage, downloads, "at its turn")


async def cancelling_what_is_over(stage):
    """cancel() after each kind of end, and cancel() twice."""
    files = {"done": [1, "data"], "failed": [1, "!ValueError"], "cancelled": [100, "data"], "running": [5, "data"]}
    async with block_of(stage, manager_of(stage, files, len(files))) as manager:
        downloads = [manager.start(url) for url in files]
        await anyio.sleep(2)
        for download in downloads[:3]:
            download.cancel()
        downloads[2].cancel()
        await anyio.sleep(1)
        for download in downloads[:3]:
            download.cancel()
        await wait_for(stage, downloads)
        note(stage, downloads)
    for download in downloads:
        download.cancel()
    note(stage, downloads, "after the block")


async def cancelling_at_the_end(stage, turns):
    """The last chunk arrives, and so many turns later cancel() is called: either end is right, but only one."""
    network = Network(stage, {"file": ["@", "data"]})
    async with stage.submission.DownloadManager(network.fetch, max_concurrent=1) as manager:
        download = manager.start("file")
        async with anyio.create_task_group() as group:
            group.start_soon(stage.attempt, "early", download.wait)
            await anyio.sleep(1)
            network.door("file").set()
            for _ in range(turns):
                await checkpoint()
            download.cancel()
            for _ in range(8):
                stage.mark("status", download.status)
                await checkpoint()
        await stage.attempt("later", download.wait)
        stage.mark("status", download.status)


async def cancelling_in_vain(stage):
    """cancel() reaches an iterator that comes to its end all the same: either end is right, but only one."""
    network = Network(stage, {"file": [2, "data"]})
    network.stubborn = True
    async with stage.submission.DownloadManager(network.fetch, max_concurrent=1) as manager:
        download = manager.start("file")
        async with anyio.create_task_group() as group:
            group.start_soon(stage.attempt, "early", download.wait)
            await anyio.sleep(1)
            download.cancel()
        stage.mark("status", download.status)
        await stage.attempt("later", download.wait)
        stage.mark("status", download.status)


async def impatient(stage):
    """One of two that wait loses patience, and another one comes back later."""
    async with manager_of(stage, {"file": [1, "a", 4, "b"]}, 5) as manager:
        download = manager.start("file")
        async with anyio.create_task_group() as group:
            group.start_soon(stage.attempt, "patient", download.wait)
            with anyio.move_on_after(2):
                await stage.attempt("impatient", download.wait)
            await stage.settle()
            note(stage, [download])
            await stage.attempt("back", download.wait)


async def leaving_by_an_error(stage, closing):
    """The body of the block raises at 2.5 s; somebody outside waits for each download."""
    files = {"done": [1, "a"], "running": [1, "b", 100, "c"], "queued": [1, "d"], "last": [1, "e"]}
    downloads = []

    async def block():
        async with manager_of(stage, files, 1, {"running": closing}) as manager:
            downloads.extend(manager.start(url) for url in files)
            group.start_soon(wait_for, stage, downloads)
            await anyio.sleep(2.5)
            raise stage.token("boom", ValueError("boom"))

    async with anyio.create_task_group() as group:
        await stage.attempt("block", block)
        note(stage, downloads)
    await anyio.sleep(10)


async def cancelled_block(stage, body, closing):
    """The block is cancelled at 2.5 s: in its body, or, if that is shorter, while it waits for its downloads."""
    files = {"done": [1, "a"], "running": [1, "b", 100, "c"], "queued": [1, "d"], "last": [1, "e"]}
    downloads = []
    async with anyio.create_task_group() as group:
        with anyio.move_on_after(2.5):
            async with stage.span("block"), manager_of(stage, files, 1, {"running": closing}) as manager:
                downloads.extend(manager.start(url) for url in files)
                group.start_soon(wait_for, stage, downloads)
                await anyio.sleep(body)
        note(stage, downloads)
    await anyio.sleep(10)


async def cancelled_at_each_step(stage):
    """The block is cancelled at any step, while it waits for its downloads."""
    files = {"done": [1, "a"], "running": [2, "b"], "queued": [3, "c"]}
    downloads = []
    with stage.caller():
        async with manager_of(stage, files, 2) as manager:
            downloads.extend(manager.start(url) for url in files)
    note(stage, downloads)
    async with anyio.create_task_group() as group:
        for download in downloads:
            group.start_soon(stage.attempt, download.url, download.wait)
    note(stage, downloads, "later")


# ---- part 4: updates -------------------------------------------------------------------------------------------------


def plain(snapshots):
    """An item of updates() as plain data."""
    return [[snapshot.url, snapshot.status, snapshot.received] for snapshot in snapshots]


async def close(reader):
    """Close an iterator, if it can be closed."""
    if hasattr(reader, "aclose"):
        await reader.aclose()


async def first_item(stage, files, limit):
    """The first item at 2.5 s, and the same object again in the end."""
    async with manager_of(stage, files, limit) as manager:
        downloads = [manager.start(url) for url in files]
        await anyio.sleep(2.5)
        reader = aiter(manager.updates())
        item = await anext(reader)
        stage.mark("item", plain(item))
        await close(reader)
        for download in downloads:
            await stage.attempt(download.url, download.wait)
        stage.mark("the same item", plain(item))


async def nothing_started(stage):
    async with manager_of(stage, {}, 1) as manager:
        reader = aiter(manager.updates())
        stage.mark("item", plain(await anext(reader)))
        await close(reader)


async def read(stage, manager, name, pauses=()):
    """Note each item when it comes. After some of them the reader does something else for so many seconds."""
    pauses = iter(pauses)
    reader = aiter(manager.updates())
    try:
        async for item in reader:
            stage.mark(name, plain(item))
            # No wait at all where there is no pause: a reader may ask again in the same step.
            if pause := next(pauses, 0):
                await anyio.sleep(pause)
        stage.mark(f"end of {name}")
    finally:
        await close(reader)


async def watching(stage, files, until, pauses=(), second_at=None):
    """Somebody reads the updates while the first file is downloaded, and the second one if it has a time."""
    urls = iter(files)
    async with block_of(stage, manager_of(stage, files, len(files))) as manager:
        manager.start(next(urls))
        async with anyio.create_task_group() as group:
            group.start_soon(read, stage, manager, "item", pauses)
            if second_at is not None:
                await anyio.sleep(second_at)
                manager.start(next(urls))
            await anyio.sleep(until - (second_at or 0))
            group.cancel_scope.cancel()


async def watching_the_queue(stage):
    """Somebody reads the updates, and what is queued is cancelled at 1.5 s."""
    async with manager_of(stage, {"film": [5, "a"], "song": [1, "b"]}, 1) as manager:
        downloads = [manager.start("film"), manager.start("song")]
        async with anyio.create_task_group() as group:
            group.start_soon(read, stage, manager, "item")
            await anyio.sleep(1.5)
            downloads[1].cancel()
            await stage.settle()
            note(stage, downloads)
            await anyio.sleep(1)
            group.cancel_scope.cancel()


async def not_looking(stage, chunks):
    """One never asks again, one looks away for a second with so many chunks, and two read all the time after it."""
    file = [step for number in range(chunks) for step in (0.01, "x")] + [9, "y"]
    async with anyio.create_task_group() as group:
        async with stage.span("block"), manager_of(stage, {"file": file}, 1) as manager:
            download = manager.start("file")
            await stage.settle()
            lost = aiter(manager.updates())
            await anext(lost)
            group.start_soon(read, stage, manager, "item", [1])
            group.start_soon(read, stage, manager, "other", [2])
            await stage.attempt("file", download.wait)
        await anyio.sleep(5)
        await close(lost)
        group.cancel_scope.cancel()


async def ending(stage, fails):
    """Three readers: one reads all the time, one sleeps until after the end, one comes after the end."""
    files = {"first": [1, "a"], "second": [1, "b"]}
    downloads = []

    async def block():
        async with manager:
            downloads.append(manager.start("first"))
            await anyio.sleep(3)
            stage.mark("nothing is running")
            downloads.append(manager.start("second"))
            if not fails:
                await downloads[-1].wait()
            else:
                await anyio.sleep(0.5)
                raise stage.token("boom", ValueError("boom"))

    manager = manager_of(stage, files, 1)
    async with anyio.create_task_group() as group:
        async with anyio.create_task_group() as inner:
            inner.start_soon(stage.attempt, "block", block)
            await stage.settle()
            group.start_soon(read, stage, manager, "eager")
            group.start_soon(read, stage, manager, "sleepy", [20])
        note(stage, downloads, "final")
        await anyio.sleep(10)
        group.start_soon(read, stage, manager, "late")
