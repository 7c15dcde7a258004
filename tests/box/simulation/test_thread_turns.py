"""Turns of threads: which threads take them, how many there may be, and what passes while threads only poll."""

from __future__ import annotations

import pytest

from grader.kit.exercise import Limits
from grader.sandbox.box import Box
from grader.wire.recording import Ended
from tests.plays_samples import cell_of, line_of, on_both_backends, play_of, played

POLLS = """
import threading, time, anyio
async def main():
    stop = []
    def poll():
        while not stop:
            time.sleep(0)
    thread = threading.Thread(target=poll, daemon=True)
    thread.start()  # here
    {waits}
    stop.append(1)
    await anyio.to_thread.run_sync(thread.join)
    return "over"
"""


@on_both_backends
def test_time_passes_for_tasks_while_a_thread_polls(box: Box, backend: str) -> None:
    recording = played(box, backend, POLLS.format(waits="await anyio.sleep(2)"))

    assert (recording.ended, recording.value, recording.elapsed) == (Ended.RETURNED, "over", 2)


@on_both_backends
def test_a_thread_that_polls_for_what_never_comes_never_yields(box: Box, backend: str) -> None:
    source = POLLS.format(waits="await anyio.Event().wait()")
    recording = played(box, backend, source)

    assert (recording.ended, recording.line) == (Ended.NEVER_YIELDS, line_of(source))


BEATS = """
import threading, time, anyio
async def main():
    def beat():
        while True:
            time.sleep(1)
    threading.Thread(target=beat, daemon=True).start()
    {waits}
"""


@on_both_backends
def test_a_thread_that_never_stops_does_not_hide_that_no_task_goes_on(box: Box, backend: str) -> None:
    recording = played(box, backend, BEATS.format(waits="await anyio.Event().wait()"), limits=Limits(steps=4000))

    assert (recording.ended, recording.elapsed) == (Ended.LATE, 1000)
    assert "1001 turns of threads" in recording.reason


@on_both_backends
def test_a_wait_that_blocks_the_loop_beside_a_thread_that_never_stops_comes_to_an_end(box: Box, backend: str) -> None:
    source = BEATS.format(waits="threading.Event().wait()  # here")
    recording = played(box, backend, source, limits=Limits(steps=4000))

    assert (recording.ended, recording.line) == (Ended.BLOCKED_LOOP, line_of(source))


@on_both_backends
def test_tasks_that_spin_beside_a_thread_that_never_stops_are_late(box: Box, backend: str) -> None:
    source = BEATS.format(waits="while True: await anyio.sleep(0)")
    recording = played(box, backend, source, limits=Limits(steps=40_000))

    assert recording.ended is Ended.LATE
    assert "40001 steps" in recording.reason


@on_both_backends
@pytest.mark.parametrize("name", ["AnyIO worker thread", "Trio thread 0", "grader watch", "asyncio-waitpid-1"])
def test_no_name_frees_a_thread_from_virtual_time(box: Box, backend: str, name: str) -> None:
    source = f"""
    import threading, time, anyio
    async def main():
        thread = threading.Thread(target=time.sleep, args=(3,), name="{name}", daemon=True)
        thread.start()
        await anyio.sleep(2)
        early = thread.is_alive()
        await anyio.sleep(2)
        return early, thread.is_alive()
    """
    recording = played(box, backend, source)

    assert (recording.ended, recording.value) == (Ended.RETURNED, (True, False))


@on_both_backends
def test_a_thread_that_is_started_twice_is_followed_all_the_same(box: Box, backend: str) -> None:
    source = """
    import threading, time, anyio
    async def main():
        thread = threading.Thread(target=time.sleep, args=(3,))
        thread.start()
        try:
            thread.start()
        except RuntimeError as error:
            said = str(error)
        await anyio.sleep(4)
        return said, thread.is_alive()
    """
    recording = played(box, backend, source)

    assert (recording.ended, recording.value) == (Ended.RETURNED, ("threads can only be started once", False))


def test_the_executor_that_the_loop_is_given_runs_what_goes_to_threads(box: Box) -> None:
    source = """
    import asyncio, time
    from concurrent.futures import ThreadPoolExecutor
    async def main():
        asyncio.get_running_loop().set_default_executor(ThreadPoolExecutor(1))
        await asyncio.gather(asyncio.to_thread(time.sleep, 1), asyncio.to_thread(time.sleep, 1))
    """
    recording = played(box, "asyncio", source)

    assert (recording.ended, recording.elapsed) == (Ended.RETURNED, 2)
    assert recording.remarks == ()  # the loop ends its threads


@on_both_backends
def test_the_hook_for_what_a_thread_raises_runs_in_its_turn(box: Box, backend: str) -> None:
    source = """
    import threading, time, anyio
    async def main():
        caught = []
        def hook(arguments):
            time.sleep(1)
            caught.append((arguments.exc_type.__name__, time.monotonic()))
        threading.excepthook = hook
        def fails():
            time.sleep(3)
            raise ValueError
        threading.Thread(target=fails).start()
        await anyio.sleep(5)
        return caught
    """
    recording = played(box, backend, source)

    assert recording.value == [("ValueError", 4.0)]


@on_both_backends
def test_threads_tidy_up_one_after_another_when_a_play_is_over(box: Box, backend: str) -> None:
    source = """
    import sys, threading, anyio
    sys.inside = []
    async def main():
        before, sys.most = getattr(sys, "most", 0), 0
        def serve():
            try:
                threading.Event().wait()
            finally:
                sys.inside.append(1)
                sum(range(200_000))
                sys.most = max(sys.most, len(sys.inside))
                sys.inside.pop()
        for _ in range(20):
            threading.Thread(target=serve).start()
        await anyio.sleep(1)
        return before
    """
    with cell_of(box, source) as cell:
        most = [cell.recording(play_of(backend, seed=seed)).value for seed in range(3)]

    assert most == [0, 1, 1]
