"""A caller is cancelled exactly at the step that was asked for, and up to there nothing in its play is different."""

from __future__ import annotations

from dataclasses import replace

import pytest

from grader.sandbox.box import Box
from grader.sandbox.cell import Cell
from grader.sandbox.play import Play
from grader.wire.recording import Recording
from grader.wire.rows import Event, Missing
from tests.plays_samples import cell_of, line_of, on_both_backends, play_of, played

JOIN = """
import anyio
async def join(*fns):
    async with anyio.create_task_group() as tg:
        for fn in fns:
            tg.start_soon(fn)
"""
SCENARIOS = """
import anyio
from functools import partial
async def work(stage, name, seconds):
    async with stage.span(name):
        await anyio.sleep(seconds)
        stage.mark(name)
async def scenario(stage):
    with stage.caller() as caller:
        await stage.submission.join(partial(work, stage, "a", 1), partial(work, stage, "b", 2))
    await stage.settle()
    stage.mark("cancelled", caller.cancelled)
"""


def before_the_cancellation(recording: Recording) -> tuple[Event, ...]:
    """The events up to the cancellation of the caller."""
    assert recording.trace is not None
    kinds = [event.kind for event in recording.trace.events]
    assert kinds.count("cancel") == 1
    return recording.trace.events[: kinds.index("cancel")]


def each_step(cell: Cell, play: Play) -> tuple[Recording, list[Recording]]:
    """The play without a cancellation, and with one at each step of its caller."""
    uncancelled = cell.recording(play)
    assert uncancelled.caller_steps is not None
    steps = range(uncancelled.caller_steps + 1)
    return uncancelled, [cell.recording(replace(play, cancel_at=step)) for step in steps]


@on_both_backends
@pytest.mark.parametrize("schedule", [{}, {"seed": 1}, {"seed": 7}, {"choices": (1,)}])
def test_up_to_the_cancellation_a_play_goes_as_without_one(box: Box, backend: str, schedule: dict[str, object]) -> None:
    with cell_of(box, JOIN, SCENARIOS) as cell:
        uncancelled, cancelled = each_step(cell, play_of(backend, **schedule))  # type: ignore[arg-type]

    assert uncancelled.trace is not None
    assert len(cancelled) > 5
    for recording in cancelled:
        before = before_the_cancellation(recording)
        assert before == uncancelled.trace.events[: len(before)]
        assert recording.choices[: len(uncancelled.choices)] == uncancelled.choices[: len(recording.choices)]


@on_both_backends
def test_each_cancellation_is_one_step_later_than_the_one_before(box: Box, backend: str) -> None:
    with cell_of(box, JOIN, SCENARIOS) as cell:
        _, cancelled = each_step(cell, play_of(backend))

    taken = [
        sum(event.kind in ("start", "resume") for event in before_the_cancellation(recording))
        for recording in cancelled
    ]
    # The first two are both in the first step: as the caller is entered, and where the step ends.
    assert taken == [taken[0], *range(taken[0], taken[0] + len(taken) - 1)]


@on_both_backends
def test_the_cancellation_comes_at_the_end_of_a_step_and_no_time_passes_before_it(box: Box, backend: str) -> None:
    with cell_of(box, JOIN, SCENARIOS) as cell:
        uncancelled, cancelled = each_step(cell, play_of(backend))

    assert [recording.cancelled_at for recording in cancelled] == [0, 0, 0, 0, 1, 2]
    assert uncancelled.caller.stopped == 2
    for recording in cancelled:
        assert recording.stopped_at_once
        assert recording.left_running == []
        assert recording.remarks == ()
        assert recording.values("cancelled") == [recording.caller.how == "cancelled"]


@on_both_backends
def test_before_its_first_wait_the_caller_is_cancelled_as_it_enters(box: Box, backend: str) -> None:
    with cell_of(box, JOIN, SCENARIOS) as cell:
        recording = cell.recording(replace(play_of(backend), cancel_at=0))

    assert recording.caller.cancelled_at == recording.cancelled_at == 0
    assert recording.order == ["cancelled"]


@on_both_backends
def test_a_step_after_the_last_one_changes_nothing(box: Box, backend: str) -> None:
    with cell_of(box, JOIN, SCENARIOS) as cell:
        uncancelled = cell.recording(play_of(backend))
        assert uncancelled.caller_steps is not None
        later = cell.recording(replace(play_of(backend), cancel_at=uncancelled.caller_steps + 1))

    assert later.digest == uncancelled.digest
    with pytest.raises(Missing, match="was not cancelled"):
        later.cancelled_at  # noqa: B018


@on_both_backends
def test_a_play_with_a_cancellation_goes_the_same_way_again(box: Box, backend: str) -> None:
    play = replace(play_of(backend, seed=5), cancel_at=3)
    first, second = (played_once(box, play) for _ in range(2))

    assert first.digest == second.digest


def played_once(box: Box, play: Play) -> Recording:
    with cell_of(box, JOIN, SCENARIOS) as cell:
        return cell.recording(play)


@on_both_backends
def test_a_swallowed_cancellation_is_told_of_at_its_line(box: Box, backend: str) -> None:
    source = """
    async def join(*fns):
        try:
            await fns[0]()  # here
        except BaseException:
            pass
    """
    with cell_of(box, source, SCENARIOS) as cell:
        recording = cell.recording(replace(play_of(backend), cancel_at=1))

    assert recording.caller.how == "returned"
    assert [(remark.slug, remark.line) for remark in recording.remarks] == [("swallowed-cancellation", line_of(source))]


@on_both_backends
def test_a_caller_that_goes_on_is_seen_to(box: Box, backend: str) -> None:
    source = """
    import anyio
    async def join(*fns):
        with anyio.CancelScope(shield=True):
            await fns[1]()
    """
    with cell_of(box, source, SCENARIOS) as cell:
        _, cancelled = each_step(cell, play_of(backend))

    assert [recording.stopped_at_once for recording in cancelled[:2]] == [False, False]
    assert [recording.caller.stopped for recording in cancelled[:2]] == [2, 2]


@on_both_backends
def test_what_the_caller_leaves_running_is_named(box: Box, backend: str) -> None:
    scenarios = """
    import anyio
    async def scenario(stage):
        async def late():
            async with stage.span("late"):
                await anyio.sleep(5)
        async with anyio.create_task_group() as tg:
            with stage.caller():
                tg.start_soon(late)
                await anyio.sleep(3)
    """
    with cell_of(box, "", scenarios) as cell:
        recording = cell.recording(replace(play_of(backend), cancel_at=2))

    assert (recording.caller.cancelled_at, recording.left_running) == (0, ["late"])


@on_both_backends
@pytest.mark.parametrize(
    "waits",
    [
        "await anyio.wait_all_tasks_blocked()",
        "await anyio.to_thread.run_sync(time.sleep, 1)",
        "await anyio.to_thread.run_sync(time.sleep, 1, abandon_on_cancel=True)",
        "await anyio.Event().wait()",
        "async with await anyio.create_tcp_listener(local_host='127.0.0.1') as one: await one.listeners[0].accept()",
    ],
)
def test_whatever_the_caller_waits_for_the_play_comes_to_an_end(box: Box, backend: str, waits: str) -> None:
    source = f"""
import time
import anyio, anyio.to_thread
async def join(*_):
    {waits}
"""
    with cell_of(box, source, SCENARIOS) as cell:
        recording = cell.recording(replace(play_of(backend), cancel_at=1))

    assert recording.ended == "returned"
    assert recording.cancelled_at == 0


@on_both_backends
def test_a_scenario_has_one_caller(box: Box, backend: str) -> None:
    scenarios = """
    async def scenario(stage):
        for _ in range(2):
            with stage.caller():
                pass
    """
    assert played(box, backend, "", scenarios).raised.isa("RuntimeError")


@on_both_backends
def test_a_play_without_a_caller_has_no_steps_of_one(box: Box, backend: str) -> None:
    recording = played(box, backend, "async def main(): pass")

    assert recording.caller_steps is None
    with pytest.raises(Missing):
        recording.caller  # noqa: B018
