"""The trace of a play, and the hygiene of what it leaves behind."""

from __future__ import annotations

import gc
from collections.abc import AsyncIterator

import pytest

from grader.box.simulation.trace import MAX_EVENTS, STUDENT, TaskRecord, Trace, innermost_student, site_of
from grader.kit.exercise import Limits
from grader.sandbox.box import Box
from grader.wire.recording import Ended, Recording
from grader.wire.recording import Trace as Recorded
from grader.wire.rows import Remark
from tests.plays_samples import RUN_MAIN, RUN_MAIN_WITH_STAGE, cell_of, line_of, on_both_backends, play_of, played

TWO_TASKS = """
import anyio
async def job(stage):
    await anyio.sleep(2)  # sleeping
async def main(stage):
    async with anyio.create_task_group() as tg:
        tg.start_soon(job, stage, name="first")
        tg.start_soon(job, stage)
"""

MESSAGE: dict[str, object] = {
    "ended": "returned",
    "reason": "",
    "line": None,
    "elapsed": 1.0,
    "failed_at": None,
    "result": 1,
    "raised": None,
    "waiting": [],
    "spans": [],
    "marks": [[0.5, "late", None]],
    "attempts": [],
    "hygiene": [],
    "choices": [0],
    "widths": [2],
    "many": False,
    "steps": 3,
    "caller_steps": None,
    "cancelled_at": None,
    "output": "",
}
"""What a play reports about itself, as far as it goes into the digest."""


def trace_of(recording: Recording) -> Recorded:
    assert recording.trace is not None
    return recording.trace


def events_of(recording: Recording, name: str) -> list[tuple[float, str, int | None, str | None]]:
    """The events of the only task of that name."""
    trace = trace_of(recording)
    (number,) = [task.id for task in trace.tasks if task.name == name]
    return [(event.time, event.kind, event.line, event.info) for event in trace.events if event.task == number]


@on_both_backends
def test_every_task_of_the_play_is_there_with_its_parent_and_nothing_of_the_backends(box: Box, backend: str) -> None:
    trace = trace_of(played(box, backend, TWO_TASKS, RUN_MAIN_WITH_STAGE))
    main = trace.tasks[0]

    assert [task.name for task in trace.tasks] == ["main", "first", "job"]
    assert [task.parent for task in trace.tasks] == [None, main.id, main.id]


@on_both_backends
def test_the_life_of_a_task_is_spawn_start_suspend_resume_finish(box: Box, backend: str) -> None:
    recording = played(box, backend, TWO_TASKS, RUN_MAIN_WITH_STAGE)

    assert events_of(recording, "first") == [
        (0, "spawn", None, None),
        (0, "start", None, None),
        (0, "suspend", line_of(TWO_TASKS, "# sleeping"), "sleep"),
        (2, "wake", None, None),
        (2, "resume", None, None),
        (2, "finish", None, "returned"),
    ]


@on_both_backends
def test_a_task_finishes_as_returned_raised_or_cancelled(box: Box, backend: str) -> None:
    source = """
    import anyio
    async def good():
        pass
    async def bad():
        await anyio.sleep(1)
        raise ValueError
    async def slow():
        await anyio.sleep(5)
    async def main():
        try:
            async with anyio.create_task_group() as tg:
                for job in (good, bad, slow):
                    tg.start_soon(job)
        except BaseException:
            pass
    """
    recording = played(box, backend, source)

    assert {name: events_of(recording, name)[-1] for name in ("good", "bad", "slow", "main")} == {
        "good": (0, "finish", None, "returned"),
        "bad": (1, "finish", None, "raised"),
        "slow": (1, "finish", None, "cancelled"),
        "main": (1, "finish", None, "returned"),
    }


def test_a_callback_that_cancels_a_task_is_no_step_of_that_task(box: Box) -> None:
    source = """
    import asyncio, anyio
    async def job():
        asyncio.get_running_loop().call_later(5, asyncio.current_task().cancel)
        await anyio.sleep(50)  # here
    async def main():
        async with anyio.create_task_group() as tg:
            tg.start_soon(job)
    """
    assert events_of(played(box, "asyncio", source), "job") == [
        (0, "spawn", None, None),
        (0, "start", None, None),
        (0, "suspend", line_of(source), "sleep"),
        (5, "wake", None, None),
        (5, "resume", None, None),
        (5, "finish", None, "cancelled"),
    ]


@on_both_backends
def test_a_blocking_sleep_is_an_event_of_the_task_that_slept(box: Box, backend: str) -> None:
    source = "import time\nasync def main():\n    time.sleep(1.5)  # here"
    events = events_of(played(box, backend, source), "main")

    assert (0, "block", 3, "1.5") in events


@on_both_backends
def test_times_never_go_back(box: Box, backend: str) -> None:
    trace = trace_of(played(box, backend, TWO_TASKS, RUN_MAIN_WITH_STAGE, seed=5))

    assert [event.time for event in trace.events] == sorted(event.time for event in trace.events)


@on_both_backends
def test_a_span_knows_the_task_in_which_it_ran(box: Box, backend: str) -> None:
    source = """
    import anyio
    async def job(stage):
        async with stage.span("work"):
            await anyio.sleep(1)
    async def main(stage):
        async with anyio.create_task_group() as tg:
            tg.start_soon(job, stage)
    """
    recording = played(box, backend, source, RUN_MAIN_WITH_STAGE)
    (task,) = [task.id for task in trace_of(recording).tasks if task.name == "job"]

    assert recording.span("work").task == task


@on_both_backends
def test_a_play_that_spins_sends_no_more_events_than_may_cross(box: Box, backend: str) -> None:
    source = "import anyio\nasync def main():\n    while True: await anyio.sleep(0)"
    recording = played(box, backend, source, limits=Limits(steps=4000))

    assert recording.ended is Ended.NEVER_YIELDS
    assert len(trace_of(recording).events) == MAX_EVENTS


def test_wake_ups_at_one_point_count_in_the_digest_in_any_order() -> None:
    def digest(*wakes: int) -> str:
        trace = Trace()
        for number in wakes:
            trace.events.append([1.0, "wake", number, None, None])
        trace.add(1.0, "resume", 1)
        return trace.digest(MESSAGE)

    assert digest(1, 2, 3) == digest(3, 1, 2) != digest(1, 2)


@pytest.mark.parametrize(
    ("part", "value"),
    [
        ("marks", [[1.0, "late", None]]),
        ("marks", [[0.5, "early", None]]),
        ("marks", [[0.5, "late", 3]]),
        ("spans", [["span", 0.5, 2.0, "returned", None, 2]]),
        ("attempts", [["attempt", 0.5, 1.0, "returned", 3, 2]]),
        ("result", {"t": [1, 2]}),
        ("raised", {"bare": True, "leaves": [[None, ["ValueError"], "no", 3]]}),
        ("ended", "raised"),
        ("reason", "every task waits"),
        ("line", 4),
        ("hygiene", [["leaked-task", 3, "job"]]),
        ("waiting", [["main", 3, "sleep", 0.0]]),
        ("choices", [1]),
        ("widths", [3]),
        ("caller_steps", 0),
        ("cancelled_at", 0.0),
    ],
)
def test_whatever_a_hidden_test_can_read_is_in_the_digest(part: str, value: object) -> None:
    assert Trace().digest({**MESSAGE, part: value}) != Trace().digest(MESSAGE)


@pytest.mark.parametrize(
    ("part", "one", "other"),
    [
        ("result", "<Thing object at 0x7f3a5c0d1e90>", "<Thing object at 0x55d2b8a4f010>"),
        ("result", "127.0.0.1:33221", "127.0.0.1:60010"),
        ("hygiene", [["leaked-thread", 3, "a thread"]], []),
    ],
)
def test_what_the_machine_decides_is_not_in_the_digest(part: str, one: object, other: object) -> None:
    assert Trace().digest({**MESSAGE, part: one}) == Trace().digest({**MESSAGE, part: other})


def test_where_a_blocked_loop_was_interrupted_is_not_in_the_digest() -> None:
    blocked = {**MESSAGE, "ended": "blocked-loop", "line": 4}

    assert Trace().digest(blocked) == Trace().digest({**blocked, "line": 5})


def test_internal_tasks_do_not_cross_nor_does_what_wakes_a_task_for_its_first_step() -> None:
    trace = Trace()
    trace.tasks = {
        1: TaskRecord(1, "init", None, None, True),
        2: TaskRecord(2, "main", 1, None, False),
        3: TaskRecord(3, "job", 2, None, False),
    }
    for number in (1, 2, 3):
        trace.add(0.0, "spawn", number)
        trace.woken(0.0, number, 1)
        trace.add(0.0, "start", number)
    trace.woken(1.0, 3, 2)
    trace.woken(1.0, 2, 1)
    trace.add(1.0, "resume", 2)

    document = trace.document()
    assert document["tasks"] == [[2, "main", None], [3, "job", 2]]
    assert document["events"] == [
        *([0.0, kind, task, None, None] for task in (2, 3) for kind in ("spawn", "start")),
        [1.0, "wake", 2, None, None],
        [1.0, "wake", 3, None, "2"],
        [1.0, "resume", 2, None, None],
    ]


@on_both_backends
def test_what_a_task_prints_is_an_event_of_that_task(box: Box, backend: str) -> None:
    source = """
    import anyio
    async def job(stage):
        print("one", 2)
        print("three")
        await anyio.sleep(1)
        print("four")
    async def main(stage):
        async with anyio.create_task_group() as tg:
            tg.start_soon(job, stage, name="job")
    """
    events = events_of(played(box, backend, source, RUN_MAIN_WITH_STAGE), "job")

    printed = [(time, text) for time, kind, _, text in events if kind == "print"]
    assert printed == [(0, "one 2\nthree\n"), (1, "four\n")]


@on_both_backends
def test_a_play_that_was_not_asked_for_a_trace_sends_none(box: Box, backend: str) -> None:
    with cell_of(box, "async def main(): pass") as cell:
        play = play_of(backend)
        recording = cell.recording(type(play)(play.scenario, play.inputs, play.backend))

    assert (recording.trace, recording.digest) == (None, "")


# ---- where a task waits ----------------------------------------------------------------------------------------------


def test_a_finished_coroutine_waits_nowhere() -> None:
    async def nothing() -> None:
        pass

    coroutine = nothing()
    with pytest.raises(StopIteration):
        coroutine.send(None)

    assert site_of(coroutine) is None


def test_what_cannot_be_followed_waits_nowhere() -> None:
    assert site_of(object()) is None
    assert site_of(None) is None
    assert innermost_student(None) is None


def test_only_files_of_the_submission_are_the_students() -> None:
    names: dict[str, object] = {}
    for folder in (STUDENT, "/somewhere/else/"):
        exec(compile("async def wait(event):\n    await event", f"{folder}x.py", "exec"), names)

        class Never:
            def __await__(self) -> AsyncIterator[None]:
                yield  # type: ignore[misc]

        coroutine = names["wait"](Never())  # type: ignore[operator]
        coroutine.send(None)
        site = site_of(coroutine)
        assert (site is not None) == (folder == STUDENT)
        coroutine.close()
    gc.collect()


# ---- hygiene ---------------------------------------------------------------------------------------------------------


@on_both_backends
def test_a_coroutine_that_was_never_awaited_is_reported_with_the_line_that_made_it(box: Box, backend: str) -> None:
    source = """
    import anyio
    async def job(): pass
    async def main():
        job()  # here
        await anyio.sleep(1)
    """
    recording = played(box, backend, source)

    assert recording.ended is Ended.RETURNED
    assert recording.remarks == (Remark(slug="never-awaited", line=line_of(source), detail="job"),)


@on_both_backends
def test_a_library_function_that_was_never_awaited_is_reported_too(box: Box, backend: str) -> None:
    source = "import anyio\nasync def main():\n    anyio.sleep(1)"

    assert played(box, backend, source).remarks == (Remark(slug="never-awaited", line=3, detail="sleep"),)


@on_both_backends
def test_a_coroutine_kept_in_a_cycle_is_reported_by_its_own_play(box: Box, backend: str) -> None:
    source = """
    async def job(): pass
    async def main():
        keep = [job()]  # here
        keep.append(keep)
    async def fine():
        pass
    """
    scenarios = f"{RUN_MAIN}\nasync def other(stage): await stage.submission.fine()"
    with cell_of(box, source, scenarios) as cell:
        first = cell.recording(play_of(backend))
        second = cell.recording(play_of(backend, scenario="other"))

    assert [remark.line for remark in first.remarks] == [line_of(source)]
    assert second.remarks == ()


@on_both_backends
def test_a_coroutine_that_the_scenario_forgot_is_not_the_students_fault(box: Box, backend: str) -> None:
    scenarios = """
    async def scenario(stage):
        stage.submission.main()
    """
    assert played(box, backend, "async def main(): pass", scenarios).remarks == ()


@on_both_backends
def test_many_forgotten_coroutines_are_reported_in_moderation(box: Box, backend: str) -> None:
    source = """
    async def job(): pass
    async def main():
        for _ in range(5000): job()
    """
    assert len(played(box, backend, source).remarks) == 20


LEAKS = {
    "asyncio": """
    import asyncio
    async def job():
        await asyncio.sleep(50)  # here
    async def main():
        asyncio.get_running_loop().task = asyncio.create_task(job())
        await asyncio.sleep(1)
    """,
    "trio": """
    import trio
    async def job():
        await trio.sleep(50)  # here
    async def main():
        trio.lowlevel.spawn_system_task(job)
        await trio.sleep(1)
    """,
}


@pytest.mark.parametrize(("backend", "source"), LEAKS.items())
def test_a_task_that_outlives_the_scenario_is_reported_with_its_line(box: Box, backend: str, source: str) -> None:
    recording = played(box, backend, source)

    assert (recording.ended, recording.elapsed) == (Ended.RETURNED, 1)
    assert [(remark.slug, remark.line) for remark in recording.remarks] == [("leaked-task", line_of(source))]


@on_both_backends
def test_an_orderly_play_leaves_nothing_behind(box: Box, backend: str) -> None:
    recording = played(box, backend, TWO_TASKS, RUN_MAIN_WITH_STAGE)

    assert recording.remarks == ()
    assert not [event for event in trace_of(recording).events if event.kind == "block"]
