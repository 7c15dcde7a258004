"""Waits of threads, and threads that the learner's code starts: in a play they come out as in a real run.

What each program returns was read off a real run; no timer ties with another one.
"""

from __future__ import annotations

import pytest

from grader.sandbox.box import Box
from grader.wire.recording import Ended
from tests.plays_samples import cell_of, line_of, on_both_backends, play_of, played

ABANDONED = """
import time, anyio
from functools import partial
async def main():
    out = []
    def late():
        time.sleep(3)
        out.append("late")
    async with anyio.create_task_group() as tg:
        tg.start_soon(partial(anyio.to_thread.run_sync, late, abandon_on_cancel=True))
        for _ in range(3):
            await anyio.lowlevel.checkpoint()
        tg.cancel_scope.cancel()
    await anyio.sleep(1)
    out.append("one")
    await anyio.sleep(5)
    return out
"""
PROGRAMS: dict[str, tuple[str, object]] = {
    "tasks that spin until threads have slept": (
        """
        import threading, time, anyio
        async def main():
            out = []
            def naps():
                for number in range(20):
                    time.sleep(1)
                    out.append(number)
            thread = threading.Thread(target=naps)
            thread.start()
            while thread.is_alive():
                await anyio.sleep(0)
            return len(out)
        """,
        20,
    ),
    "an event that is never set": (
        """
        import threading, anyio
        async def main():
            event, begun = threading.Event(), anyio.current_time()
            return [await anyio.to_thread.run_sync(event.wait, 2), round(anyio.current_time() - begun, 2)]
        """,
        [False, 2.0],
    ),
    "an event that is set in time": (
        """
        import threading, anyio
        async def main():
            stop, beats = threading.Event(), []
            def beat():
                while not stop.wait(1):
                    beats.append(1)
            async with anyio.create_task_group() as tg:
                tg.start_soon(anyio.to_thread.run_sync, beat)
                await anyio.sleep(3.5)
                stop.set()
            return len(beats)
        """,
        3,
    ),
    "a queue of a thread": (
        """
        import queue, threading, anyio
        async def main():
            items, got = queue.Queue(), []
            def serve():
                while True:
                    try:
                        item = items.get(timeout=2)
                    except queue.Empty:
                        got.append("empty")
                        return
                    got.append(item)
            thread = threading.Thread(target=serve)
            thread.start()
            for number in range(3):
                await anyio.sleep(1.5)
                items.put(number)
            await anyio.to_thread.run_sync(thread.join)
            return got
        """,
        [0, 1, 2, "empty"],
    ),
    "a pool without turns of its own": (
        """
        import time, anyio
        from concurrent.futures import ThreadPoolExecutor
        async def main():
            with ThreadPoolExecutor(2) as pool:
                futures = [pool.submit(time.sleep, seconds) for seconds in (1, 2)]
                await anyio.sleep(5)
                return [future.done() for future in futures]
        """,
        [True, True],
    ),
    "map of a pool": (
        """
        import time, anyio
        from concurrent.futures import ThreadPoolExecutor
        async def main():
            def nap(seconds):
                time.sleep(seconds)
                return seconds
            pool = ThreadPoolExecutor(3)
            begun = time.monotonic()
            got = await anyio.to_thread.run_sync(lambda: list(pool.map(nap, (3, 1, 2))))
            pool.shutdown()
            return got, round(time.monotonic() - begun)
        """,
        ([3, 1, 2], 3),
    ),
    "conditions, semaphores and barriers time out": (
        """
        import threading, time, anyio
        async def main():
            c=threading.Condition(); out=[]; s=threading.Semaphore(0); b=threading.Barrier(2)
            def waiter():
                with c: out.append(c.wait_for(lambda: len(out)>2, timeout=1.5))
                out.append(s.acquire(timeout=2)); out.append(s.acquire(timeout=9))
                try: b.wait(1)
                except threading.BrokenBarrierError: out.append("broken")
            def other():
                time.sleep(5); s.release()
            async with anyio.create_task_group() as tg:
                tg.start_soon(anyio.to_thread.run_sync, waiter)
                tg.start_soon(anyio.to_thread.run_sync, other)
                await anyio.sleep(1)
                with c: c.notify_all()
            return out
        """,
        [False, False, True, "broken"],
    ),
    "futures of a pool time out in a thread": (
        """
        import time, anyio
        from concurrent.futures import ThreadPoolExecutor, TimeoutError, wait, as_completed
        async def main():
            pool = ThreadPoolExecutor(2)
            f = pool.submit(time.sleep, 5)
            def th():
                try: f.result(timeout=2)
                except TimeoutError: return "timeout"
            begun = anyio.current_time()
            r = [await anyio.to_thread.run_sync(th), round(anyio.current_time() - begun, 2)]
            def th2():
                done, not_done = wait([f], timeout=1)
                g=[pool.submit(lambda n=n:(time.sleep(n), n)[1]) for n in (0.5,.25)]
                return len(done), len(not_done), [x.result() for x in as_completed(g)]
            r.append(await anyio.to_thread.run_sync(th2))
            await anyio.to_thread.run_sync(pool.shutdown)
            return [*r, round(anyio.current_time() - begun, 2)]
        """,
        # Three seconds later one thread takes both calls: the other one sleeps until the fifth.
        ["timeout", 2.0, (0, 1, [0.5, 0.25]), 5.0],
    ),
    "an event loop in a thread": (
        """
        import asyncio, time, anyio
        async def main():
            async def inner():
                await asyncio.gather(asyncio.sleep(3), asyncio.sleep(2)); return "inner"
            def th():
                t=time.monotonic(); r=asyncio.run(inner()); return r, round(time.monotonic()-t)
            out=[]
            async def beat():
                for _ in range(4): await anyio.sleep(.9); out.append("b")
            async with anyio.create_task_group() as tg:
                tg.start_soon(beat)
                out.append(await anyio.to_thread.run_sync(th))
            return out
        """,
        ["b", "b", "b", ("inner", 3), "b"],
    ),
    "a thread that polls": (
        """
        import threading, time, anyio
        async def main():
            out=[]; stop=[]
            def th():
                while not stop: time.sleep(.5); out.append("t")
            t=threading.Thread(target=th); t.start()
            await anyio.sleep(1.75); stop.append(1)
            while t.is_alive(): await anyio.sleep(.1)
            return out
        """,
        ["t", "t", "t", "t"],
    ),
    "portals": (
        """
        import time, anyio
        from anyio.from_thread import start_blocking_portal, BlockingPortal
        async def main():
            async def aw(n): await anyio.sleep(n); return n
            def th():
                with start_blocking_portal() as p:
                    return p.call(aw, 2)
            r=[await anyio.to_thread.run_sync(th)]
            async with BlockingPortal() as portal:
                def th2():
                    f=portal.start_task_soon(aw, 3); g=portal.start_task_soon(aw, 1)
                    return g.result(), f.result()
                r.append(await anyio.to_thread.run_sync(th2))
                await portal.stop()
            return r
        """,
        [2, (1, 3)],
    ),
    "a thread that raises and one that lives on": (
        """
        import threading, time, anyio
        async def main():
            def bad(): time.sleep(1); raise ValueError("x")
            t=threading.Thread(target=bad); t.start(); t2=threading.Thread(target=time.sleep,args=(100,)); t2.start()
            await anyio.sleep(2)
            return t.is_alive(), t2.is_alive()
        """,
        (False, True),
    ),
    "a lock that is entered anew": (
        """
        import threading, time, anyio
        async def main():
            l=threading.RLock(); out=[]
            def a():
                with l:
                    with l: time.sleep(3)
                    out.append("a")
            def b():
                out.append(l.acquire(timeout=1)); out.append(l.acquire(timeout=5)); l.release()
            async with anyio.create_task_group() as tg:
                tg.start_soon(anyio.to_thread.run_sync, a)
                await anyio.sleep(.5)
                tg.start_soon(anyio.to_thread.run_sync, b)
            return out
        """,
        [False, "a", True],
    ),
    "selectors and sockets time out": (
        """
        import select, socket, selectors, time, anyio
        async def main():
            a,b=socket.socketpair(); out=[]
            def th():
                out.append(select.select([a],[],[],2)==([],[],[]))
                s=selectors.DefaultSelector(); s.register(a, selectors.EVENT_READ)
                out.append(len(s.select(1))); out.append(len(s.select(5)))
                a.settimeout(3); out.append(a.recv(5))
                try: a.recv(1)
                except TimeoutError: out.append("timeout")
            async with anyio.create_task_group() as tg:
                tg.start_soon(anyio.to_thread.run_sync, th)
                await anyio.sleep(4); out.append("send"); b.send(b"hello")
            a.close(); b.close()
            return out
        """,
        [True, 0, "send", 1, b"hello", "timeout"],
    ),
    "threads of threads, joined in time and not": (
        """
        import threading, time, anyio
        async def main():
            out=[]
            def leaf(n): time.sleep(n); out.append(n)
            def root():
                ts=[threading.Thread(target=leaf,args=(n,)) for n in (3,1,2)]
                for t in ts: t.start()
                for t in ts: t.join()
                out.append(any(t.is_alive() for t in ts))
            t=threading.Thread(target=root, daemon=True); t.start()
            await anyio.sleep(2.5); out.append("loop")
            await anyio.to_thread.run_sync(t.join, .1); out.append(t.is_alive())
            await anyio.sleep(2)
            return out
        """,
        [1, 2, "loop", True, 3, False],
    ),
    "timers": (
        """
        import threading, time, anyio
        async def main():
            out=[]; t0=time.monotonic()
            t=threading.Timer(2, lambda: out.append(round(time.monotonic()-t0))); t.start()
            c=threading.Timer(1, lambda: out.append("no")); c.start(); c.cancel()
            await anyio.sleep(3); out.append("loop")
            return out
        """,
        [2, "loop"],
    ),
    "polls and pipes": (
        """
        import os, select, time, anyio
        async def main():
            r,w=os.pipe(); out=[]
            def th():
                p=select.poll(); p.register(r, select.POLLIN); out.append(len(p.poll(2000)))
                with select.epoll() as e:
                    e.register(r, select.EPOLLIN); out.append(len(e.poll(1)))
                out.append(os.read(r,3)); out.append(len(p.poll(500)))
            async with anyio.create_task_group() as tg:
                tg.start_soon(anyio.to_thread.run_sync, th)
                await anyio.sleep(4); out.append("send"); os.write(w,b"abc")
            os.close(r); os.close(w)
            return out
        """,
        [0, 0, "send", b"abc", 0],
    ),
    "a run of trio in a thread": (
        """
        import trio, time, anyio
        async def main():
            async def inner():
                async with trio.open_nursery() as n:
                    n.start_soon(trio.sleep, 3); n.start_soon(trio.sleep, 2)
                return "inner"
            def th():
                t=time.monotonic(); r=trio.run(inner); return r, round(time.monotonic()-t)
            out=[]
            async def beat():
                for _ in range(4): await anyio.sleep(.9); out.append("b")
            async with anyio.create_task_group() as tg:
                tg.start_soon(beat)
                out.append(await anyio.to_thread.run_sync(th))
            return out
        """,
        ["b", "b", "b", ("inner", 3), "b"],
    ),
}

ON_ASYNCIO = {
    "executors of the loop": (
        """
        import asyncio, time
        from concurrent.futures import ThreadPoolExecutor
        async def main():
            loop, pool, out = asyncio.get_running_loop(), ThreadPoolExecutor(1), []
            async def job(seconds):
                await loop.run_in_executor(pool, time.sleep, seconds)
                out.append(seconds)
            first = asyncio.create_task(job(2))
            await asyncio.sleep(0.25)
            await asyncio.gather(first, job(1), asyncio.to_thread(time.sleep, 0.5))
            try:
                await asyncio.wait_for(asyncio.to_thread(time.sleep, 5), 1)
            except asyncio.TimeoutError:
                out.append("timeout")
            def ask():
                return asyncio.run_coroutine_threadsafe(asyncio.sleep(2, "asked"), loop).result(timeout=3)
            out.append(await asyncio.to_thread(ask))
            pool.shutdown()
            return out
        """,
        [2, 1, "timeout", "asked"],
    ),
    "a call abandoned before its thread looks at it": (ABANDONED, ["one"]),
    "a call of an executor that is cancelled before its thread looks at it": (
        """
        import asyncio, time, anyio
        async def main():
            out = []
            async def job(seconds):
                await asyncio.to_thread(lambda: (time.sleep(seconds), out.append(seconds)))
            async with anyio.create_task_group() as group:
                group.start_soon(job, 2)
                await asyncio.sleep(0)
                group.cancel_scope.cancel()
            await asyncio.sleep(3)
            return out
        """,
        [2],
    ),
}
ON_TRIO = {
    "a call abandoned at once": (ABANDONED, ["one", "late"]),
    "threads of trio used directly": (
        """
        import time, trio
        async def main():
            begun, limiter = trio.current_time(), trio.CapacityLimiter(1)
            def ask():
                trio.from_thread.run(trio.sleep, 1)
                trio.from_thread.run_sync(trio.lowlevel.current_task)
                return 3
            async with trio.open_nursery() as nursery:
                for _ in range(2):
                    nursery.start_soon(lambda: trio.to_thread.run_sync(time.sleep, 2, limiter=limiter))
                answer = await trio.to_thread.run_sync(ask)
            return answer, round(trio.current_time() - begun)
        """,
        (3, 4),
    ),
}
ALL = {
    **{(backend, name): each for backend in ("asyncio", "trio") for name, each in PROGRAMS.items()},
    **{("asyncio", name): each for name, each in ON_ASYNCIO.items()},
    **{("trio", name): each for name, each in ON_TRIO.items()},
}


@pytest.mark.parametrize(("backend", "name"), ALL)
@pytest.mark.parametrize("seed", [0, 1, 2])
def test_threads_come_out_as_in_a_real_run(box: Box, backend: str, name: str, seed: int) -> None:
    source, expected = ALL[backend, name]
    recording = played(box, backend, source, seed=seed)

    assert (recording.ended, recording.value) == (Ended.RETURNED, expected)


BLOCKING = {
    "the result of a future": ("pool = ThreadPoolExecutor(1)", "pool.submit(time.sleep, 2).result()  # here"),
    "an event": ("event = threading.Event()", "event.wait(2)  # here"),
    "a lock": ("lock = threading.Lock(); lock.acquire()", "lock.acquire(timeout=2)  # here"),
    "the end of a thread": (
        "thread = threading.Thread(target=time.sleep, args=(2,)); thread.start()",
        "thread.join()  # here",
    ),
    "a queue": ("items = queue.SimpleQueue(); threading.Timer(2, items.put, [1]).start()", "items.get()  # here"),
}


@on_both_backends
@pytest.mark.parametrize(("before", "blocks"), BLOCKING.values(), ids=BLOCKING.keys())
def test_a_wait_for_a_thread_in_a_task_blocks_the_loop_for_so_long(
    box: Box, backend: str, before: str, blocks: str
) -> None:
    source = f"""
    import queue, threading, time, anyio
    from concurrent.futures import ThreadPoolExecutor
    async def main():
        {before}
        {blocks}
        return time.monotonic()
    """
    recording = played(box, backend, source)

    assert (recording.ended, recording.line) == (Ended.BLOCKED_LOOP, line_of(source))
    assert recording.elapsed == 2


@on_both_backends
def test_a_thread_that_can_go_on_at_once_blocks_no_loop(box: Box, backend: str) -> None:
    source = """
    import threading, anyio
    async def main():
        done = []
        thread = threading.Thread(target=done.append, args=(1,))
        thread.start()
        thread.join()
        return done, thread.is_alive()
    """
    recording = played(box, backend, source)

    assert (recording.ended, recording.value) == (Ended.RETURNED, ([1], False))


@on_both_backends
@pytest.mark.parametrize("waits", ["lock.acquire()", "threading.Event().wait()", "queue.Queue().get()"])
def test_threads_of_the_learner_that_nothing_wakes_are_a_deadlock(box: Box, backend: str, waits: str) -> None:
    source = f"""
    import queue, threading, anyio
    async def main():
        lock = threading.Lock()
        lock.acquire()
        thread = threading.Thread(target=lambda: {waits})
        thread.start()
        await anyio.to_thread.run_sync(thread.join)
    """
    assert played(box, backend, source).ended is Ended.DEADLOCK


@on_both_backends
def test_no_thread_of_a_play_goes_on_in_the_next_one(box: Box, backend: str) -> None:
    source = """
    import threading, time, anyio
    from concurrent.futures import ThreadPoolExecutor
    async def main():
        before = threading.active_count()
        pool = ThreadPoolExecutor(2)
        pool.submit(time.sleep, 100)
        threading.Thread(target=threading.Event().wait).start()
        threading.Timer(50, print).start()
        await anyio.sleep(1)
        return before
    """
    with cell_of(box, source) as cell:
        befores = [cell.recording(play_of(backend, seed=seed)).value for seed in range(3)]

    assert len(set(befores)) == 1


@on_both_backends
@pytest.mark.parametrize("waits", ["signal.sigtimedwait([signal.SIGUSR1], 5)", "signal.sigwait([signal.SIGUSR1])"])
def test_a_wait_of_a_thread_that_cannot_be_followed_is_no_deadlock(box: Box, backend: str, waits: str) -> None:
    source = f"""
    import signal, anyio
    async def main():
        await anyio.to_thread.run_sync(lambda: {waits})  # here
    """
    recording = played(box, backend, source)

    assert (recording.ended, recording.line) == (Ended.NOT_SIMULATED, line_of(source))


LOCKS = """
import threading, anyio
async def main():
    lock, said = threading.Lock(), []
    for arguments in ((False, 1), (True, -2), (True, 1e300)):
        try:
            said.append(lock.acquire(*arguments))
        except (ValueError, OverflowError) as error:
            said.append(type(error).__name__)
    said += [lock.acquire(timeout=0), lock.locked(), lock.acquire(False), lock.acquire(timeout=0)]
    lock.release()
    try:
        lock.release()
    except RuntimeError as error:
        said.append(str(error))
    with lock as entered:
        said.append(entered)
    return said
"""


@on_both_backends
def test_a_lock_answers_as_the_one_of_python_does(box: Box, backend: str) -> None:
    recording = played(box, backend, LOCKS)

    errors = ["ValueError", "ValueError", "OverflowError"]
    assert recording.result == [*errors, True, True, False, False, "release unlocked lock", True]
