"""Small programs of threads and clocks, each with what plain ``anyio.run`` gives; ``main()`` returns it.

Checked by real runs on CPython 3.11. No two timers of a sample end together.
"""

from __future__ import annotations

from dataclasses import dataclass
from textwrap import dedent

from grader.wire import BACKENDS

HEAD = """
import concurrent.futures, datetime, queue, threading, time
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
import anyio
from anyio import create_task_group, from_thread, move_on_after, sleep, to_thread
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """A program, and what its ``main()`` returns on each of its backends."""

    name: str
    body: str
    gives: object
    backends: tuple[str, ...] = BACKENDS

    @property
    def source(self) -> str:
        return HEAD + dedent(self.body)


# ---- waits of threads that end by themselves -------------------------------------------------------------------------

TIMED_WAITS = (
    Sample(
        name="an event that is not set in time",
        gives=[[False, 2]],
        body="""
        async def main():
            flag, out, began = threading.Event(), [], time.monotonic()
            await to_thread.run_sync(lambda: out.append([flag.wait(2), round(time.monotonic() - began)]))
            return out
        """,
    ),
    Sample(
        name="an event that is set in time",
        gives=[True, 1],
        body="""
        async def main():
            flag, out, began = threading.Event(), [], time.monotonic()
            async def setter():
                await sleep(1)
                flag.set()
            async with create_task_group() as tg:
                tg.start_soon(setter)
                tg.start_soon(to_thread.run_sync, lambda: out.extend([flag.wait(3), round(time.monotonic() - began)]))
            return out
        """,
    ),
    Sample(
        name="a queue that stays empty, and one that is fed",
        gives=["empty", "fed"],
        body="""
        async def main():
            fed, empty, out = queue.Queue(), queue.Queue(), []
            def taker():
                with suppress(queue.Empty):
                    empty.get(timeout=1)
                    out.append("not empty")
                out.append("empty")
                out.append(fed.get(timeout=5))
            async with create_task_group() as tg:
                tg.start_soon(to_thread.run_sync, taker)
                await sleep(3)
                fed.put("fed")
            return out
        """,
    ),
    Sample(
        name="a full queue",
        gives=["full", 2],
        body="""
        async def main():
            narrow, out, began = queue.Queue(1), [], time.monotonic()
            def putter():
                narrow.put(1)
                try:
                    narrow.put(2, timeout=2)
                except queue.Full:
                    out.extend(["full", round(time.monotonic() - began)])
            await to_thread.run_sync(putter)
            return out
        """,
    ),
    Sample(
        name="a lock that another thread holds for a while",
        gives=["too late", "in time"],
        body="""
        async def main():
            lock, out = threading.Lock(), []
            def holder():
                with lock:
                    time.sleep(3)
            def taker():
                time.sleep(1)
                out.append("in time" if lock.acquire(timeout=1) else "too late")
                out.append("in time" if lock.acquire(timeout=4) else "too late")
            async with create_task_group() as tg:
                tg.start_soon(to_thread.run_sync, holder)
                tg.start_soon(to_thread.run_sync, taker)
            return out
        """,
    ),
    Sample(
        name="a condition that is notified between two waits",
        gives=[False, True],
        body="""
        async def main():
            condition, out = threading.Condition(), []
            def waiter():
                with condition:
                    out.append(condition.wait(1))
                    out.append(condition.wait(4))
            def notifier():
                time.sleep(3)
                with condition:
                    condition.notify_all()
            async with create_task_group() as tg:
                tg.start_soon(to_thread.run_sync, waiter)
                tg.start_soon(to_thread.run_sync, notifier)
            return out
        """,
    ),
    Sample(
        name="a predicate that comes true",
        gives=[True, 2],
        body="""
        async def main():
            condition, ready, out, began = threading.Condition(), [], [], time.monotonic()
            def waiter():
                with condition:
                    out.append(condition.wait_for(lambda: bool(ready), timeout=9))
                    out.append(round(time.monotonic() - began))
            def worker():
                time.sleep(2)
                with condition:
                    ready.append(1)
                    condition.notify()
            async with create_task_group() as tg:
                tg.start_soon(to_thread.run_sync, waiter)
                tg.start_soon(to_thread.run_sync, worker)
            return out
        """,
    ),
    Sample(
        name="a semaphore of threads",
        gives=[True, False, 2],
        body="""
        async def main():
            tokens, out, began = threading.Semaphore(1), [], time.monotonic()
            def taker():
                out.append(tokens.acquire(timeout=1))
                out.append(tokens.acquire(timeout=2))
                out.append(round(time.monotonic() - began))
            await to_thread.run_sync(taker)
            return out
        """,
    ),
    Sample(
        name="a barrier that breaks",
        gives=["broken", 2],
        body="""
        async def main():
            barrier, out, began = threading.Barrier(2), [], time.monotonic()
            def arrive():
                try:
                    barrier.wait(2)
                except threading.BrokenBarrierError:
                    out.extend(["broken", round(time.monotonic() - began)])
            await to_thread.run_sync(arrive)
            return out
        """,
    ),
    Sample(
        name="a heartbeat until a flag is set",
        gives=3,
        body="""
        async def main():
            stop, beats = threading.Event(), []
            def beat():
                while not stop.wait(1):
                    beats.append(1)
            async with create_task_group() as tg:
                tg.start_soon(to_thread.run_sync, beat)
                await sleep(3.5)
                stop.set()
            return len(beats)
        """,
    ),
)

# ---- threads that a program starts itself ----------------------------------------------------------------------------

OWN_THREADS = (
    Sample(
        name="a thread that sleeps less than the loop",
        gives=["thread", "loop"],
        body="""
        async def main():
            out = []
            def nap():
                time.sleep(1)
                out.append("thread")
            thread = threading.Thread(target=nap)
            thread.start()
            await sleep(5)
            out.append("loop")
            await to_thread.run_sync(thread.join)
            return out
        """,
    ),
    Sample(
        name="a thread that sleeps longer than the loop",
        gives=["loop", "thread", 5],
        body="""
        async def main():
            out, began = [], time.monotonic()
            def nap():
                time.sleep(5)
                out.append("thread")
            thread = threading.Thread(target=nap)
            thread.start()
            await sleep(1)
            out.append("loop")
            await to_thread.run_sync(thread.join)
            return [*out, round(time.monotonic() - began)]
        """,
    ),
    Sample(
        name="a join that does not wait for long",
        gives=[True, 2],
        body="""
        async def main():
            began, thread = time.monotonic(), threading.Thread(target=time.sleep, args=(5,))
            thread.start()
            await to_thread.run_sync(thread.join, 2)
            return [thread.is_alive(), round(time.monotonic() - began)]
        """,
    ),
    Sample(
        name="a timer that fires, and one that is cancelled",
        gives=["loop", "timer"],
        body="""
        async def main():
            out = []
            timers = [threading.Timer(2, out.append, ["timer"]), threading.Timer(4, out.append, ["cancelled"])]
            for timer in timers:
                timer.start()
            await sleep(1)
            out.append("loop")
            await sleep(2)
            timers[1].cancel()
            await sleep(3)
            return out
        """,
    ),
    Sample(
        name="calls in a pool that end one after the other",
        gives=[[True, False], [True, True]],
        body="""
        async def main():
            out = []
            pool = concurrent.futures.ThreadPoolExecutor(2)
            futures = [pool.submit(time.sleep, seconds) for seconds in (1, 3)]
            await sleep(2)
            out.append([future.done() for future in futures])
            await sleep(2)
            out.append([future.done() for future in futures])
            pool.shutdown()
            return out
        """,
    ),
    Sample(
        name="a pool that is left when all is done",
        gives=[True, True],
        body="""
        async def main():
            with concurrent.futures.ThreadPoolExecutor(2) as pool:
                futures = [pool.submit(time.sleep, seconds) for seconds in (1, 2)]
                await sleep(5)
                return [future.done() for future in futures]
        """,
    ),
    Sample(
        name="a pool with fewer threads than calls",
        gives=[2, 4, 6],
        body="""
        async def main():
            began = time.monotonic()
            def nap(number):
                time.sleep(2)
                return round(time.monotonic() - began)
            pool = concurrent.futures.ThreadPoolExecutor(1)
            found = await to_thread.run_sync(lambda: list(pool.map(nap, range(3))))
            pool.shutdown()
            return found
        """,
    ),
    Sample(
        name="a result that does not come in time, and then does",
        gives=["not yet", 7],
        body="""
        async def main():
            out = []
            def work():
                time.sleep(3)
                return 7
            pool = concurrent.futures.ThreadPoolExecutor(1)
            future = pool.submit(work)
            def ask():
                try:
                    out.append(future.result(timeout=1))
                except TimeoutError:
                    out.append("not yet")
                out.append(future.result(timeout=9))
            await to_thread.run_sync(ask)
            pool.shutdown()
            return out
        """,
    ),
    Sample(
        name="a thread that speaks to the loop through a portal",
        gives=["asked", "answered", 3],
        body="""
        async def main():
            out, began = [], time.monotonic()
            async def answer():
                out.append("asked")
                await sleep(2)
                return "answered"
            async with anyio.from_thread.BlockingPortal() as portal:
                def speak():
                    time.sleep(1)
                    out.append(portal.call(answer))
                thread = threading.Thread(target=speak)
                thread.start()
                await to_thread.run_sync(thread.join)
            return [*out, round(time.monotonic() - began)]
        """,
    ),
    Sample(
        name="two threads that hand on a queue",
        gives=[1, 3, 5],
        body="""
        async def main():
            items, out, began = queue.Queue(), [], time.monotonic()
            def produce():
                for pause in (1, 2, 2):
                    time.sleep(pause)
                    items.put(pause)
                items.put(None)
            def consume():
                while items.get() is not None:
                    out.append(round(time.monotonic() - began))
            threads = [threading.Thread(target=work) for work in (produce, consume)]
            for thread in threads:
                thread.start()
            await sleep(7)
            return out
        """,
    ),
)

# ---- calls that are abandoned ----------------------------------------------------------------------------------------

ABANDONED = (
    Sample(
        name="a call that is abandoned in the instant in which it is made",
        backends=("trio",),  # on asyncio reality has no fixed answer: a thread that is late finds the call cancelled
        gives=["one", "late"],
        body="""
        async def main():
            out = []
            def nap():
                time.sleep(3)
                out.append("late")
            async with create_task_group() as tg:
                tg.start_soon(partial(to_thread.run_sync, nap, abandon_on_cancel=True))
                for _ in range(3):
                    await anyio.lowlevel.checkpoint()
                tg.cancel_scope.cancel()
            await sleep(1)
            out.append("one")
            await sleep(5)
            return out
        """,
    ),
    Sample(
        name="a call that is abandoned half-way",
        gives=["moved on", "late"],
        body="""
        async def main():
            out = []
            def nap():
                time.sleep(3)
                out.append("late")
            with move_on_after(1):
                await to_thread.run_sync(nap, abandon_on_cancel=True)
            out.append("moved on")
            await sleep(5)
            return out
        """,
    ),
    Sample(
        name="a call that is not abandoned",
        gives=["late", "moved on", 3],
        body="""
        async def main():
            out, began = [], time.monotonic()
            def nap():
                time.sleep(3)
                out.append("late")
            with move_on_after(1):
                await to_thread.run_sync(nap)
            out.append("moved on")
            return [*out, round(time.monotonic() - began)]
        """,
    ),
)

# ---- clocks ----------------------------------------------------------------------------------------------------------

CLOCKS = (
    Sample(
        name="every clock",
        gives=[10, 10, 10, 10, 10, 10, 10],
        body="""
        def read():
            return [
                time.time(), time.monotonic(), time.perf_counter(), time.time_ns() / 1e9, time.monotonic_ns() / 1e9,
                datetime.datetime.now().timestamp(), datetime.datetime.now(datetime.timezone.utc).timestamp(),
            ]
        async def main():
            before = read()
            await sleep(10)
            return [round(after - then) for after, then in zip(read(), before)]
        """,
    ),
    Sample(
        name="a clock that a dataclass has kept",
        gives=10,
        body="""
        @dataclass
        class At:
            at: float = field(default_factory=time.monotonic)
        async def main():
            began = At()
            await sleep(10)
            return round(At().at - began.at)
        """,
    ),
    Sample(
        name="a clock that is called by the library",
        gives=[0, 10],
        body="""
        async def main():
            began = time.monotonic()
            first = list(map(lambda clock: clock() - began, [time.monotonic]))
            await sleep(10)
            return [round(seconds) for seconds in (*first, *(clock() - began for clock in [time.monotonic]))]
        """,
    ),
    Sample(
        name="a day later",
        gives=1,
        body="""
        async def main():
            today = datetime.date.today()
            await sleep(24 * 3600)
            return (datetime.date.today() - today).days
        """,
    ),
)

# ---- what belongs to one backend -------------------------------------------------------------------------------------

OF_ONE_BACKEND = (
    Sample(
        name="a callback of the loop, and one that comes later",
        backends=("asyncio",),
        gives=["soon", "later", "loop"],
        body="""
        import asyncio
        async def main():
            out, loop = [], asyncio.get_running_loop()
            loop.call_later(1, out.append, "later")
            loop.call_soon(out.append, "soon")
            await sleep(2)
            return [*out, "loop"]
        """,
    ),
    Sample(
        name="a call in asyncio's own executor",
        backends=("asyncio",),
        gives=["thread", 2],
        body="""
        import asyncio
        async def main():
            out, began = [], time.monotonic()
            def nap():
                time.sleep(2)
                out.append("thread")
            await asyncio.to_thread(nap)
            return [*out, round(time.monotonic() - began)]
        """,
    ),
    Sample(
        name="a thread that calls into asyncio's loop",
        backends=("asyncio",),
        gives=["called", "loop"],
        body="""
        import asyncio
        async def main():
            out, loop = [], asyncio.get_running_loop()
            def call():
                time.sleep(1)
                loop.call_soon_threadsafe(out.append, "called")
            threading.Thread(target=call).start()
            await sleep(2)
            return [*out, "loop"]
        """,
    ),
    Sample(
        name="a coroutine that a thread sends to asyncio's loop",
        backends=("asyncio",),
        gives=[7, 3],
        body="""
        import asyncio
        async def main():
            out, loop, began = [], asyncio.get_running_loop(), time.monotonic()
            async def work():
                await sleep(2)
                return 7
            def send():
                time.sleep(1)
                out.append(asyncio.run_coroutine_threadsafe(work(), loop).result())
            await asyncio.to_thread(send)
            return [*out, round(time.monotonic() - began)]
        """,
    ),
    Sample(
        name="a thread of trio's own",
        backends=("trio",),
        gives=[3, 1],
        body="""
        import trio
        async def main():
            began = time.monotonic()
            def work():
                trio.from_thread.run(trio.sleep, 1)
                return 3
            found = await trio.to_thread.run_sync(work)
            return [found, round(time.monotonic() - began)]
        """,
    ),
    Sample(
        name="a thread of trio's own that sleeps, and is abandoned",
        backends=("trio",),
        gives=["moved on", "late"],
        body="""
        import trio
        async def main():
            out = []
            def nap():
                time.sleep(3)
                out.append("late")
            with trio.move_on_after(1):
                await trio.to_thread.run_sync(nap, abandon_on_cancel=True)
            out.append("moved on")
            await trio.sleep(5)
            return out
        """,
    ),
)

# ---- work ------------------------------------------------------------------------------------------------------------

WORK = (
    Sample(
        name="many items through a narrow stream",
        gives=12000,
        body="""
        async def main():
            send, receive = anyio.create_memory_object_stream(1)
            async def produce():
                async with send:
                    for number in range(12000):
                        await send.send(number)
            async with create_task_group() as tg:
                tg.start_soon(produce)
                async with receive:
                    return len([item async for item in receive])
        """,
    ),
    Sample(
        name="many turns at one lock",
        gives=9000,
        body="""
        async def main():
            lock, turns = anyio.Lock(), 0
            async def take():
                nonlocal turns
                for _ in range(3000):
                    async with lock:
                        turns += 1
                        await anyio.lowlevel.checkpoint()
            async with create_task_group() as tg:
                for _ in range(3):
                    tg.start_soon(take)
            return turns
        """,
    ),
)

SAMPLES = (*TIMED_WAITS, *OWN_THREADS, *ABANDONED, *CLOCKS, *OF_ONE_BACKEND, *WORK)
