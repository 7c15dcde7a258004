"""Scenarios of ex10: each calls ``export_video`` and leaves behind what a hidden test wants to know.

A frame is encoded by ``time.sleep``. That costs virtual time only, and holds up the thread in which it is called. Which
frame begins first is up to the answer, so no play depends on it.
"""

import os
import time
from collections import Counter
from functools import partial
from threading import get_ident

import anyio
from anyio import to_process, to_thread


class Encoder:
    """Encodes frames 1, 2, 3 ...: each is a span ``frame N``, and takes its seconds. Counts how many run at once.

    The name of the film stands in front of it where a play has several.
    """

    def __init__(self, stage, seconds, film=""):
        self.stage = stage
        self.film = film
        self.frames = list(range(1, len(seconds) + 1))
        self.seconds = dict(zip(self.frames, seconds, strict=True))
        self.loop_thread = get_ident()
        self.running = self.most = 0

    def __call__(self, number):
        self.running += 1
        self.most = max(self.most, self.running)
        self.stage.mark("thread", self.thread())
        try:
            with self.stage.span(f"{self.film} frame {number}".strip()):
                if self.seconds[number]:
                    time.sleep(self.seconds[number])
        finally:
            self.running -= 1
        return b"<%d>" % number

    def thread(self):
        return "loop" if get_ident() == self.loop_thread else "worker"

    def report(self, done, total):
        self.stage.mark("report", (done, total))
        self.stage.mark("reported in", self.thread())


async def export(stage, film, seconds, workers):
    """Export with so many workers; None leaves the number out."""
    encode = Encoder(stage, seconds, film)
    given = {} if workers is None else {"workers": workers}
    async with stage.span(f"{film} export".strip()):
        result = await stage.submission.export_video(encode.frames, encode, **given)
    stage.mark("most", encode.most)
    return result


async def exporting(stage, films):
    """One film after the other."""
    for film, (seconds, workers) in films.items():
        stage.mark("film", film)
        await stage.attempt(film, export, stage, film, seconds, workers)


async def reporting(stage, films):
    """One film after the other, and each reports its progress."""
    for film, (seconds, workers) in films.items():
        stage.mark("film", film)
        encode = Encoder(stage, seconds, film)
        await stage.attempt(
            film,
            partial(stage.submission.export_video, encode.frames, encode, workers=workers, on_progress=encode.report),
        )


async def odd_frames(stage):
    """Frames that are equal, false or cannot be hashed, in a list, a tuple and a text; some become empty bytes."""

    calls = Counter()

    def encode(frame):
        stage.mark("encoded", repr(frame))
        calls[repr(frame)] += 1
        return f"{frame!r} {calls[repr(frame)]}".encode() if frame else b""

    frames = [None, 0, [1], [1], "", False, "x", "x"]
    results = []
    for kind in (list, tuple):
        calls.clear()
        given = kind(frames)
        results.append(await stage.submission.export_video(given, encode, workers=3))
        stage.mark("unchanged", given == kind(frames))
    results.append(await stage.submission.export_video("film", encode))
    return results


async def no_frames(stage, workers):
    """Nothing to export, with each of these numbers of workers: an empty list, an empty tuple and an empty range."""

    async def export_nothing(count):
        return [
            await stage.submission.export_video(frames, encode, workers=count, on_progress=encode.report)
            for frames in ([], (), range(0))
        ]

    encode = Encoder(stage, [])
    for count in workers:
        await stage.attempt(f"{count} workers", export_nothing, count)


async def too_few_workers(stage, films):
    """One film after the other, by its number of frames and that of workers, which is too small."""
    for film, (frames, workers) in films.items():
        encode = Encoder(stage, [1] * frames, film)
        await stage.attempt(
            film,
            partial(stage.submission.export_video, encode.frames, encode, workers=workers, on_progress=encode.report),
        )


async def ticking(stage, films):
    """One film after the other, and a clock beside each."""

    async def tick():
        while True:
            await anyio.sleep(1)
            stage.mark("tick")

    for film, (seconds, workers) in films.items():
        stage.mark("film", film)
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(tick)
            await export(stage, film, seconds, workers)
            tasks.cancel_scope.cancel()


async def two_exports(stage):
    """Two exports at once, with a worker each; each would take 6 s alone."""

    async def export(name, frames, seconds):
        def encode(frame):
            time.sleep(seconds)
            stage.mark("encoded")
            return b""

        async with stage.span(name):
            await stage.submission.export_video(frames, encode)

    async with anyio.create_task_group() as tasks:
        tasks.start_soon(export, "film", ["a", "b", "c"], 2)
        tasks.start_soon(export, "trailer", ["d", "e"], 3)


async def other_work(stage, films):
    """A second after each film has begun, another part of the program reads a file in a worker thread, for a second."""

    async def read_a_file(film):
        await anyio.sleep(1)
        async with stage.span(f"{film} read a file"):
            await to_thread.run_sync(time.sleep, 1)

    for film, (seconds, workers) in films.items():
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(read_a_file, film)
            await export(stage, film, seconds, workers)


class Failing(Encoder):
    """Some calls, by when they begin, fail after 1 s with an error of this kind; the others take as they do."""

    def __init__(self, stage, seconds, film, calls, error):
        super().__init__(stage, seconds, film)
        self.calls = calls
        self.error = error
        self.begun = 0

    def __call__(self, number):
        self.begun += 1
        call = self.begun
        if call not in self.calls:
            return super().__call__(number)
        error = self.error(f"call {call}")
        inner = error.exceptions[0] if isinstance(error, ExceptionGroup) else error
        self.stage.token(f"error {call}", inner)
        with self.stage.span(f"{self.film} frame {number}".strip()):
            time.sleep(1)
            raise error


class ErrorOfTheEncoder(Exception):
    pass


ERRORS = {
    "ValueError": ValueError,
    "ErrorOfTheEncoder": ErrorOfTheEncoder,
    "OSError": OSError,
    "IndexError": IndexError,
    "KeyError": KeyError,
    "TimeoutError": TimeoutError,
    "EndOfStream": lambda text: anyio.EndOfStream(),
    "ClosedResourceError": lambda text: anyio.ClosedResourceError(),
    "WouldBlock": lambda text: anyio.WouldBlock(),
    "ExceptionGroup": lambda text: ExceptionGroup(text, [ValueError(text)]),
}


async def failing(stage, films, seconds=3):
    """One film after the other. There is time after each for what it may have left behind."""

    async def export_and_fail(film, frames, workers, calls, kind):
        encode = Failing(stage, [seconds] * frames, film, calls, ERRORS[kind])
        try:
            async with stage.span(f"{film} export"):
                await stage.submission.export_video(encode.frames, encode, workers=workers)
        finally:
            stage.mark("running", encode.running)
            await anyio.sleep(10)

    for film, (frames, workers, calls, kind) in films.items():
        stage.mark("film", film)
        await stage.attempt(film, export_and_fail, film, frames, workers, calls, kind)


async def cancelled(stage, seconds, workers):
    """The caller is cancelled; then there is time for what it may have left behind."""
    encode = Encoder(stage, seconds)
    with stage.caller():
        await stage.submission.export_video(encode.frames, encode, workers=workers)
    stage.mark("running", encode.running)
    await anyio.sleep(20)


async def cancelled_after(stage, seconds, workers, after):
    with anyio.move_on_after(after):
        async with stage.span("export"):
            encode = Encoder(stage, seconds)
            await stage.submission.export_video(encode.frames, encode, workers=workers)
    stage.mark("running", encode.running)
    await anyio.sleep(20)


# ---- for the pictures of the lesson ----------------------------------------------------------------------------------


PIECES = {"sound 1": 2, "picture 1": 3, "sound 2": 2, "picture 2": 1}


async def one_worker(stage):
    """One worker switches between two pieces of work."""
    worker = anyio.Lock()

    async def work(names):
        for name in names:
            async with worker, stage.span(name):
                await anyio.sleep(PIECES[name])

    async with anyio.create_task_group() as tasks:
        tasks.start_soon(work, ["sound 1", "sound 2"])
        tasks.start_soon(work, ["picture 1", "picture 2"])


async def two_workers(stage):
    """Two threads work at the same time."""

    def encode(name):
        with stage.span(name):
            time.sleep(PIECES[name])
        return b""

    await stage.submission.export_video(list(PIECES), encode, workers=2)


async def needs_a_result(stage):
    """The second worker can go on only when the first one has brought something."""
    ready = anyio.Event()

    async def picture():
        async with stage.span("picture 1"):
            await anyio.sleep(4)
        ready.set()

    async def sound():
        async with stage.span("sound 1"):
            await anyio.sleep(2)
        async with stage.span("waiting for picture 1"):
            await ready.wait()
        async with stage.span("sound 2"):
            await anyio.sleep(2)

    async with anyio.create_task_group() as tasks:
        tasks.start_soon(picture)
        tasks.start_soon(sound)


# ---- worker processes: they meet by pipes with names, in the one folder in which they may write ----------------------


def place(name):
    return os.path.join(os.environ["TMPDIR"], name)


def note_process(name):
    """Write the number of this process into a file."""
    with open(place(name), "w") as file:
        file.write(str(os.getpid()))


def noted_process(name):
    """What is written there; None if nothing is."""
    if not os.path.exists(place(name)):
        return None
    with open(place(name)) as file:
        return file.read()


def meet(number):
    """Encode in another process: it goes on when the other frame is encoded as well, and the user interface ticks.

    The numbers of the processes are in files: in frames and results they would make each play another one.
    """
    note_process(f"process {number}")
    if noted_process(f"process {number}") == noted_process("process of the loop"):
        return b"not in another process"
    with (
        open(place(f"meet {number}"), "r+b", buffering=0) as here,
        open(place(f"meet {1 - number}"), "r+b", buffering=0) as there,
        open(place(f"tick {number}"), "r+b", buffering=0) as tick,
    ):
        there.write(b"x")
        here.read(1)
        tick.read(1)
    return b"%d" % number


def break_down(frame):
    raise ErrorOfTheEncoder(f"frame {frame} is broken")


async def in_processes(stage):
    """Two frames that need each other, and a third export, of a broken frame, by the processes that are there."""
    names = ("meet 0", "meet 1", "tick 0", "tick 1")
    for name in names:
        os.mkfifo(place(name))
    # The default limiter has as many places as there are processors. Here it is a computer with one of them.
    to_process.current_default_process_limiter().total_tokens = 1
    try:
        await _in_processes(stage)
    finally:
        for name in names:
            os.unlink(place(name))


async def _in_processes(stage):
    async def tick():
        # The second frame is the first to be done.
        ticks = [os.open(place(name), os.O_RDWR) for name in ("tick 1", "tick 0")]
        try:
            for pipe in ticks:
                await anyio.sleep(1)
                stage.mark("tick")
                os.write(pipe, b"x")
            await anyio.sleep(1_000)
        finally:
            for pipe in ticks:
                os.close(pipe)

    note_process("process of the loop")
    frames = [0, 1]
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(tick)
        results = await stage.submission.export_video(
            frames,
            meet,
            workers=2,
            processes=True,
            on_progress=lambda done, total: stage.mark("report", (done, total)),
        )
        tasks.cancel_scope.cancel()
    stage.mark("in other processes", b"not in another process" not in results)
    stage.mark("how many", len({noted_process(f"process {number}") for number in frames} - {None}))
    stage.mark("order", list(results))
    try:
        await stage.submission.export_video(["one"], break_down, processes=True)
    except Exception as error:
        while isinstance(error, ExceptionGroup) and len(error.exceptions) == 1:
            error = error.exceptions[0]
        stage.mark("error", (type(error).__name__, str(error)))
