"""Cancel at every step: how many plays there are, what a hidden test learns from them, and whose fault a failure is."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import pytest

from grader.judge.cancelling import MAX_CANCEL_STEPS, NoCaller, steps_to_cancel_at
from grader.judge.engine import Request, grade
from grader.judge.verdict import BackendResult, Outcome
from grader.kit.kit import load_kit
from grader.sandbox.box import Box
from grader.wire.recording import Cancellation, Ended, Recording
from grader.wire.rows import Missing
from tests.forging_samples import no_rules
from tests.kit_samples import change, make_kit

SCENARIOS = """\
import anyio


async def call(stage, n):
    async with stage.span("call"):
        return await stage.submission.double(n)


async def moving(stage, n):
    items = list(range(n))
    taken = []
    with stage.caller():
        await stage.submission.double((items, taken))
    await stage.settle()
    stage.mark("left", len(items) + len(taken))


async def nobody(stage):
    await stage.submission.double(([], []))


async def failing(stage):
    with stage.caller():
        raise ValueError
"""
"""Of these ``moving`` is the recipe: ``double`` moves the items from one list to the other."""

MOVES = """\
import anyio


async def double(n):
    items, taken = n
    while items:
        await anyio.sleep(1)
        taken.append(items.pop())
"""
LOSES_THE_SECOND = """\
import anyio


async def double(n):
    items, taken = n
    while items:
        item = items.pop() if taken else None
        await anyio.sleep(1)
        taken.append(items.pop() if item is None else item)
"""
SHIELDS = MOVES.replace(
    "await anyio.sleep(1)", "with anyio.CancelScope(shield=True):\n            await anyio.sleep(1)"
)
BODY = """\
for recording in play.each_step("moving", n=3):
        assert recording.stopped_at_once
        assert recording.values("left") == [3]"""


def returned(steps: int | None) -> Recording:
    return Recording(scenario="moving", backend="trio", ended=Ended.RETURNED, caller_steps=steps)


def graded(box: Box, root: Path, submission: str, body: str = BODY) -> tuple[BackendResult, ...]:
    """What the first hidden test of a kit, with this body, says of a submission."""
    make_kit(root)
    folder = root / "exercises" / "ex01_double"
    (folder / "scenarios.py").write_text(SCENARIOS)
    (root / "solutions" / "ex01_double" / "double.py").write_text(MOVES)
    change(folder / "test_hidden.py", 'assert play("call", n=3).result == 6', body)
    path = root / "double.py"
    path.write_text(submission)
    kit = load_kit(root)
    (verdict,) = grade(box, kit, kit.exercises[0], [Request(path=path, shown="double.py", check=no_rules)])
    return verdict.tests[0].results


# ---- at which steps --------------------------------------------------------------------------------------------------


def test_a_caller_is_cancelled_before_its_first_wait_and_at_each_of_its_steps() -> None:
    assert steps_to_cancel_at(returned(0)) == (0,)
    assert steps_to_cancel_at(returned(4)) == (0, 1, 2, 3, 4)
    assert steps_to_cancel_at(returned(MAX_CANCEL_STEPS - 1)) == tuple(range(MAX_CANCEL_STEPS))


@pytest.mark.parametrize("steps", [MAX_CANCEL_STEPS, MAX_CANCEL_STEPS + 1, 1000, 80_000, 10**9])
def test_of_many_steps_the_first_and_the_last_are_tried_and_others_at_even_distances(steps: int) -> None:
    found = steps_to_cancel_at(returned(steps))

    assert len(found) == len(set(found)) == MAX_CANCEL_STEPS
    assert found == tuple(sorted(found))
    assert found[:100] == tuple(range(100))
    assert found[-1] == steps
    distances = [later - earlier for earlier, later in pairwise(found[99:])]
    assert max(distances) - min(distances) <= 1


def test_without_a_caller_or_without_an_end_of_its_own_there_is_nothing_to_cancel() -> None:
    with pytest.raises(NoCaller, match="moving"):
        steps_to_cancel_at(returned(None))
    for ended in set(Ended) - {Ended.RETURNED}:
        with pytest.raises(Missing, match=ended):
            steps_to_cancel_at(Recording(scenario="moving", backend="trio", ended=ended, caller_steps=3))


# ---- the recipe ------------------------------------------------------------------------------------------------------


def test_an_answer_that_loses_nothing_passes_wherever_it_is_cancelled(box: Box, tmp_path: Path) -> None:
    assert {result.outcome for result in graded(box, tmp_path, MOVES)} == {Outcome.PASS}


@pytest.mark.parametrize(("submission", "step", "time"), [(SHIELDS, 0, 0), (LOSES_THE_SECOND, 2, 1)])
def test_an_answer_that_fails_at_one_step_is_shown_there(
    box: Box, tmp_path: Path, submission: str, step: int, time: float
) -> None:
    for result in graded(box, tmp_path, submission):
        assert result.failure is not None
        assert result.failure.cancellation == Cancellation(step=step, steps=3, time=time)
        assert result.failure.trace is not None
        assert [event.time for event in result.failure.trace.events if event.kind == "cancel"] == [time]
        assert result.failure.reference is not None
        assert [event.time for event in result.failure.reference.events if event.kind == "cancel"] == [time]


def test_the_play_without_a_cancellation_is_not_yielded_and_counts(box: Box, tmp_path: Path) -> None:
    raises = "async def double(n):\n    raise ValueError\n"
    body = 'for recording in play.each_step("moving", n=3):\n        pass'
    for result in graded(box, tmp_path, raises, body):
        assert result.failure is not None
        assert (result.failure.ended, result.failure.cancellation) == (Ended.RAISED, None)


@pytest.mark.parametrize(
    ("gone_wrong", "ended"),
    [
        ("try:\n        await anyio.sleep(1)\n    except BaseException:\n        raise KeyError", Ended.RAISED),
        ("try:\n        await anyio.sleep(1)\n    except BaseException:\n        await bad()", Ended.DEADLOCK),
    ],
)
def test_an_ending_under_a_cancellation_that_nobody_looks_at_fails_the_test(
    box: Box, tmp_path: Path, gone_wrong: str, ended: Ended
) -> None:
    bad = "async def bad():\n    with anyio.CancelScope(shield=True):\n        await anyio.Event().wait()\n"
    submission = f"import anyio\n{bad}\nasync def double(n):\n    {gone_wrong}\n"
    body = 'for recording in play.each_step("moving", n=3):\n        pass'
    for result in graded(box, tmp_path, submission, body):
        assert result.failure is not None
        assert result.failure.ended is ended
        assert result.failure.cancellation is not None


def test_a_failure_under_another_order_is_shortened_and_keeps_its_step(box: Box, tmp_path: Path) -> None:
    loses_if_the_last_goes_first = """\
import anyio
from anyio.lowlevel import checkpoint


async def double(n):
    items, taken = n
    begun = []

    async def move(name):
        begun.append(name)
        for _ in range(3):
            await checkpoint()
        if begun[0] == name == 4:
            item = items.pop()
            await checkpoint()
            taken.append(item)

    async with anyio.create_task_group() as tg:
        for name in range(5):
            tg.start_soon(move, name)
"""
    for result in graded(box, tmp_path, loses_if_the_last_goes_first):
        failure = result.failure
        assert failure is not None
        assert failure.schedule > 0
        assert failure.cancellation is not None
        assert failure.cancellation.time == 0
        assert failure.trace is not None
        assert [event.kind for event in failure.trace.events].count("cancel") == 1
        # Of a dozen turns out of natural order one matters for who begins, and few for the step of the cancellation.
        assert len(failure.trace.deviations) <= 3
        assert 0 < failure.cancellation.step <= failure.cancellation.steps


# ---- whose fault it is -----------------------------------------------------------------------------------------------


def test_a_scenario_without_a_caller_is_the_fault_of_the_kit(box: Box, tmp_path: Path) -> None:
    body = 'for recording in play.each_step("nobody"):\n        pass'
    for result in graded(box, tmp_path, MOVES, body):
        assert result.outcome is Outcome.NOT_JUDGED
        assert "test_hidden.py:7" in result.reason
        assert 'the scenario "nobody" never enters `stage.caller()`' in result.reason


def test_a_submission_that_keeps_the_scenario_from_its_caller_fails(box: Box, tmp_path: Path) -> None:
    hides = (
        MOVES
        + """

import sys
from grader.box.stage import Stage
from contextlib import contextmanager
@contextmanager
def caller(self):
    yield
Stage.caller = caller
"""
    )
    assert {result.outcome for result in graded(box, tmp_path, hides)} == {Outcome.FAIL}


@pytest.mark.parametrize(("steps", "outcome"), [("0", Outcome.PASS), ("steps", Outcome.FAIL)])
def test_a_lie_about_the_steps_leads_to_fewer_plays_or_to_one_whose_cancellation_never_comes(
    box: Box, tmp_path: Path, steps: str, outcome: Outcome
) -> None:
    lie = f"\nfrom grader.box.simulation.caller import Caller\nCaller.steps = lambda self, steps: {steps}\n"

    assert {result.outcome for result in graded(box, tmp_path, MOVES + lie)} == {outcome}


def test_more_steps_of_a_caller_than_the_play_has_are_tampering(box: Box, tmp_path: Path) -> None:
    lie = "\nfrom grader.box.simulation.caller import Caller\nCaller.steps = lambda self, steps: 10**6\n"
    for result in graded(box, tmp_path, MOVES + lie):
        assert result.failure is not None
        assert result.failure.ended is Ended.TAMPERED
