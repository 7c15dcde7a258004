"""What anyio's own test suite, run inside the simulation by benchmarks/legality.py, has shown to be wrong with it."""

from __future__ import annotations

import subprocess
import sys

from grader.sandbox.box import Box
from grader.wire.recording import Ended
from tests.plays_samples import RUN_MAIN, RUN_MAIN_WITH_STAGE, cell_of, on_both_backends, play_of, played


@on_both_backends
def test_a_child_process_that_waits_for_its_parent_does_not_hold_the_clock(box: Box, backend: str) -> None:
    source = """
    import subprocess, sys, anyio
    async def main():
        answer = [sys.executable, "-S", "-c", "print(input())"]
        async with await anyio.open_process(answer, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
            await anyio.sleep(86400)
            await process.stdin.send(b"hello\\n")
            return await process.stdout.receive()
    """
    recording = played(box, backend, source)

    assert (recording.ended, recording.elapsed) == (Ended.RETURNED, 86400)
    assert recording.result == b"hello\n"


@on_both_backends
def test_a_child_process_that_nobody_writes_to_is_a_deadlock(box: Box, backend: str) -> None:
    source = """
    import subprocess, sys, anyio
    async def main():
        async with await anyio.open_process([sys.executable, "-S", "-c", "input()"]) as process:
            await process.wait()
    """
    assert played(box, backend, source).ended is Ended.DEADLOCK


@on_both_backends
def test_a_child_process_that_works_does_not_keep_all_tasks_from_being_blocked(box: Box, backend: str) -> None:
    source = """
    import sys, anyio
    async def work(stage):
        await anyio.run_process([sys.executable, "-S", "-c", "import time; time.sleep(0.5)"])
        stage.mark("worked")
    async def main(stage):
        async with anyio.create_task_group() as tg:
            tg.start_soon(work, stage)
            await anyio.wait_all_tasks_blocked()
            stage.mark("blocked")
    """
    recording = played(box, backend, source, RUN_MAIN_WITH_STAGE)

    assert recording.order == ["blocked", "worked"]
    assert recording.elapsed == 0


def test_tasks_of_another_class_are_tasks(box: Box) -> None:
    source = """
    import asyncio, anyio
    async def main(stage):
        theirs, asyncio.Task = asyncio.Task, asyncio.tasks._PyTask
        async with anyio.create_task_group() as tg:
            for name in "ab":
                tg.start_soon(anyio.sleep, 1)
            await anyio.sleep(2)
        asyncio.Task = theirs
        await anyio.sleep(1)
    """
    recording = played(box, "asyncio", source, RUN_MAIN_WITH_STAGE)

    assert (recording.ended, recording.elapsed) == (Ended.RETURNED, 3)
    assert recording.trace is not None
    assert len(recording.trace.tasks) == 3


@on_both_backends
def test_a_thread_of_the_students_own_is_waited_for_though_others_have_ended(box: Box, backend: str) -> None:
    source = """
    import builtins, threading, time, anyio
    def burn(done):
        begin = time.thread_time()
        while time.thread_time() - begin < 0.2:
            pass
        done.append(1)
    async def main():
        builtins.event.set()
        for thread in builtins.left:
            thread.join()
        done = []
        threading.Thread(target=burn, args=(done,)).start()
        await anyio.sleep(1)
        return done
    """
    # By the scenario: after a play in which the student's code leaves threads behind comes a process of its own.
    scenarios = f"""{RUN_MAIN}
import builtins, threading
async def before(stage):
    builtins.event = threading.Event()
    builtins.left = [threading.Thread(target=builtins.event.wait, daemon=True) for _ in range(3)]
    for thread in builtins.left:
        thread.start()
"""
    with cell_of(box, source, scenarios) as cell:
        assert cell.recording(play_of(backend, scenario="before")).ended is Ended.RETURNED
        recording = cell.recording(play_of(backend))

    assert (recording.ended, recording.result) == (Ended.RETURNED, [1])


POSTED = """
import sys, threading
from functools import partial
import anyio
from grader.box.simulation.core import Bounds
from grader.box.simulation.run import prepare, run
from grader.box.simulation.schedule import Schedule

backend = sys.argv[1]
simulation = prepare(backend, Schedule(), Bounds())
look, posts = simulation.workers.others, []

def run_and_post():
    wait = look()
    if wait is None and posts:
        thread = threading.Thread(target=posts.pop())
        thread.start()
        thread.join()
    return wait

async def main():
    event = anyio.Event()
    if backend == "asyncio":
        import asyncio
        post = asyncio.get_running_loop().call_soon_threadsafe
    else:
        import trio
        post = trio.lowlevel.current_trio_token().run_sync_soon
    posts.append(partial(post, event.set))
    await event.wait()

simulation.workers.others = run_and_post
error = run(simulation, main)
print(error, simulation.stopped, simulation.now, posts)
"""


@on_both_backends
def test_a_call_of_a_thread_that_has_ended_between_the_poll_and_the_look_at_threads_is_not_lost(backend: str) -> None:
    done = subprocess.run(
        [sys.executable, "-c", POSTED, backend], capture_output=True, text=True, timeout=60, check=True
    )

    assert done.stdout.split() == ["None", "None", "0.0", "[]"]
