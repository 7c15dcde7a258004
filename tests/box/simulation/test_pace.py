"""Very many steps: work that goes on for long, tasks that spin, and tasks that awaken each other for ever."""

from __future__ import annotations

from textwrap import dedent

import pytest

from grader.kit.exercise import Limits
from grader.sandbox.box import Box
from grader.wire import BACKENDS
from grader.wire.recording import Ended
from tests.plays_samples import RUN_MAIN_WITH_INPUTS, cell_of, line_of, on_both_backends, play_of, played

WORK = {
    "a stream with room for one": """
    import anyio
    async def main():
        send, receive = anyio.create_memory_object_stream(1)
        async def produce():
            async with send:
                for number in range(12_000):
                    await send.send(number)
        async with anyio.create_task_group() as tg, receive:
            tg.start_soon(produce)
            return len([number async for number in receive])
    """,
    "a stream with room for many": """
    import anyio
    async def main():
        send, receive = anyio.create_memory_object_stream(100)
        async def produce():
            async with send:
                for number in range(12_000):
                    await send.send(number)
        async with anyio.create_task_group() as tg, receive:
            tg.start_soon(produce)
            return len([number async for number in receive])
    """,
    "three tasks in a row": """
    import anyio
    async def main():
        streams = [anyio.create_memory_object_stream(1) for _ in range(3)]
        async def produce(send):
            async with send:
                for number in range(9_000):
                    await send.send(number)
        async def hand_on(receive, send):
            async with send, receive:
                async for number in receive:
                    await send.send(number)
        (first, a), (second, b), _ = streams
        async with anyio.create_task_group() as tg, b:
            tg.start_soon(produce, first)
            tg.start_soon(hand_on, a, second)
            return 3_000 + len([number async for number in b])
    """,
    "tasks that awaken each other": """
    import anyio
    async def main():
        turns = [anyio.Event(), anyio.Event()]
        async def take_turns(mine, other):
            for _ in range(12_000):
                await turns[mine].wait()
                turns[mine] = anyio.Event()
                turns[other].set()
        async with anyio.create_task_group() as tg:
            tg.start_soon(take_turns, 0, 1)
            tg.start_soon(take_turns, 1, 0)
            turns[0].set()
        return 12_000
    """,
    "a long computation that lets others run now and then": """
    import anyio
    async def main():
        for _ in range(25_000):
            await anyio.lowlevel.checkpoint()
        return 12_000
    """,
}


@on_both_backends
@pytest.mark.parametrize("source", WORK.values(), ids=WORK)
def test_work_of_very_many_steps_comes_to_its_own_end(box: Box, backend: str, source: str) -> None:
    recording = played(box, backend, source)

    assert (recording.ended, recording.value, recording.elapsed) == (Ended.RETURNED, 12_000, 0)


ASYNCIO_WORK = {
    "a queue": """
    import asyncio
    async def main():
        queue = asyncio.Queue(2)
        async def produce():
            for number in range(25_000):
                await queue.put(number)
                await asyncio.sleep(0)
        task = asyncio.create_task(produce())
        for _ in range(25_000):
            await queue.get()
            await asyncio.sleep(0)
        return 12_000
    """,
    "callbacks that hand on": """
    import asyncio
    async def main():
        loop, queue = asyncio.get_running_loop(), asyncio.Queue()
        for number in range(15_000):
            loop.call_soon(queue.put_nowait, number)
            await queue.get()
        return 12_000
    """,
}


@pytest.mark.parametrize("source", ASYNCIO_WORK.values(), ids=ASYNCIO_WORK)
def test_work_of_very_many_steps_and_callbacks_of_asyncio_comes_to_its_own_end(box: Box, source: str) -> None:
    recording = played(box, "asyncio", source)

    assert (recording.ended, recording.value, recording.elapsed) == (Ended.RETURNED, 12_000, 0)


SPINNING = {
    "a flag": """
    import anyio
    async def main():
        done = False
        while not done:
            await anyio.sleep(0)  # here
    """,
    "a lock that no other task wants": """
    import anyio
    async def main():
        lock = anyio.Lock()
        while True:
            async with lock:  # here
                pass
    """,
    "a timeout of nothing": """
    import anyio
    async def main():
        event = anyio.Event()
        while not event.is_set():
            with anyio.move_on_after(0):
                await event.wait()  # here
    """,
    "two tasks": """
    import anyio
    async def first():
        while True:
            await anyio.sleep(0)  # here
    async def second():
        while True:
            await anyio.lowlevel.checkpoint()
            await anyio.sleep(0)
    async def main():
        async with anyio.create_task_group() as tg:
            tg.start_soon(first)
            tg.start_soon(second)
            await anyio.sleep(1)
    """,
    "after a sleep, beside one that waits": """
    import anyio
    async def poll():
        await anyio.sleep(1)
        while True:
            await anyio.sleep(0)  # here
    async def main():
        async with anyio.create_task_group() as tg:
            tg.start_soon(poll)
            tg.start_soon(anyio.sleep, 5)
    """,
    "after much work": """
    import anyio
    async def main():
        send, receive = anyio.create_memory_object_stream(1)
        for number in range(5_000):
            await send.send(number)
            await receive.receive()
        while True:
            await anyio.sleep(0)  # here
    """,
}


@on_both_backends
@pytest.mark.parametrize("source", SPINNING.values(), ids=SPINNING)
def test_tasks_that_only_awaken_themselves_never_yield_at_the_same_line(box: Box, backend: str, source: str) -> None:
    recording = played(box, backend, source)

    assert (recording.ended, recording.line) == (Ended.NEVER_YIELDS, line_of(source))


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_the_task_that_was_started_first_is_blamed_in_every_order(box: Box, seed: int) -> None:
    source = SPINNING["two tasks"]

    assert {played(box, backend, source, seed=seed).line for backend in BACKENDS} == {line_of(source)}


ENDLESS = {
    "a stream": """
    import anyio
    async def main():
        send, receive = anyio.create_memory_object_stream(1)
        async def produce():
            while True:
                await send.send(1)
        async with anyio.create_task_group() as tg:
            tg.start_soon(produce)
            async for _ in receive:
                pass
    """,
    "tasks that awaken each other": """
    import anyio
    async def main():
        turns = [anyio.Event(), anyio.Event()]
        async def take_turns(mine, other):
            while True:
                await turns[mine].wait()
                turns[mine] = anyio.Event()
                turns[other].set()
        async with anyio.create_task_group() as tg:
            tg.start_soon(take_turns, 0, 1)
            tg.start_soon(take_turns, 1, 0)
            turns[0].set()
    """,
    "tasks that come and go": """
    import anyio
    async def main():
        while True:
            async with anyio.create_task_group() as tg:
                tg.start_soon(anyio.lowlevel.checkpoint)
    """,
    "waiting until all are blocked": """
    import anyio
    async def main():
        while True:
            await anyio.wait_all_tasks_blocked()
    """,
}


@on_both_backends
@pytest.mark.parametrize("source", ENDLESS.values(), ids=ENDLESS)
def test_tasks_that_work_for_ever_are_late(box: Box, backend: str, source: str) -> None:
    recording = played(box, backend, source, limits=Limits(steps=10_000, wall_seconds=60))

    assert recording.ended is Ended.LATE
    assert recording.reason == "not finished after 10001 steps and 0 virtual seconds"


def test_callbacks_that_call_themselves_never_yield_and_are_blamed_where_they_begin(box: Box) -> None:
    source = """
    import asyncio
    async def main():
        loop = asyncio.get_running_loop()
        def again():  # here
            loop.call_soon(again)
        again()
        await asyncio.sleep(1)
    """
    recording = played(box, "asyncio", source)

    assert (recording.ended, recording.line) == (Ended.NEVER_YIELDS, line_of(source))


def test_callbacks_that_go_on_in_time_for_ever_are_late(box: Box) -> None:
    source = """
    import asyncio
    async def main():
        loop = asyncio.get_running_loop()
        def beat():
            loop.call_later(0.001, beat)
        beat()
        await asyncio.Event().wait()
    """
    recording = played(box, "asyncio", source, limits=Limits(steps=3000, wall_seconds=60))

    assert recording.ended is Ended.LATE
    assert "callbacks" in recording.reason


def test_callbacks_that_go_on_when_the_play_is_stopped_end_all_the_same(box: Box) -> None:
    source = """
    import asyncio
    async def main():
        loop = asyncio.get_running_loop()
        def again():
            loop.call_soon(again)
        again()
        while True:
            try:
                await asyncio.Event().wait()
            except BaseException:
                pass
    """
    assert played(box, "asyncio", source).ended is Ended.NEVER_YIELDS


POLLS = """
import anyio
async def main(times, elsewhere):
    for _ in range(times if elsewhere else 0):
        await anyio.sleep(0)
    for _ in range(times):
        await anyio.sleep(0)  # here
    return "over"
"""


@on_both_backends
def test_fewer_steps_are_enough_in_a_line_in_which_another_play_has_spun(box: Box, backend: str) -> None:
    with cell_of(box, dedent(POLLS), RUN_MAIN_WITH_INPUTS) as cell:
        before = cell.recording(play_of(backend, times=8000, elsewhere=False))
        spun = cell.recording(play_of(backend, times=10**9, elsewhere=False))
        after = cell.recording(play_of(backend, seed=1, times=8000, elsewhere=False))

        assert before.result == "over"
        assert [(each.ended, each.line) for each in (spun, after)] == [(Ended.NEVER_YIELDS, line_of(POLLS))] * 2
        # A collection of garbage may take as long as a step that blocks may where one has blocked before.
        assert (cell.hung.spun, cell.hung.blocked) == ({line_of(POLLS)}, set())


@on_both_backends
def test_as_many_steps_as_ever_are_allowed_in_another_line(box: Box, backend: str) -> None:
    source = POLLS.replace("range(times):", "range(0 if elsewhere else times):")
    with cell_of(box, dedent(source), RUN_MAIN_WITH_INPUTS) as cell:
        assert cell.recording(play_of(backend, times=10**9, elsewhere=False)).ended is Ended.NEVER_YIELDS
        assert cell.recording(play_of(backend, times=8000, elsewhere=True)).result == "over"
