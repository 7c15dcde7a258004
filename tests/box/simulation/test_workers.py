"""Worker threads, sockets and child processes: they hold the virtual clock only while they can go on."""

from __future__ import annotations

from textwrap import dedent

import pytest

from grader.kit.exercise import Limits
from grader.sandbox.box import Box
from grader.wire.recording import Ended
from tests.plays_samples import (
    RUN_MAIN,
    RUN_MAIN_THAT_BURNS,
    RUN_MAIN_WITH_STAGE,
    cell_of,
    line_of,
    on_both_backends,
    play_of,
    played,
)

# ---- threads that sleep ----------------------------------------------------------------------------------------------


@on_both_backends
@pytest.mark.parametrize("seed", [0, 1, 2])
def test_sleeping_in_threads_is_virtual_concurrent_and_exact(box: Box, backend: str, seed: int) -> None:
    source = """
    import time, anyio
    def nap(stage, seconds):
        time.sleep(seconds)
        stage.mark("awake", seconds)
    async def main(stage):
        async with anyio.create_task_group() as tg:
            for seconds in (86400.5, 3, 0.1, 7):
                tg.start_soon(anyio.to_thread.run_sync, nap, stage, seconds)
    """
    recording = played(box, backend, source, RUN_MAIN_WITH_STAGE, seed=seed)

    assert recording.ended is Ended.RETURNED
    assert recording.times("awake") == [0.1, 3, 7, 86400.5]
    assert recording.elapsed == 86400.5


@on_both_backends
def test_sleeps_of_threads_and_of_tasks_share_one_clock(box: Box, backend: str) -> None:
    source = """
    import time, anyio
    def ticks(stage):
        for _ in range(3):
            time.sleep(2)
            stage.mark("thread")
    async def main(stage):
        async with anyio.create_task_group() as tg:
            tg.start_soon(anyio.to_thread.run_sync, ticks, stage)
            for _ in range(3):
                await anyio.sleep(2.5)
                stage.mark("task")
    """
    recording = played(box, backend, source, RUN_MAIN_WITH_STAGE)

    assert recording.times("thread") == [2, 4, 6]
    assert recording.times("task") == [2.5, 5, 7.5]
    assert recording.order == ["thread", "task", "thread", "task", "thread", "task"]


@on_both_backends
def test_the_clocks_in_a_thread_are_virtual_too(box: Box, backend: str) -> None:
    source = """
    import time, anyio
    def job():
        begin = time.monotonic()
        time.sleep(40)
        return time.monotonic() - begin
    async def main():
        return await anyio.to_thread.run_sync(job)
    """
    assert played(box, backend, source).result == 40.0


@on_both_backends
def test_sleeping_in_a_thread_does_not_block_the_loop(box: Box, backend: str) -> None:
    source = """
    import time, anyio
    async def main():
        await anyio.to_thread.run_sync(time.sleep, 100)
    """
    recording = played(box, backend, source)

    assert (recording.ended, recording.elapsed) == (Ended.RETURNED, 100)


@on_both_backends
def test_the_capacity_limiter_makes_threads_queue_in_virtual_time(box: Box, backend: str) -> None:
    source = """
    import time, anyio
    async def job(stage, limiter):
        await anyio.to_thread.run_sync(time.sleep, 10, limiter=limiter)
        stage.mark("done")
    async def main(stage):
        limiter = anyio.CapacityLimiter(2)
        async with anyio.create_task_group() as tg:
            for _ in range(5):
                tg.start_soon(job, stage, limiter)
            await anyio.sleep(5)
            stage.mark("busy", [limiter.borrowed_tokens, limiter.statistics().tasks_waiting])
    """
    recording = played(box, backend, source, RUN_MAIN_WITH_STAGE)

    assert recording.times("done") == [10, 10, 20, 20, 30]
    assert recording.values("busy") == [[2, 3]]


@on_both_backends
def test_the_default_limiter_lets_40_threads_sleep_at_a_time(box: Box, backend: str) -> None:
    source = """
    import time, anyio
    async def main():
        async with anyio.create_task_group() as tg:
            for _ in range(41):
                tg.start_soon(anyio.to_thread.run_sync, time.sleep, 1)
    """
    assert played(box, backend, source).elapsed == 2


@on_both_backends
def test_what_a_thread_raises_and_returns_comes_back(box: Box, backend: str) -> None:
    source = """
    import anyio
    def bad():
        raise LookupError("from the thread")  # here
    async def main():
        assert await anyio.to_thread.run_sync(lambda: 5) == 5
        await anyio.to_thread.run_sync(bad)
    """
    recording = played(box, backend, source)

    assert recording.raised.isa("LookupError")
    assert recording.raised.leaves[0].line == line_of(source)


# ---- threads that talk to the loop -----------------------------------------------------------------------------------


@on_both_backends
def test_a_thread_acts_in_the_loop_in_virtual_time(box: Box, backend: str) -> None:
    source = """
    import time, anyio
    def job(stage):
        time.sleep(1)
        stage.mark("slept")
        value = anyio.from_thread.run(later, stage)
        anyio.from_thread.run_sync(stage.mark, value)
        time.sleep(1)
        anyio.from_thread.run_sync(stage.mark, "end")
    async def later(stage):
        await anyio.sleep(10)
        stage.mark("in the loop")
        return "value"
    async def main(stage):
        await anyio.to_thread.run_sync(job, stage)
    """
    recording = played(box, backend, source, RUN_MAIN_WITH_STAGE)

    assert recording.order == ["slept", "in the loop", "value", "end"]
    assert [mark.time for mark in recording.marks] == [1, 11, 11, 12]


@on_both_backends
def test_an_error_in_the_loop_reaches_the_thread_that_asked(box: Box, backend: str) -> None:
    source = """
    import anyio
    def job(stage):
        for run in (anyio.from_thread.run, anyio.from_thread.run_sync):
            try:
                run(bad if run is anyio.from_thread.run else bad_sync)
            except LookupError as error:
                stage.mark(str(error))
    async def bad():
        await anyio.sleep(1)
        raise LookupError("async")
    def bad_sync():
        raise LookupError("sync")
    async def main(stage):
        await anyio.to_thread.run_sync(job, stage)
    """
    assert played(box, backend, source, RUN_MAIN_WITH_STAGE).order == ["async", "sync"]


@on_both_backends
def test_threads_that_wait_for_each_other_get_on(box: Box, backend: str) -> None:
    source = """
    import queue, time, anyio
    def producer(stage, items):
        for number in range(3):
            time.sleep(10)
            items.put(number)
    def consumer(stage, items):
        for _ in range(3):
            stage.mark("got", items.get())
    async def main(stage):
        items = queue.Queue()
        async with anyio.create_task_group() as tg:
            tg.start_soon(anyio.to_thread.run_sync, consumer, stage, items)
            tg.start_soon(anyio.to_thread.run_sync, producer, stage, items)
    """
    recording = played(box, backend, source, RUN_MAIN_WITH_STAGE)

    assert recording.ended is Ended.RETURNED
    assert (recording.values("got"), recording.times("got")) == ([0, 1, 2], [10, 20, 30])


@on_both_backends
def test_a_thread_that_waits_for_a_task_does_not_hold_the_clock(box: Box, backend: str) -> None:
    source = """
    import threading, anyio
    async def main():
        event = threading.Event()
        async with anyio.create_task_group() as tg:
            tg.start_soon(anyio.to_thread.run_sync, event.wait)
            await anyio.sleep(86400)
            event.set()
    """
    recording = played(box, backend, source)

    assert (recording.ended, recording.elapsed) == (Ended.RETURNED, 86400)


@on_both_backends
def test_threads_that_wait_for_each_other_for_ever_are_a_deadlock(box: Box, backend: str) -> None:
    source = """
    import threading, anyio
    def hold(mine, other):
        with mine:
            barrier.wait()
            with other:
                pass
    barrier = threading.Barrier(2)
    async def main():
        left, right = threading.Lock(), threading.Lock()
        async with anyio.create_task_group() as tg:
            tg.start_soon(anyio.to_thread.run_sync, hold, left, right)
            tg.start_soon(anyio.to_thread.run_sync, hold, right, left)
    """
    assert played(box, backend, source).ended is Ended.DEADLOCK


@on_both_backends
def test_a_thread_that_waits_for_ever_for_a_task_that_waits_for_it_is_a_deadlock(box: Box, backend: str) -> None:
    source = """
    import anyio
    async def main():
        event = anyio.Event()
        await anyio.to_thread.run_sync(anyio.from_thread.run, event.wait)  # here
    """
    recording = played(box, backend, source)

    assert recording.ended is Ended.DEADLOCK
    assert line_of(source) in [waiting.line for waiting in recording.waiting]


# ---- threads and cancellation ----------------------------------------------------------------------------------------


@on_both_backends
def test_an_abandoned_thread_lets_its_task_go_at_once_and_sleeps_on(box: Box, backend: str) -> None:
    source = """
    import time, anyio
    def nap(stage):
        time.sleep(100)
        stage.mark("thread")
    async def main(stage):
        with anyio.move_on_after(3):
            await anyio.to_thread.run_sync(nap, stage, abandon_on_cancel=True)
        stage.mark("task")
        await anyio.sleep(200)
    """
    recording = played(box, backend, source, RUN_MAIN_WITH_STAGE)

    assert recording.times("task") == [3]
    assert recording.times("thread") == [100]
    assert recording.elapsed == 203


@on_both_backends
def test_an_abandoned_thread_does_not_keep_the_play_from_ending(box: Box, backend: str) -> None:
    source = """
    import time, threading, anyio
    async def main():
        with anyio.move_on_after(3):
            await anyio.to_thread.run_sync(time.sleep, 500, abandon_on_cancel=True)
        with anyio.move_on_after(3):
            await anyio.to_thread.run_sync(threading.Event().wait, abandon_on_cancel=True)
    async def again():
        await anyio.to_thread.run_sync(time.sleep, 1)
    """
    scenarios = f"{RUN_MAIN}\nasync def other(stage): await stage.submission.again()"
    with cell_of(box, source, scenarios) as cell:
        first = cell.recording(play_of(backend))
        second = cell.recording(play_of(backend, scenario="other"))

    assert (first.ended, first.elapsed) == (Ended.RETURNED, 6)
    assert (second.ended, second.elapsed) == (Ended.RETURNED, 1)


@on_both_backends
def test_a_thread_that_is_not_abandoned_is_waited_for(box: Box, backend: str) -> None:
    source = """
    import time, anyio
    async def main():
        with anyio.move_on_after(3):
            await anyio.to_thread.run_sync(time.sleep, 100)
    """
    assert played(box, backend, source).elapsed == 100


@on_both_backends
def test_a_call_cancelled_while_it_queues_never_runs(box: Box, backend: str) -> None:
    source = """
    import time, anyio
    async def main(stage):
        limiter = anyio.CapacityLimiter(1)
        async with anyio.create_task_group() as tg:
            tg.start_soon(lambda: anyio.to_thread.run_sync(time.sleep, 10, limiter=limiter))
            await anyio.sleep(1)
            with anyio.move_on_after(2):
                await anyio.to_thread.run_sync(stage.mark, "ran", limiter=limiter)
            stage.mark("gave up")
    """
    recording = played(box, backend, source, RUN_MAIN_WITH_STAGE)

    assert (recording.order, recording.times("gave up")) == (["gave up"], [3])
    assert recording.elapsed == 10


# ---- threads that compute --------------------------------------------------------------------------------------------

BURN = RUN_MAIN_THAT_BURNS.replace("main()", "main(stage)")


@on_both_backends
def test_a_thread_that_computes_holds_the_clock(box: Box, backend: str) -> None:
    source = """
    import anyio
    async def compute(stage):
        await anyio.to_thread.run_sync(burn, 0.2)
        stage.mark("computed")
    async def main(stage):
        async with anyio.create_task_group() as tg:
            tg.start_soon(compute, stage)
            await anyio.sleep(0.001)
            stage.mark("slept")
    """
    recording = played(box, backend, source, BURN)

    assert recording.order == ["computed", "slept"]
    assert recording.times("computed") == [0]


@on_both_backends
def test_threads_take_turns_in_the_order_of_the_schedule(box: Box, backend: str) -> None:
    source = """
    import anyio
    async def main(stage):
        async with anyio.create_task_group() as tg:
            for name in "abcdef":
                tg.start_soon(anyio.to_thread.run_sync, stage.mark, name)
    """
    with cell_of(box, source, RUN_MAIN_WITH_STAGE) as cell, cell_of(box, source, RUN_MAIN_WITH_STAGE) as other:
        orders = {seed: cell.recording(play_of(backend, seed=seed)).order for seed in range(6)}
        again = {seed: other.recording(play_of(backend, seed=seed)).order for seed in range(6)}

    assert "".join(orders[0]) == "abcdef"
    assert len({tuple(order) for order in orders.values()}) == 6
    assert again == orders


@on_both_backends
def test_which_of_the_threads_that_wake_together_goes_on_first_is_a_choice_of_the_schedule(
    box: Box, backend: str
) -> None:
    source = """
    import time, anyio
    def nap(stage, name, seconds):
        time.sleep(seconds)
        stage.mark(name)
    async def main(stage):
        async with anyio.create_task_group() as tg:
            for number, name in enumerate("abcd"):
                tg.start_soon(anyio.to_thread.run_sync, nap, stage, name, 2 - number / 4)
                await anyio.sleep(0.25)
    """
    with cell_of(box, source, RUN_MAIN_WITH_STAGE) as cell:
        recordings = [cell.recording(play_of(backend, seed=seed)) for seed in range(12)]

    assert {mark.time for recording in recordings for mark in recording.marks} == {2}
    assert "".join(recordings[0].order) == "abcd"
    assert len({tuple(recording.order) for recording in recordings}) > 6


@on_both_backends
def test_a_thread_that_sleeps_in_the_kernel_for_a_moment_holds_the_clock(box: Box, backend: str) -> None:
    source = """
    import signal, anyio
    def job(stage):
        signal.sigtimedwait([signal.SIGUSR1], 0.055)  # nothing knows of this wait but the kernel
        stage.mark("thread")
    async def main(stage):
        async with anyio.create_task_group() as tg:
            tg.start_soon(anyio.to_thread.run_sync, job, stage)
            await anyio.sleep(0.001)
            stage.mark("task")
    """
    assert played(box, backend, source, RUN_MAIN_WITH_STAGE).order == ["thread", "task"]


@on_both_backends
def test_waiting_until_all_tasks_are_blocked_waits_for_threads_that_compute(box: Box, backend: str) -> None:
    source = """
    import time, anyio
    def job(stage):
        burn(0.1)
        stage.mark("computed")
        time.sleep(5)
        stage.mark("slept")
    async def main(stage):
        async with anyio.create_task_group() as tg:
            tg.start_soon(anyio.to_thread.run_sync, job, stage)
            await stage.settle()
            stage.mark("settled")
    """
    recording = played(box, backend, source, BURN)

    assert recording.order == ["computed", "settled", "slept"]
    assert [mark.time for mark in recording.marks] == [0, 0, 5]


@on_both_backends
def test_a_thread_that_computes_for_ever_ends_by_the_limit_on_cpu(box: Box, backend: str) -> None:
    source = """
    import anyio
    def spin():
        while True: pass
    async def main():
        with anyio.move_on_after(5):
            await anyio.to_thread.run_sync(spin)
    """
    assert played(box, backend, source, limits=Limits(cpu_seconds=1)).ended is Ended.LIMIT


@on_both_backends
def test_a_thread_of_the_students_own_is_waited_for_while_it_computes(box: Box, backend: str) -> None:
    source = """
    import threading, anyio
    def job(done):
        burn(0.2)
        done.append(1)
    async def main(stage):
        done = []
        threading.Thread(target=job, args=(done,)).start()
        await anyio.sleep(1)
        return done
    """
    assert played(box, backend, source, BURN).result == [1]


# ---- sockets ---------------------------------------------------------------------------------------------------------

ECHO = """
import anyio

async def echo(stream):
    async with stream:
        async for data in stream:
            await stream.send(data)

async def main(stage):
    async with await anyio.create_tcp_listener(local_host="127.0.0.1") as listener, anyio.create_task_group() as tg:
        tg.start_soon(listener.serve, echo)
        tg.start_soon(anyio.sleep, 50)
        port = listener.extra(anyio.abc.SocketAttribute.local_port)
        with anyio.fail_after(1):
            async with await anyio.connect_tcp("127.0.0.1", port) as stream:
                for number in range(20):
                    await stream.send(b"%d" % number)
                    stage.mark("echo", await stream.receive())
        stage.mark("end")
        tg.cancel_scope.cancel()
"""


@on_both_backends
@pytest.mark.parametrize("seed", [0, 1, 2])
def test_talking_over_loopback_takes_no_virtual_time_though_timers_are_pending(
    box: Box, backend: str, seed: int
) -> None:
    recording = played(box, backend, ECHO, RUN_MAIN_WITH_STAGE, seed=seed)

    assert recording.ended is Ended.RETURNED
    assert recording.values("echo") == [b"%d" % number for number in range(20)]
    assert recording.times("end") == [0]


@on_both_backends
def test_a_server_that_takes_its_time_takes_virtual_time(box: Box, backend: str) -> None:
    source = """
    import anyio
    async def serve(stream):
        async with stream:
            await anyio.sleep(3600)
            await stream.send(b"late")
    async def main():
        async with await anyio.create_tcp_listener(local_host="127.0.0.1") as listener, anyio.create_task_group() as tg:
            tg.start_soon(listener.serve, serve)
            port = listener.extra(anyio.abc.SocketAttribute.local_port)
            async with await anyio.connect_tcp("localhost", port) as stream:
                data = await stream.receive()
            tg.cancel_scope.cancel()
        return data
    """
    recording = played(box, backend, source)

    assert (recording.result, recording.elapsed) == (b"late", 3600)


# ---- child processes -------------------------------------------------------------------------------------------------


@on_both_backends
def test_a_child_process_holds_the_clock_until_its_end_is_known(box: Box, backend: str) -> None:
    source = """
    import sys, anyio
    async def main(stage):
        with anyio.fail_after(1):
            done = await anyio.run_process([sys.executable, "-S", "-c", "print(6 * 7)"])
        return done.stdout
    """
    recording = played(box, backend, source, RUN_MAIN_WITH_STAGE)

    assert (recording.ended, recording.elapsed) == (Ended.RETURNED, 0)
    assert recording.result == b"42\n"


@on_both_backends
def test_the_threads_of_a_backend_take_turns_or_are_known(box: Box, backend: str) -> None:
    """Any other thread is watched until it has slept for a while, 60 ms in every play that looks up a name."""
    scenarios = """
        import threading, anyio
        from grader.box.simulation.core import current
        from grader.box.simulation.calls import servants
        async def scenario(stage):
            before = threading.enumerate()
            await anyio.getaddrinfo("localhost", 80)
            new = [thread for thread in threading.enumerate() if thread not in before]
            return [thread in servants or current().workers.call_of(thread) is not None for thread in new]
    """
    assert played(box, backend, "", dedent(scenarios)).result == [True]
