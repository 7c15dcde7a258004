"""Steps that block the loop: by burning CPU, or by sleeping in the kernel. Slow but awaiting code is not blamed."""

from __future__ import annotations

import pytest

from grader.sandbox.box import Box
from grader.wire.recording import Ended
from tests.plays_samples import (
    RUN_MAIN_THAT_BURNS,
    RUN_MAIN_WITH_STAGE,
    cell_of,
    line_of,
    on_both_backends,
    play_of,
    played,
)

BURNING = {
    "a loop": """
    async def main():
        while True: pass  # here
    """,
    "a loop that catches everything inside": """
    async def main():
        while True:
            try:
                while True:  # here
                    pass
            except BaseException:
                pass
    """,
    "a loop that cleans up by burning": """
    async def main():
        try:
            while True:  # here
                pass
        finally:
            while True:
                pass
    """,
    "a loop beside other tasks": """
    import anyio
    async def burn():
        await anyio.sleep(1)
        while True: pass  # here
    async def main():
        async with anyio.create_task_group() as tg:
            tg.start_soon(burn)
            tg.start_soon(anyio.sleep, 5)
    """,
    "a loop while the module loads": """
    def fill():
        while True: pass  # here
    fill()
    """,
}


@on_both_backends
@pytest.mark.parametrize("source", BURNING.values(), ids=BURNING)
def test_a_step_that_burns_cpu_blocks_the_loop_and_ends(box: Box, backend: str, source: str) -> None:
    recording = played(box, backend, source)

    assert (recording.ended, recording.reason) == (Ended.BLOCKED_LOOP, "computing")
    assert recording.line == line_of(source)


@on_both_backends
def test_a_long_computation_that_ends_by_itself_is_blamed_all_the_same(box: Box, backend: str) -> None:
    recording = played(box, backend, "async def main():\n    burn(0.7)\n    return 7", RUN_MAIN_THAT_BURNS)

    assert (recording.ended, recording.reason, recording.value) == (Ended.BLOCKED_LOOP, "computing", 7)


@on_both_backends
def test_nothing_is_raised_into_frames_that_are_not_the_students(box: Box, backend: str) -> None:
    source = """
    async def main():
        try:
            burn(0.7)
        except BaseException:
            return "raised into"
        return "left alone"
    """
    assert played(box, backend, source, RUN_MAIN_THAT_BURNS).value == "left alone"


@on_both_backends
def test_after_burning_cpu_the_clean_up_runs(box: Box, backend: str) -> None:
    source = """
    import anyio
    async def main(stage):
        try:
            while True:
                pass
        finally:
            stage.mark("tidy")
    """
    assert played(box, backend, source, RUN_MAIN_WITH_STAGE).order == ["tidy"]


SLEEPING = {
    "a queue": """
    import queue
    async def main():
        queue.Queue().get()  # here
    """,
    "a lock": """
    import threading
    async def main():
        lock = threading.Lock()
        lock.acquire()
        lock.acquire()  # here
    """,
    "an event": """
    import threading
    async def main():
        threading.Event().wait()  # here
    """,
    "a socket": """
    import socket
    async def main():
        ours, theirs = socket.socketpair()
        ours.recv(1)  # here
    """,
    "a pipe": """
    import os
    async def main():
        os.read(os.pipe()[0], 1)  # here
    """,
    "a thread that waits for the loop": """
    import threading, anyio
    async def main():
        done = threading.Event()
        def job():
            anyio.from_thread.run(anyio.sleep, 1)
            done.set()
        async with anyio.create_task_group() as tg:
            tg.start_soon(anyio.to_thread.run_sync, job)
            await anyio.sleep(0.5)
            done.wait()  # here
    """,
    "a future": """
    import concurrent.futures
    async def main():
        concurrent.futures.Future().result()  # here
    """,
}


@on_both_backends
@pytest.mark.parametrize("source", SLEEPING.values(), ids=SLEEPING)
def test_a_step_that_sleeps_in_the_kernel_blocks_the_loop_and_ends(box: Box, backend: str, source: str) -> None:
    recording = played(box, backend, source)

    assert (recording.ended, recording.reason) == (Ended.BLOCKED_LOOP, "a call that blocks")
    assert recording.line == line_of(source)


@on_both_backends
def test_sleeping_in_the_kernel_over_and_over_ends_all_the_same(box: Box, backend: str) -> None:
    source = """
    import queue
    async def main():
        while True:
            try:
                queue.Queue().get()
            except BaseException:
                pass
    """
    assert played(box, backend, source).ended is Ended.BLOCKED_LOOP


@on_both_backends
def test_after_a_blocked_play_the_next_one_is_judged_by_itself(box: Box, backend: str) -> None:
    source = """
    import anyio
    async def main():
        while True: pass
    async def fine():
        await anyio.sleep(3)
        return "fine"
    """
    scenarios = """
    async def scenario(stage): return await stage.submission.main()
    async def other(stage): return await stage.submission.fine()
    """
    with cell_of(box, source, scenarios) as cell:
        assert cell.recording(play_of(backend)).ended is Ended.BLOCKED_LOOP
        assert cell.recording(play_of(backend, scenario="other")).result == "fine"


# ---- the innocent ----------------------------------------------------------------------------------------------------

INNOCENT = {
    "computes in many short steps": """
    import anyio, time
    async def main():
        for _ in range(6):
            begin = time.thread_time()
            while time.thread_time() - begin < 0.12:
                pass
            await anyio.sleep(0)
    """,
    "computes in many tasks": """
    import anyio
    async def job():
        burn(0.06)
        await anyio.sleep(1)
        burn(0.06)
    async def main():
        async with anyio.create_task_group() as tg:
            for _ in range(6):
                tg.start_soon(job)
    """,
    "awaits a thread that computes": """
    import anyio
    async def main():
        await anyio.to_thread.run_sync(burn, 0.7)
    """,
    "awaits a thread that sleeps in the kernel": """
    import anyio, threading
    async def main():
        event = threading.Event()
        async with anyio.create_task_group() as tg:
            tg.start_soon(anyio.to_thread.run_sync, event.wait)
            await anyio.sleep(1000)
            event.set()
    """,
    "waits for a thread that computes": """
    import threading
    async def main():
        thread = threading.Thread(target=burn, args=(0.4,))
        thread.start()
        thread.join()
    """,
    "blocks for a moment": """
    import select
    async def main():
        select.epoll().poll(0.05)  # nothing knows of this wait but the kernel
    """,
}


@on_both_backends
@pytest.mark.parametrize("source", INNOCENT.values(), ids=INNOCENT)
def test_slow_code_that_awaits_is_not_blamed(box: Box, backend: str, source: str) -> None:
    recording = played(box, backend, source, RUN_MAIN_THAT_BURNS)

    assert (recording.ended, recording.reason) == (Ended.RETURNED, "")
