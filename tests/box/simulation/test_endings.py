"""How plays end that do not come to their own end, and that every one of them ends."""

from __future__ import annotations

from dataclasses import replace

import pytest

from grader.box.simulation.core import Abandoned, Bounds, Simulation
from grader.box.simulation.schedule import Schedule
from grader.kit.exercise import Limits
from grader.sandbox.box import Box
from grader.wire.recording import Ended
from grader.wire.rows import Missing, Waiting
from tests.box.simulation.test_idling import StillLoop
from tests.plays_samples import RUN_MAIN_WITH_STAGE, cell_of, line_of, on_both_backends, play_of, played

# ---- deadlock --------------------------------------------------------------------------------------------------------


@on_both_backends
def test_a_deadlock_names_who_waits_where_for_what_and_since_when(box: Box, backend: str) -> None:
    source = """
    import anyio
    async def hold(mine, other):
        async with mine:
            await anyio.sleep(3)
            async with other:  # here
                pass
    async def main():
        left, right = anyio.Lock(), anyio.Lock()
        async with anyio.create_task_group() as tg:
            tg.start_soon(hold, left, right)
            tg.start_soon(hold, right, left, name="another")
    """
    recording = played(box, backend, source)

    assert (recording.ended, recording.elapsed) == (Ended.DEADLOCK, 3)
    assert recording.waiting[0].task == "main"
    line = line_of(source)
    assert recording.waiting[1:] == (
        Waiting(task="hold", line=line, awaiting="Lock.__aenter__", since=3),
        Waiting(task="another", line=line, awaiting="Lock.__aenter__", since=3),
    )


@on_both_backends
@pytest.mark.parametrize(
    ("wait", "awaiting"),
    [
        ("await anyio.Event().wait()", "Event.wait"),
        ("await anyio.sleep_forever()", "sleep_forever"),
        ("await anyio.create_memory_object_stream(0)[1].receive()", "MemoryObjectReceiveStream.receive"),
        ("await anyio.create_memory_object_stream(0)[0].send(1)", "MemoryObjectSendStream.send"),
        ("await helper()", "what it was given"),  # a function of the scenario, whose name is not the student's
    ],
)
def test_what_is_awaited_is_named_in_the_words_of_the_students_line(
    box: Box, backend: str, wait: str, awaiting: str
) -> None:
    scenarios = """
    import anyio
    async def helper():
        await anyio.sleep_forever()
    async def scenario(stage):
        stage.submission.helper = helper
        await stage.submission.main()
    """
    (waiting,) = played(box, backend, f"import anyio\nasync def main():\n    {wait}", scenarios).waiting

    assert (waiting.line, waiting.awaiting) == (3, awaiting)


@on_both_backends
def test_the_innermost_line_of_the_student_is_named(box: Box, backend: str) -> None:
    source = """
    import anyio
    async def outer():
        return await middle()
    async def middle():
        return await inner()
    async def inner():
        await anyio.Event().wait()  # here
    async def main():
        await outer()
    """
    assert [waiting.line for waiting in played(box, backend, source).waiting] == [line_of(source)]


@on_both_backends
@pytest.mark.parametrize(
    "loop",
    [
        "async for item in endless(): pass",
        "await anext(endless())",
        "await anext(endless(), None)",
        "await endless().asend(None)",
    ],
)
def test_a_wait_inside_an_async_generator_is_found(box: Box, backend: str, loop: str) -> None:
    source = f"""
    import anyio
    async def endless():
        await anyio.Event().wait()  # here
        yield 1
    async def main():
        {loop}
    """
    (waiting,) = played(box, backend, source).waiting

    assert (waiting.line, waiting.awaiting) == (line_of(source), "Event.wait")


@on_both_backends
def test_a_wait_inside_an_async_context_manager_is_found(box: Box, backend: str) -> None:
    source = """
    import anyio
    from contextlib import asynccontextmanager
    @asynccontextmanager
    async def room():
        await anyio.Event().wait()  # here
        yield
    class Door:
        async def __aenter__(self):
            async with room():
                pass
        async def __aexit__(self, *exc): pass
    async def main():
        async with Door():
            pass
    """
    (waiting,) = played(box, backend, source).waiting

    assert waiting.line == line_of(source)


@on_both_backends
def test_a_task_that_does_not_wait_in_the_students_file_has_no_line(box: Box, backend: str) -> None:
    scenarios = """
    import anyio
    async def scenario(stage):
        await anyio.sleep_forever()
    """
    assert [waiting.line for waiting in played(box, backend, "", scenarios).waiting] == [None]


@on_both_backends
def test_the_clean_up_of_a_deadlock_runs_and_takes_its_time(box: Box, backend: str) -> None:
    source = """
    import anyio
    async def main(stage):
        try:
            await anyio.sleep(1)
            await anyio.Event().wait()
        finally:
            with anyio.CancelScope(shield=True):
                await anyio.sleep(2)
            stage.mark("tidy")
    """
    recording = played(box, backend, source, RUN_MAIN_WITH_STAGE)

    assert recording.ended is Ended.DEADLOCK
    assert recording.times("tidy") == [3]


STUBBORN = {
    "shield": """
    import anyio
    async def main():
        with anyio.CancelScope(shield=True):
            await anyio.Event().wait()
    """,
    "nested shields": """
    import anyio
    async def main():
        try:
            await anyio.sleep_forever()
        finally:
            for _ in range(3):
                with anyio.CancelScope(shield=True):
                    try:
                        await anyio.sleep_forever()
                    except BaseException:
                        pass
    """,
    "shield in every task": """
    import anyio
    async def job():
        with anyio.CancelScope(shield=True):
            await anyio.Event().wait()
    async def main():
        async with anyio.create_task_group() as tg:
            for _ in range(5):
                tg.start_soon(job)
    """,
    "swallows everything": """
    import anyio
    async def main():
        while True:
            try:
                await anyio.Event().wait()
            except BaseException:
                pass
    """,
    "swallows everything under a shield": """
    import anyio
    async def main():
        with anyio.CancelScope(shield=True):
            while True:
                try:
                    await anyio.Event().wait()
                except BaseException:
                    pass
    """,
    "sleeps on in virtual time": """
    import anyio
    async def main():
        with anyio.CancelScope(shield=True):
            try:
                await anyio.Event().wait()
            finally:
                while True:
                    try:
                        await anyio.sleep(100_000)
                    except BaseException:
                        pass
    """,
}


@on_both_backends
@pytest.mark.parametrize("why", STUBBORN)
def test_a_deadlock_that_resists_every_cancellation_ends_all_the_same(box: Box, backend: str, why: str) -> None:
    scenarios = """
    async def scenario(stage):
        async with stage.span("main"):
            await stage.submission.main()
    """
    recording = played(box, backend, STUBBORN[why], scenarios)

    assert recording.ended is Ended.DEADLOCK
    assert recording.waiting
    if why == "swallows everything":
        assert recording.span("main").how == "open"


@on_both_backends
def test_after_a_deadlock_the_same_process_plays_on(box: Box, backend: str) -> None:
    source = """
    import anyio, os
    async def main(stage):
        stage.mark("process", os.getpid())
        await anyio.Event().wait()
    async def fine(stage):
        await anyio.sleep(1)
        stage.mark("process", os.getpid())
    """
    scenarios = f"{RUN_MAIN_WITH_STAGE}\nasync def other(stage): return await stage.submission.fine(stage)"
    with cell_of(box, source, scenarios) as cell:
        first = cell.recording(play_of(backend))
        second = cell.recording(play_of(backend, scenario="other"))

    assert (first.ended, second.ended) == (Ended.DEADLOCK, Ended.RETURNED)
    assert first.values("process") == second.values("process")


@on_both_backends
def test_a_shield_does_not_keep_the_clean_up_from_running(box: Box, backend: str) -> None:
    source = """
    import anyio
    async def main(stage):
        try:
            with anyio.CancelScope(shield=True):
                await anyio.Event().wait()
        finally:
            stage.mark("tidy")
    """
    assert played(box, backend, source, RUN_MAIN_WITH_STAGE).order == ["tidy"]


def test_a_run_that_idles_on_however_often_it_is_aborted_is_abandoned() -> None:
    class Deaf(Simulation):
        def abort(self) -> None:
            pass

    simulation = Deaf(Schedule(), Bounds())
    simulation.idling.loop = StillLoop()
    simulation.idling.decide()
    assert simulation.stopped is not None
    assert simulation.stopped.ended is Ended.DEADLOCK

    for _ in range(20):
        simulation.idling.decide()
    with pytest.raises(Abandoned):
        simulation.idling.decide()


@on_both_backends
def test_a_missing_arrival_at_a_gate_is_a_deadlock(box: Box, backend: str) -> None:
    scenarios = """
    async def scenario(stage):
        arrive = stage.gate(2)
        await stage.submission.main(arrive)
    """
    recording = played(box, backend, "async def main(arrive):\n    await arrive()", scenarios)

    assert recording.ended is Ended.DEADLOCK
    assert [(waiting.line, waiting.awaiting) for waiting in recording.waiting] == [(2, "arrive")]


@on_both_backends
def test_waiting_for_a_socket_on_which_nothing_ever_comes_is_a_deadlock(box: Box, backend: str) -> None:
    source = """
    import anyio
    async def main():
        async with await anyio.create_tcp_listener(local_host="127.0.0.1") as listener:
            port = listener.extra(anyio.abc.SocketAttribute.local_port)
            async with await anyio.connect_tcp("127.0.0.1", port) as stream:
                await stream.receive()  # here
    """
    recording = played(box, backend, source)

    assert recording.ended is Ended.DEADLOCK
    assert [waiting.line for waiting in recording.waiting] == [line_of(source)]


# ---- late ------------------------------------------------------------------------------------------------------------


@on_both_backends
def test_a_play_that_goes_on_for_ever_is_late_at_the_horizon(box: Box, backend: str) -> None:
    source = """
    import anyio
    async def main():
        while True:
            await anyio.sleep(60)
    """
    recording = played(box, backend, source, limits=Limits(horizon_seconds=3600, wall_seconds=60))

    assert (recording.ended, recording.elapsed) == (Ended.LATE, 3600)
    assert "3600" in recording.reason


FOR_EVER = """
import anyio
async def beat(stage):
    async with stage.span("beat"):
        while True:
            await anyio.sleep(3)  # here
async def main(stage):
    async with anyio.create_task_group() as tg:
        tg.start_soon(beat, stage)
"""


@on_both_backends
def test_a_play_has_to_be_over_within_its_own_bound(box: Box, backend: str) -> None:
    with cell_of(box, FOR_EVER, RUN_MAIN_WITH_STAGE) as cell:
        recording = cell.recording(replace(play_of(backend), within=20))

    assert (recording.ended, recording.reason) == (Ended.LATE, "not finished after 20 virtual seconds")
    assert recording.span("beat").cancelled_at == 20
    assert recording.waiting[1:] == (Waiting(task="beat", line=line_of(FOR_EVER), awaiting="sleep", since=18),)
    assert recording.trace is not None
    assert recording.trace.failed_at == 20


@on_both_backends
def test_a_bound_leaves_the_clean_up_its_time(box: Box, backend: str) -> None:
    source = """
    import anyio
    async def main(stage):
        try:
            await anyio.sleep(50)
        finally:
            with anyio.CancelScope(shield=True):
                await anyio.sleep(100)
            stage.mark("tidy")
    """
    with cell_of(box, source, RUN_MAIN_WITH_STAGE) as cell:
        recording = cell.recording(replace(play_of(backend), within=20.5))

    assert (recording.ended, recording.times("tidy")) == (Ended.LATE, [120.5])
    assert recording.trace is not None
    assert (recording.trace.failed_at, recording.elapsed) == (20.5, 120.5)


@on_both_backends
def test_what_ends_at_its_bound_is_not_late(box: Box, backend: str) -> None:
    with cell_of(box, "import anyio\nasync def main(): await anyio.sleep(20)") as cell:
        recording = cell.recording(replace(play_of(backend), within=20))

    assert (recording.ended, recording.elapsed) == (Ended.RETURNED, 20)
    assert recording.trace is not None
    assert recording.trace.failed_at is None


@on_both_backends
def test_what_is_late_through_a_blocking_call_is_said_to_block(box: Box, backend: str) -> None:
    source = "import anyio, time\nasync def main():\n    time.sleep(30)  # here\n    await anyio.sleep(1)"
    with cell_of(box, source) as cell:
        recording = cell.recording(replace(play_of(backend), within=20))

    assert (recording.ended, recording.line) == (Ended.BLOCKED_LOOP, 3)


@on_both_backends
@pytest.mark.parametrize("catches", [False, True])
def test_a_loop_of_blocking_calls_is_ended_at_once(box: Box, backend: str, catches: bool) -> None:
    """Nearly all of its time is spent in our own code, in which no signal may end it: it took 5 s of CPU a play."""
    sleep = ["try: time.sleep(0.1)  # here", "except BaseException: pass"] if catches else ["time.sleep(0.1)  # here"]
    inside = "\n            ".join(sleep)
    source = f"""
    import anyio, time
    async def main():
        done = []
        async def job():
            done.append(1)
        async with anyio.create_task_group() as tg:
            tg.start_soon(job)
            while not done:
                {inside}
    """.replace("\n            except", "\n                except")
    recording = played(box, backend, source)

    assert (recording.ended, recording.line) == (Ended.BLOCKED_LOOP, line_of(source))
    assert recording.reason == "time.sleep(0.1)"
    assert recording.elapsed < 60


@on_both_backends
def test_a_play_that_ends_at_the_horizon_is_not_late(box: Box, backend: str) -> None:
    limits = Limits(horizon_seconds=3600, wall_seconds=60)
    recording = played(box, backend, "import anyio\nasync def main(): await anyio.sleep(3600)", limits=limits)

    assert recording.ended is Ended.RETURNED


# ---- never yields ----------------------------------------------------------------------------------------------------


@on_both_backends
def test_polling_without_time_moving_never_yields(box: Box, backend: str) -> None:
    source = """
    import anyio
    ready = False
    async def main():
        while not ready:
            await anyio.sleep(0)  # here
    """
    recording = played(box, backend, source)

    assert (recording.ended, recording.line, recording.elapsed) == (Ended.NEVER_YIELDS, line_of(source), 0)
    assert recording.steps < 31_000


@on_both_backends
def test_polling_beside_a_sleeper_never_yields_either(box: Box, backend: str) -> None:
    source = """
    import anyio
    from anyio.lowlevel import checkpoint
    async def spin():
        while True:
            await checkpoint()
    async def main():
        async with anyio.create_task_group() as tg:
            tg.start_soon(spin)
            await anyio.sleep(1)
            tg.cancel_scope.cancel()
    """
    assert played(box, backend, source, limits=Limits(steps=3000)).ended is Ended.NEVER_YIELDS


@on_both_backends
def test_a_heartbeat_does_not_hide_a_deadlock(box: Box, backend: str) -> None:
    source = """
    import anyio
    async def beat():
        while True:
            await anyio.sleep(0.001)
    async def main():
        async with anyio.create_task_group() as tg:
            tg.start_soon(beat)
            await anyio.Event().wait()
    """
    recording = played(box, backend, source, limits=Limits(steps=3000, wall_seconds=60))

    assert recording.ended is Ended.LATE
    assert recording.reason.startswith("not finished after 3001 steps and ")
    assert "main" in [waiting.task for waiting in recording.waiting]


@on_both_backends
def test_spinning_that_swallows_every_cancellation_ends_all_the_same(box: Box, backend: str) -> None:
    source = """
    import anyio
    async def main():
        while True:
            try:
                await anyio.sleep(0)
            except BaseException:
                pass
    """
    assert played(box, backend, source, limits=Limits(steps=1000)).ended is Ended.NEVER_YIELDS


@on_both_backends
def test_many_steps_with_time_moving_are_fine(box: Box, backend: str) -> None:
    source = """
    import anyio
    async def main():
        for _ in range(22):
            await anyio.sleep(1)
            for _ in range(1000):
                await anyio.sleep(0)
    """
    assert played(box, backend, source).ended is Ended.RETURNED


# ---- what comes out --------------------------------------------------------------------------------------------------


@on_both_backends
def test_what_is_raised_comes_back_with_the_students_line(box: Box, backend: str) -> None:
    source = """
    def inner():
        raise KeyError("lost")  # here
    async def main():
        inner()
    """
    recording = played(box, backend, source)
    (leaf,) = recording.raised.leaves

    assert recording.ended is Ended.RAISED
    assert (leaf.types[0], leaf.message, leaf.line) == ("KeyError", "'lost'", line_of(source))


@on_both_backends
def test_an_error_of_the_library_has_the_line_that_led_to_it(box: Box, backend: str) -> None:
    source = """
    import json
    async def main():
        json.loads("{")  # here
    """
    (leaf,) = played(box, backend, source).raised.leaves

    assert (leaf.types[0], leaf.line) == ("JSONDecodeError", line_of(source))


@on_both_backends
def test_sys_exit_is_a_crash_with_its_line(box: Box, backend: str) -> None:
    source = """
    import sys
    async def main():
        sys.exit(0)  # here
    """
    recording = played(box, backend, source)

    assert (recording.ended, recording.reason) == (Ended.CRASHED, "sys.exit() was called")
    assert recording.line == line_of(source)
    with pytest.raises(Missing):
        _ = recording.raised


@on_both_backends
def test_sys_exit_in_a_child_task_or_while_loading_is_a_crash_with_its_line(box: Box, backend: str) -> None:
    in_a_child = """
    import sys, anyio
    async def job():
        sys.exit(3)  # here
    async def main():
        async with anyio.create_task_group() as tg:
            tg.start_soon(job)
            await anyio.sleep(5)
    """
    while_loading = "import sys\nsys.exit()  # here"
    for source in (in_a_child, while_loading):
        recording = played(box, backend, source)
        assert (recording.ended, recording.line) == (Ended.CRASHED, line_of(source))


@on_both_backends
@pytest.mark.parametrize("name", ["KeyboardInterrupt", "GeneratorExit", "BaseException"])
def test_what_nobody_may_raise_is_a_crash_that_names_it(box: Box, backend: str, name: str) -> None:
    source = f"async def main():\n    raise {name}  # here"
    recording = played(box, backend, source)

    assert (recording.ended, recording.reason, recording.line) == (Ended.CRASHED, name, 2)


@on_both_backends
def test_an_error_while_the_module_loads_is_raised_with_its_line(box: Box, backend: str) -> None:
    recording = played(box, backend, "import os\n1 / 0")

    assert recording.raised.isa("ZeroDivisionError")
    assert recording.raised.leaves[0].line == 2


@on_both_backends
def test_leaving_the_process_is_a_crash_and_costs_one_play(box: Box, backend: str) -> None:
    source = """
    import os
    async def main(): os._exit(0)
    async def fine(): return "fine"
    """
    scenarios = """
    async def scenario(stage): return await stage.submission.main()
    async def other(stage): return await stage.submission.fine()
    """
    with cell_of(box, source, scenarios) as cell:
        assert cell.recording(play_of(backend)).ended is Ended.CRASHED
        assert cell.recording(play_of(backend, scenario="other")).result == "fine"
