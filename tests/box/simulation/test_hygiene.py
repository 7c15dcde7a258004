"""What a play leaves behind: threads, generators, streams, swallowed cancellations, unretrieved exceptions."""

from __future__ import annotations

import pytest

from grader.sandbox.box import Box
from grader.wire.recording import Ended
from grader.wire.rows import Remark
from tests.plays_samples import RUN_MAIN, RUN_MAIN_WITH_STAGE, cell_of, line_of, on_both_backends, play_of, played

HEAD = """
import anyio
import threading
import time
from contextlib import aclosing, asynccontextmanager, suppress
from anyio import CancelScope, create_memory_object_stream, create_task_group, move_on_after, sleep, sleep_forever
"""


def left_behind(box: Box, backend: str, source: str, scenarios: str = RUN_MAIN) -> tuple[Remark, ...]:
    return played(box, backend, source, scenarios).remarks


def remark(slug: str, source: str, detail: str) -> tuple[Remark, ...]:
    return (Remark(slug=slug, line=line_of(source), detail=detail),)


# ---- cancellation ----------------------------------------------------------------------------------------------------

CANCEL_MAIN = """
import anyio
async def scenario(stage):
    with anyio.move_on_after(1):
        await stage.attempt("main", stage.submission.main)
    return "over"
"""

SWALLOWED = {
    "by a bare except": """
        try:
            await sleep_forever()  # here
        except:
            pass
    """,
    "by returning from finally": """
        try:
            await sleep_forever()  # here
        finally:
            return 1
    """,
    "by suppress": """
        with suppress(BaseException):
            await sleep_forever()  # here
    """,
    "by a context manager": """
        @asynccontextmanager
        async def quiet():
            try:
                yield  # here
            except BaseException:
                pass
        async with quiet():
            await sleep_forever()
    """,
    "after a clean-up that awaits": """
        try:
            await sleep_forever()  # here
        except BaseException:
            with CancelScope(shield=True):
                await sleep(3)
    """,
    "by keeping it": """
        kept = []
        try:
            await sleep_forever()  # here
        except BaseException as error:
            kept.append(error)
            kept.append(kept)
    """,
    "and turned into an error": """
        try:
            await sleep_forever()  # here
        except BaseException:
            raise ValueError
    """,
}


@on_both_backends
@pytest.mark.parametrize("how", SWALLOWED)
def test_a_cancellation_that_the_students_code_swallows_is_reported_with_its_line(
    box: Box, backend: str, how: str
) -> None:
    source = f"{HEAD}\nasync def main():{SWALLOWED[how]}"
    found = left_behind(box, backend, source, CANCEL_MAIN)
    assert [(each.slug, each.line) for each in found] == [("swallowed-cancellation", line_of(source))]


@on_both_backends
@pytest.mark.parametrize("how", [how for how in SWALLOWED if "error" not in how])
def test_a_task_that_swallows_the_cancellation_of_its_group_is_reported(box: Box, backend: str, how: str) -> None:
    source = f"""{HEAD}
async def job():{SWALLOWED[how]}
async def main():
    async with create_task_group() as tg:
        tg.start_soon(job)
        await sleep(1)
        tg.cancel_scope.cancel()
"""
    found = left_behind(box, backend, source)
    assert [(each.slug, each.line) for each in found] == [("swallowed-cancellation", line_of(source))]


LEGAL = {
    "a clean-up": """
        try:
            await sleep_forever()
        finally:
            with CancelScope(shield=True):
                await sleep(3)
    """,
    "observing it": """
        try:
            await sleep_forever()
        except BaseException as error:
            kept = error
            raise
    """,
    "raising it later": """
        try:
            await sleep_forever()
        except BaseException as error:
            kept = error
        raise kept
    """,
    "a scope of its own": """
        with move_on_after(0.5):
            await sleep_forever()
        await sleep(0.1)
    """,
    "a scope of its own at the same moment": """
        with move_on_after(1):
            await sleep_forever()
    """,
    "a group of its own": """
        async with create_task_group() as tg:
            tg.start_soon(sleep_forever)
            await sleep(0.5)
            tg.cancel_scope.cancel()
    """,
    "a group that fails while its body waits": """
        async def fail():
            await sleep(0.5)
            raise ValueError
        try:
            async with create_task_group() as tg:
                tg.start_soon(fail)
                await sleep_forever()
        except* ValueError:
            pass
    """,
    "a limit of its own": """
        try:
            with anyio.fail_after(0.5):
                await sleep_forever()
        except TimeoutError:
            pass
    """,
    "except Exception": """
        while True:
            try:
                await sleep(0.25)
            except Exception:
                pass
    """,
    "a clean-up that is cancelled too": """
        try:
            await sleep_forever()
        finally:
            await sleep(3)
    """,
    "a clean-up that is cancelled after a while": """
        try:
            await sleep_forever()
        finally:
            with CancelScope(shield=True):
                await sleep(3)
            await sleep(3)
    """,
    "an error in the clean-up": """
        try:
            await sleep_forever()
        except BaseException:
            try:
                raise ValueError
            except ValueError:
                pass
            raise
    """,
}


@on_both_backends
@pytest.mark.parametrize("how", LEGAL)
def test_a_cancellation_that_arrives_where_it_should_is_no_remark(box: Box, backend: str, how: str) -> None:
    source = f"{HEAD}\nasync def main():{LEGAL[how]}"
    recording = played(box, backend, source, CANCEL_MAIN)

    assert recording.result == "over"
    assert recording.remarks == ()


@on_both_backends
def test_what_the_scenario_swallows_is_not_the_students_fault(box: Box, backend: str) -> None:
    scenarios = """
    import anyio
    async def stubborn():
        try:
            await anyio.sleep_forever()
        except BaseException:
            return "no"
    async def scenario(stage):
        await stage.submission.main(stubborn)
    """
    source = """
    import anyio
    async def main(fn):
        async with anyio.create_task_group() as tg:
            tg.start_soon(run, fn)
            await anyio.sleep(1)
            tg.cancel_scope.cancel()
    async def run(fn):
        return await fn()
    """
    assert left_behind(box, backend, source, scenarios) == ()


@on_both_backends
def test_how_a_play_is_ended_is_no_cancellation_of_the_student(box: Box, backend: str) -> None:
    source = f"""{HEAD}
async def main():
    while True:
        with suppress(BaseException):
            await sleep_forever()
"""
    recording = played(box, backend, source)

    assert (recording.ended, recording.remarks) == (Ended.DEADLOCK, ())


# ---- generators ------------------------------------------------------------------------------------------------------

COUNT = f"""{HEAD}
async def count():
    for number in range(10):
        await sleep(1)
        yield number
"""

HALF_WAY = {
    "break": """
async def main():
    async for number in count():  # here
        break
    await sleep(1)
""",
    "return": """
async def main():
    async for number in count():  # here
        return number
""",
    "a name of its own": """
async def main():
    numbers = count()
    await anext(numbers)  # here
    return 1
""",
    "an error": """
async def main():
    with suppress(ValueError):
        async for number in count():  # here
            raise ValueError
""",
    "a cycle": """
async def main():
    numbers = count()
    await anext(numbers)  # here
    box = [numbers]
    box.append(box)
""",
}


@on_both_backends
@pytest.mark.parametrize("how", HALF_WAY)
def test_a_generator_that_is_left_half_way_is_reported_where_it_is_iterated_over(
    box: Box, backend: str, how: str
) -> None:
    source = COUNT + HALF_WAY[how]

    assert left_behind(box, backend, source) == remark("unclosed", source, "count")


TIDY = {
    "exhausted": "    async for number in count(): pass",
    "aclosing": "    async with aclosing(count()) as numbers:\n        async for number in numbers: break",
    "aclose": "    numbers = count()\n    await anext(numbers)\n    await numbers.aclose()",
    "never begun": "    count()",
    "an error inside": "    with suppress(ValueError):\n        async for n in failing(): pass",
    "a context manager": "    async with room(): pass",
}
MORE = """
async def failing():
    yield 1
    raise ValueError
@asynccontextmanager
async def room():
    await sleep(1)
    yield
"""


@on_both_backends
@pytest.mark.parametrize("how", TIDY)
def test_a_generator_that_came_to_its_end_is_no_remark(box: Box, backend: str, how: str) -> None:
    source = f"{COUNT}{MORE}async def main():\n{TIDY[how]}\n"

    assert left_behind(box, backend, source) == ()


@on_both_backends
@pytest.mark.parametrize(
    "scenario",
    [
        "async for number in stage.submission.count(): break",
        "await anext(stage.submission.Numbers())",
        "await stage.submission.first(stage.submission.count())",
    ],
)
def test_a_generator_that_the_scenario_may_close_is_no_remark(box: Box, backend: str, scenario: str) -> None:
    source = f"""{COUNT}
class Numbers:
    def __init__(self): self.numbers = count()
    def __anext__(self): return anext(self.numbers)
async def first(numbers):
    async for number in numbers:
        return number
"""
    assert left_behind(box, backend, source, f"async def scenario(stage):\n    {scenario}") == ()


# ---- streams ---------------------------------------------------------------------------------------------------------


@on_both_backends
def test_a_memory_stream_that_is_not_closed_is_reported_where_it_was_made(box: Box, backend: str) -> None:
    source = f"""{HEAD}
async def main():
    send, receive = create_memory_object_stream(1)  # here
    async with send:
        await send.send(1)
    return await receive.receive()
"""
    assert left_behind(box, backend, source) == remark("unclosed", source, "MemoryObjectReceiveStream")


@on_both_backends
def test_a_clone_that_is_not_closed_is_reported_where_it_was_cloned(box: Box, backend: str) -> None:
    source = f"""{HEAD}
async def main():
    send, receive = create_memory_object_stream(1)
    with send, receive:
        send.clone()  # here
"""
    assert left_behind(box, backend, source) == remark("unclosed", source, "MemoryObjectSendStream")


SOCKETS = """
import anyio
async def scenario(stage):
    listener = await anyio.create_tcp_listener(local_host="127.0.0.1")
    async def handle(client):
        async with client:
            await client.send(b"x")
    async with anyio.create_task_group() as tg, listener:
        tg.start_soon(listener.serve, handle)
        await stage.submission.main(listener.extra(anyio.abc.SocketAttribute.local_port))
        tg.cancel_scope.cancel()
"""


@on_both_backends
def test_a_connection_that_is_not_closed_is_reported_where_it_was_made(box: Box, backend: str) -> None:
    source = f"""{HEAD}
async def main(port):
    stream = await anyio.connect_tcp("127.0.0.1", port)  # here
    return await stream.receive()
"""
    assert left_behind(box, backend, source, SOCKETS) == remark("unclosed", source, "SocketStream")


@on_both_backends
def test_what_is_closed_on_every_path_is_no_remark(box: Box, backend: str) -> None:
    source = f"""{HEAD}
async def main(port):
    send, receive = create_memory_object_stream(1)
    async with send, receive, send.clone():
        async with await anyio.connect_tcp("127.0.0.1", port) as stream:
            await send.send(await stream.receive())
            return await receive.receive()
"""
    assert left_behind(box, backend, source, SOCKETS) == ()


@on_both_backends
def test_streams_of_the_scenario_are_the_scenarios_business(box: Box, backend: str) -> None:
    scenarios = """
    import anyio
    async def scenario(stage):
        send, receive = anyio.create_memory_object_stream(1)
        await send.send(1)
        return await stage.submission.main(receive)
    """
    assert left_behind(box, backend, "async def main(stream): return await stream.receive()", scenarios) == ()


# ---- threads ---------------------------------------------------------------------------------------------------------


@on_both_backends
def test_a_worker_thread_that_was_abandoned_is_reported(box: Box, backend: str) -> None:
    source = f"""{HEAD}
async def main():
    with move_on_after(1):
        await anyio.to_thread.run_sync(time.sleep, 50, abandon_on_cancel=True)  # here
"""
    assert left_behind(box, backend, source) == remark("leaked-thread", source, "a thread")


@on_both_backends
def test_a_thread_of_ones_own_that_goes_on_is_reported_and_ends_with_the_play(box: Box, backend: str) -> None:
    source = f"""{HEAD}
import os
async def main():
    before = threading.active_count()
    threading.Thread(target=wait, daemon=True).start()  # here
    await anyio.sleep(1)
    return [os.getpid(), before]
"""
    ends = "def wait(): threading.Event().wait()"
    resists = """
def wait():
    while True:
        try:
            threading.Event().wait()
        except SystemExit:
            pass
"""
    with cell_of(box, source + ends) as cell, cell_of(box, source + resists) as other:
        first, second = (cell.recording(play_of(backend, seed=seed)) for seed in (0, 1))
        third, fourth = (other.recording(play_of(backend, seed=seed)) for seed in (0, 1))

    found = {recording.remarks for recording in (first, second, third, fourth)}
    assert found == {remark("leaked-thread", source, "a thread")}
    assert first.result == second.result
    assert third.result[0] != fourth.result[0]  # type: ignore[index]
    assert third.result[1] == fourth.result[1]  # type: ignore[index]


@on_both_backends
def test_threads_that_have_ended_are_no_remark(box: Box, backend: str) -> None:
    source = f"""{HEAD}
async def main():
    thread = threading.Thread(target=int)
    thread.start()
    await anyio.to_thread.run_sync(thread.join)
    await anyio.to_thread.run_sync(time.sleep, 5)
"""
    assert left_behind(box, backend, source) == ()


# ---- exceptions that no code retrieves -------------------------------------------------------------------------------


def test_an_exception_that_nobody_retrieves_is_reported_with_its_line(box: Box) -> None:
    source = """
    import asyncio
    async def job():
        raise ValueError  # here
    async def main():
        asyncio.create_task(job())
        await asyncio.sleep(1)
    """
    assert left_behind(box, "asyncio", source) == remark("unretrieved", source, "job")


def test_an_exception_that_somebody_looks_at_is_no_remark(box: Box) -> None:
    source = """
    import asyncio
    async def job():
        raise ValueError
    async def main():
        await asyncio.wait([task := asyncio.create_task(job())])
        task.exception()
    """
    assert left_behind(box, "asyncio", source) == ()


@on_both_backends
def test_the_scenarios_own_exceptions_are_no_remark(box: Box, backend: str) -> None:
    source = f"""{HEAD}
async def main(stage):
    async with create_task_group() as tg:
        tg.start_soon(stage.attempt, "x", int, "y")
"""
    assert left_behind(box, backend, source, RUN_MAIN_WITH_STAGE) == ()


@on_both_backends
def test_plays_with_an_open_generator_do_not_pile_up(box: Box, backend: str) -> None:
    counts_tasks = """
        import gc
        async def numbers():
            yield 1
            yield 2
        async def main():
            global kept
            kept = numbers()
            await anext(kept)
            return sum(type(each).__name__ == "TaskRecord" for each in gc.get_objects())
    """
    with cell_of(box, counts_tasks) as cell:
        found = [cell.recording(play_of(backend, seed=seed)).result for seed in range(9)]

    # A generator that is finalized by the collector goes with the collection after that, and what the watcher's thread
    # looks at just then goes with a later one.
    assert min(found[3:]) <= found[2]


@on_both_backends
def test_an_exception_group_that_lies_about_what_it_holds_cannot_hold_up_the_search(box: Box, backend: str) -> None:
    source = """
    import anyio
    class Endless(ExceptionGroup):
        pass
    async def main():
        with anyio.move_on_after(1):
            try:
                await anyio.sleep(5)
            except BaseException:
                group = Endless("holds itself", [ValueError("inside")])
                Endless.exceptions = (group,)
                async with anyio.create_task_group() as tg:
                    raise group
    """
    recording = played(box, backend, source)

    assert recording.ended is Ended.RAISED
