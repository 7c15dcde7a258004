"""A submission assigns to each attribute of the grader's objects in its own process, and gains nothing.

Two wrong answers are played: a serial one, which would gain from a clock that goes back, and a racy one, which would
gain from schedules that are all natural. A play gains if it comes out as it does for the right answer.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager
from dataclasses import replace

import pytest

from grader.kit.exercise import Limits
from grader.sandbox.box import Box, Job
from grader.sandbox.cell import Cell
from grader.sandbox.play import Play
from grader.wire import BACKENDS
from grader.wire.recording import Ended, Recording

SCENARIOS = """
import anyio

def job(stage, seconds):
    async def work():
        async with stage.span(str(seconds)):
            await anyio.sleep(seconds)
            return seconds
    return work

async def joined(stage, touch):
    return await stage.submission.join(touch, *[job(stage, seconds) for seconds in (1, 2, 3)])

async def raced(stage, touch):
    return await stage.submission.first(touch, *[job(stage, seconds) for seconds in (2, 2, 2)])
"""
SUBMISSION = """
import asyncio
import anyio, sniffio, trio
from anyio.lowlevel import checkpoint

def stage_of(fn):
    return next(cell.cell_contents for cell in fn.__closure__ if type(cell.cell_contents).__name__ == "Stage")

def queue():
    if sniffio.current_async_library() == "asyncio":
        return asyncio.get_running_loop()._ready
    return trio._core._run.GLOBAL_RUN_CONTEXT.runner.runq

def clock():
    if sniffio.current_async_library() == "asyncio":
        return asyncio.get_running_loop()
    return trio.lowlevel.current_clock()

def assign(touch, fn, began):
    if touch is None:
        return lambda: None
    path, name, value, restores = touch
    stage_of(fn).mark("began", name)
    target = eval(path, globals(), {"stage": stage_of(fn)})
    before = getattr(target, name, None)
    put(target, name, eval(value, globals(), {"began": began}))
    return lambda: restores and put(target, name, before)

def put(target, name, value):
    try:
        setattr(target, name, value)
    except (AttributeError, TypeError):
        pass

async def pass_on(*given):
    pass

async def join(touch, *fns):
    began, results = stage_of(fns[0]).now, []
    for fn in fns:
        restore = assign(touch, fn, began)
        results.append(await fn())
        restore()
    return results

async def first(touch, *fns):
    restore = assign(touch, fns[0], 0)
    order = []
    finished = []

    async def run(index, fn):
        await fn()
        order.append(index)
        await checkpoint()
        finished.append(index)
        group.cancel_scope.cancel()

    async with anyio.create_task_group() as group:
        for index, fn in enumerate(fns):
            group.start_soon(run, index, fn)
    restore()
    return order[0] == finished[0]
"""
VALUES = ("None", "began", "[]", "lambda *given: None", "lambda *given: began")
SEEDS = range(1, 7)
LIMITS = Limits(wall_seconds=2, cpu_seconds=1, memory_mb=400, steps=2000)


DECIDING = ("stage._simulation.schedule", "stage._simulation.clock")
"""What decides about order and time. Here a submission also tries to put back what was there before the play ends."""
OBJECTS = (
    *DECIDING,
    *(
        pytest.param(what, marks=pytest.mark.slow)
        for what in (
            *("stage", "stage._simulation", "stage._simulation.idling", "stage._simulation.trace"),
            *("stage._simulation.workers", "queue()", "clock()", "type(stage)", "type(stage._simulation)"),
            *("type(stage._simulation.schedule)", "type(stage._simulation.clock)"),
        )
    ),
)
"""How the submission reaches what it assigns to."""

Touch = tuple[str, str, str, bool]
"""The object, its attribute, the value, and whether the submission puts the attribute back afterwards."""

NAMES = """
async def names(stage, what):
    target = eval(what, vars(stage.submission), {"stage": stage})
    ours = {"_ready", "time", "_now", "_scheduled", "call_at", "ready", "_simulation", "virtual_selector"}
    of_asyncio = type(target).__name__ == "VirtualEventLoop"
    return [name for name in dir(target) if not name.startswith("__") and (not of_asyncio or name in ours)]
"""


@contextmanager
def child(box: Box) -> Iterator[Cell]:
    """A process in which nothing has been assigned to."""
    with closing(Cell(box, Job(module="x", submission=SUBMISSION, scenarios=SCENARIOS + NAMES, limits=LIMITS))) as cell:
        yield cell


@pytest.fixture
def cell(box: Box) -> Iterator[Cell]:
    with child(box) as cell:
        yield cell


def touches(cell: Cell, what: str, backend: str) -> Iterator[Touch]:
    """Every assignment that is tried on one object, to its data and its methods."""
    names = cell.recording(Play("names", Play.encode({"what": what}), backend)).result
    assert isinstance(names, list)
    assert names
    for name in [*names, "__class__", "_choose", "_random", "_latest"]:
        for value in VALUES:
            for restores in (False, True) if what in DECIDING else (False,):
                yield what, name, value, restores


CONTROLS = {
    "joined": ("anyio", "sleep", "pass_on", False),
    "raced": ("__import__('x')", "checkpoint", "pass_on", False),
}
"""Assignments that do change how a play comes out: to a function of a library, and of the submission itself."""


def joined(cell: Cell, backend: str, touch: Touch | None) -> Recording:
    return cell.recording(Play("joined", Play.encode({"touch": touch}), backend))


def looks_concurrent(recording: Recording) -> bool:
    """Whether a join looks like one of functions that ran at once."""
    return (
        recording.ended is Ended.RETURNED
        and recording.elapsed == 3
        and [(span.start, span.stopped) for span in recording.spans] == [(0, 1), (0, 2), (0, 3)]
    )


def raced(cell: Cell, backend: str, touch: Touch | None) -> Iterator[Recording]:
    """The plays of a race under all seeds."""
    play = Play("raced", Play.encode({"touch": touch}), backend)
    return (cell.recording(replace(play, seed=seed)) for seed in SEEDS)


def looks_right(recording: Recording) -> bool:
    return recording.ended is Ended.RETURNED and recording.value is not False and recording.value == True  # noqa: E712


@pytest.mark.parametrize("backend", BACKENDS)
def test_without_a_touch_one_answer_is_serial_and_the_other_racy(cell: Cell, backend: str) -> None:
    serial = joined(cell, backend, None)

    assert (serial.ended, serial.elapsed, serial.value) == (Ended.RETURNED, 6, [1, 2, 3])
    assert {looks_right(recording) for recording in raced(cell, backend, None)} == {True, False}
    assert looks_right(cell.recording(Play("raced", Play.encode({"touch": None}), backend)))


def began(recordings: Iterable[Recording]) -> set[object]:
    """The names of the attributes that were assigned to in plays of which there is a recording."""
    return {name for recording in recordings for name in recording.values("began")}


@pytest.mark.parametrize("backend", BACKENDS)
def test_an_assignment_that_matters_is_seen(cell: Cell, backend: str) -> None:
    played = joined(cell, backend, CONTROLS["joined"])

    assert (played.ended, played.elapsed, began([played])) == (Ended.RETURNED, 0, {"sleep"})
    assert all(map(looks_right, raced(cell, backend, CONTROLS["raced"])))


@pytest.mark.parametrize("backend", BACKENDS)
@pytest.mark.parametrize("what", OBJECTS)
def test_no_assignment_gains_anything(box: Box, cell: Cell, what: str, backend: str) -> None:
    tried = list(touches(cell, what, backend))
    # A class that one play has changed stays so for all that follow in its process, and they would fail before theirs.
    in_one_process = [[touch] for touch in tried] if what.startswith("type(") else [tried]
    gained: list[Touch] = []
    made: list[Recording] = []
    for some in in_one_process:
        with child(box) as own:
            gained += [touch for touch in some if looks_concurrent(joined(own, backend, touch))]
            gained += [touch for touch in some if all(map(looks_right, raced(own, backend, touch)))]
            made += own._done.values()
    names = {name for _, name, _, _ in tried}

    assert gained == []
    assert not any(recording.ended is Ended.INTERNAL for recording in made)
    # Where an assignment breaks the player itself, nothing tells that it was made: four names in seventeen at most.
    assert len(began(made)) > 0.75 * len(names)
