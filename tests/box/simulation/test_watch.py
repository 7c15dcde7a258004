"""Steps that block the loop: by burning CPU, or by sleeping in the kernel. Slow but awaiting code is not blamed."""

from __future__ import annotations

import signal
import threading
from textwrap import dedent
from types import SimpleNamespace

import pytest

from grader.box.simulation.trace import STUDENT
from grader.box.simulation.watch import SIGNAL, Watch
from grader.sandbox.box import Box
from grader.wire.recording import Ended
from tests.plays_samples import (
    RUN_MAIN_THAT_BURNS,
    RUN_MAIN_WITH_INPUTS,
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


# ---- between the steps -----------------------------------------------------------------------------------------------

ON_ASYNCIO = {
    "call_soon": """
    import asyncio
    async def main():
        def callback():
            while True: pass  # here
        asyncio.get_running_loop().call_soon(callback)
        await asyncio.sleep(1)
    """,
    "call_later": """
    import asyncio
    async def main():
        def callback():
            while True: pass  # here
        asyncio.get_running_loop().call_later(3, callback)
        await asyncio.sleep(5)
    """,
    "a callback of a task that is done": """
    import asyncio
    async def main():
        def callback(task):
            while True: pass  # here
        task = asyncio.create_task(asyncio.sleep(1))
        task.add_done_callback(callback)
        await asyncio.sleep(5)
    """,
    "a reader": """
    import asyncio, socket
    async def main():
        ours, theirs = socket.socketpair()
        def callback():
            while True: pass  # here
        asyncio.get_running_loop().add_reader(ours, callback)
        theirs.send(b"x")
        await asyncio.sleep(5)
    """,
    "a callback that catches everything": """
    import asyncio
    async def main():
        def callback():
            while True:
                try:
                    while True: pass  # here
                except BaseException:
                    pass
        asyncio.get_running_loop().call_soon(callback)
        await asyncio.sleep(1)
    """,
}
ON_TRIO = {
    "run_sync_soon": """
    import trio
    async def main():
        def callback():
            while True: pass  # here
        trio.lowlevel.current_trio_token().run_sync_soon(callback)
        await trio.sleep(1)
    """,
    "an abort function": """
    import trio
    async def main():
        def abort(raise_cancel):
            while True: pass  # here
        with trio.move_on_after(1):
            await trio.lowlevel.wait_task_rescheduled(abort)
    """,
}
BETWEEN = [
    *(pytest.param("asyncio", source, id=f"asyncio-{what}") for what, source in ON_ASYNCIO.items()),
    *(pytest.param("trio", source, id=f"trio-{what}") for what, source in ON_TRIO.items()),
]


@pytest.mark.parametrize(("backend", "source"), BETWEEN)
def test_what_computes_between_the_steps_blocks_the_loop_at_its_line(box: Box, backend: str, source: str) -> None:
    recording = played(box, backend, source)

    assert (recording.ended, recording.reason) == (Ended.BLOCKED_LOOP, "computing")
    assert recording.line == line_of(source)


@pytest.mark.parametrize(("backend", "source"), BETWEEN)
def test_what_sleeps_in_the_kernel_between_the_steps_blocks_the_loop_at_its_line(
    box: Box, backend: str, source: str
) -> None:
    sleeping = "import queue\n" + dedent(source).replace("while True: pass", "queue.Queue().get()")
    recording = played(box, backend, sleeping)

    assert (recording.ended, recording.reason) == (Ended.BLOCKED_LOOP, "a call that blocks")
    assert recording.line == line_of(sleeping)


@pytest.mark.parametrize(("backend", "source"), BETWEEN)
def test_time_sleep_between_the_steps_takes_virtual_time(box: Box, backend: str, source: str) -> None:
    over = "None" if backend == "asyncio" else "trio.lowlevel.Abort.SUCCEEDED"
    sleeping = "import time\n" + dedent(source).replace("while True: pass", f"time.sleep(3); return {over}")
    recording = played(box, backend, sleeping)

    assert (recording.ended, recording.reason) == (Ended.BLOCKED_LOOP, "time.sleep(3)")
    assert recording.line == line_of(sleeping)
    assert recording.elapsed >= 3


def test_a_callback_that_computed_for_long_and_ended_is_blamed_where_it_begins(box: Box) -> None:
    source = """
    import asyncio
    from functools import partial
    async def main():
        def callback(seconds):  # here
            burn(seconds)
        asyncio.get_running_loop().call_soon(partial(callback, 0.7))
        await asyncio.sleep(1)
    """
    recording = played(box, "asyncio", source, RUN_MAIN_THAT_BURNS)

    assert (recording.ended, recording.reason, recording.line) == (Ended.BLOCKED_LOOP, "computing", line_of(source))


@on_both_backends
def test_a_finalizer_that_computes_blocks_the_loop_at_its_line(box: Box, backend: str) -> None:
    source = """
    import anyio
    class Dropped:
        def __del__(self):
            while True: pass  # here
    async def main():
        dropped = Dropped()
        dropped.me = dropped
        del dropped
        for number in range(100_000):
            lists = [[] for _ in range(100)]
            await anyio.sleep(1)
    """
    recording = played(box, backend, source)

    assert (recording.ended, recording.line) == (Ended.BLOCKED_LOOP, line_of(source))


@on_both_backends
def test_a_finalizer_that_computes_when_the_play_is_over_blocks_the_loop_at_its_line(box: Box, backend: str) -> None:
    source = """
    class Dropped:
        def __del__(self):
            while True: pass  # here
    async def main():
        dropped = Dropped()
        dropped.me = dropped
    """
    recording = played(box, backend, source)

    assert (recording.ended, recording.line) == (Ended.BLOCKED_LOOP, line_of(source))


# ---- one call into C -------------------------------------------------------------------------------------------------

IN_C = {
    "a regular expression": "re.match('(a+)+b', 'a' * 40)",
    "a power": "10 ** 10 ** 8",
    "a sum": "sum(range(10 ** 12))",
    "a search": "10 ** 12 in itertools.count()",
    "a maximum": "max(itertools.cycle([1, 2]))",
}


@on_both_backends
@pytest.mark.parametrize("call", IN_C.values(), ids=IN_C)
def test_one_long_call_into_c_is_blamed_at_its_line(box: Box, backend: str, call: str) -> None:
    source = f"""
    import anyio, itertools, re
    async def main():
        await anyio.sleep(1)
        return {call} # here
    """
    recording = played(box, backend, source)

    assert (recording.ended, recording.reason) == (Ended.BLOCKED_LOOP, "computing")
    assert recording.line == line_of(source)


def test_after_one_long_call_into_c_the_cell_plays_on_and_the_line_is_known(box: Box) -> None:
    source = """
    async def main(n):
        return sum(range(n))
    """
    with cell_of(box, source, RUN_MAIN_WITH_INPUTS) as cell:
        endless = cell.recording(play_of("asyncio", n=10**12))
        assert (endless.ended, endless.line) == (Ended.BLOCKED_LOOP, 3)
        assert cell.recording(play_of("asyncio", n=10)).result == 45


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
    "calls into C that take long together, in many steps": """
    import anyio
    async def main():
        for _ in range(5):
            sum(range(4_000_000)) + sum(range(4_000_000))
            await anyio.sleep(0)
    """,
    "awaits a thread that is in one long call into C": """
    import anyio
    async def main():
        await anyio.sleep(1)
        await anyio.to_thread.run_sync(sum, range(60_000_000))
    """,
    "sleeps while a thread takes very many turns": """
    import anyio, threading, time
    async def main():
        def beat():
            for _ in range(15_000):
                time.sleep(0.001)
        threading.Thread(target=beat).start()
        await anyio.sleep(30)
    """,
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


@on_both_backends
def test_a_step_that_has_computed_in_a_library_and_then_sleeps_is_ended(box: Box, backend: str) -> None:
    source = """
    import selectors
    async def main():
        burn(0.6)
        selectors.DefaultSelector().select()  # here
    """
    recording = played(box, backend, source, RUN_MAIN_THAT_BURNS)

    assert (recording.ended, recording.line) == (Ended.BLOCKED_LOOP, line_of(source))


# ---- where another play has hung -------------------------------------------------------------------------------------

ONE_OF_TWO_LOOPS = """
import time
async def main(seconds, elsewhere):
    began = time.thread_time()
    while elsewhere and time.thread_time() - began < seconds:
        pass
    while time.thread_time() - began < seconds:  # here
        pass
    return "over"
"""
FOR_EVER, FOR_A_WHILE = 1e9, 0.3


@on_both_backends
def test_a_step_has_less_time_in_a_loop_in_which_another_play_has_hung(box: Box, backend: str) -> None:
    with cell_of(box, ONE_OF_TWO_LOOPS, RUN_MAIN_WITH_INPUTS) as cell:
        before = cell.recording(play_of(backend, seconds=FOR_A_WHILE, elsewhere=False))
        hung = cell.recording(play_of(backend, seconds=FOR_EVER, elsewhere=False))
        after = cell.recording(play_of(backend, seed=1, seconds=FOR_A_WHILE, elsewhere=False))

        assert before.result == "over"
        assert [(each.ended, each.reason) for each in (hung, after)] == [(Ended.BLOCKED_LOOP, "computing")] * 2


@on_both_backends
def test_a_line_that_sleeps_in_virtual_time_is_not_one_in_which_a_play_has_hung(box: Box, backend: str) -> None:
    source = """
    import time
    async def main(pause, seconds):
        began = time.thread_time()
        while time.thread_time() - began < seconds:
            pause and time.sleep(pause)
    """
    with cell_of(box, source, RUN_MAIN_WITH_INPUTS) as cell:
        slept = cell.recording(play_of(backend, pause=1, seconds=0.01))
        computed = cell.recording(play_of(backend, pause=0, seconds=FOR_A_WHILE))

        assert (slept.reason, slept.ended) == ("time.sleep(1)", Ended.BLOCKED_LOOP)
        assert computed.ended is Ended.RETURNED


@on_both_backends
def test_a_step_has_as_much_time_as_ever_in_another_loop_of_the_same_function(box: Box, backend: str) -> None:
    with cell_of(box, ONE_OF_TWO_LOOPS, RUN_MAIN_WITH_INPUTS) as cell:
        hung = cell.recording(play_of(backend, seconds=FOR_EVER, elsewhere=False))
        elsewhere = cell.recording(play_of(backend, seconds=FOR_A_WHILE, elsewhere=True))

        assert hung.ended is Ended.BLOCKED_LOOP
        assert (elsewhere.ended, elsewhere.value) == (Ended.RETURNED, "over")


def test_a_signal_is_sent_only_where_some_of_the_learners_code_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    sent: list[object] = []
    monkeypatch.setattr(signal, "pthread_kill", lambda *given: sent.append(given))
    watch = Watch(SimpleNamespace(loop_thread=threading.get_ident()))  # type: ignore[arg-type]

    watch._tell(sleeps=False)
    assert sent == []

    exec(compile("tell(sleeps=False)", f"{STUDENT}submission.py", "exec"), {"tell": watch._tell})
    assert sent == [(threading.get_ident(), SIGNAL)]
