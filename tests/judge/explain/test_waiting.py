"""Loops that look again and again instead of being woken."""

from __future__ import annotations

from pathlib import Path

import pytest

from grader.judge.explain.finding import Finding
from grader.judge.explain.waiting import polling
from grader.sandbox.box import Box
from grader.wire.recording import Ended, Recording
from tests.explain_samples import case, evidence, failures_of, play, resume, span, suspend, trace

LOOKS = """
async def join(*fns):
    while len(results) < len(fns):
        await anyio.sleep(0.3)
"""
ON_TIME = play(spans=(span("a", 0, 0.5),), elapsed=0.5)


def looking(*lengths: float, ended: Ended = Ended.RETURNED, elapsed: float = 0.9, what: str = "sleep") -> Recording:
    events, now = [], 0.0
    for length in lengths:
        events += [suspend(now, 0, 3, what), resume(now + length, 0)]
        now += length
    return play(ended, spans=(span("a", 0, 0.5),), elapsed=elapsed, trace=trace(*events))


def found_in(mine: Recording, source: str = LOOKS, reference: Recording | None = ON_TIME) -> Finding | None:
    return polling(case(source), evidence(mine, reference))


@pytest.mark.parametrize("lengths", [(0.3, 0.3, 0.3), (0.3, 0.3, 0.3, 0.1)])
def test_equal_sleeps_in_a_loop_that_notices_late_are_polling(lengths: tuple[float, ...]) -> None:
    found = found_in(looking(*lengths))

    assert found is not None
    assert (found.diagnosis, found.line) == ("polling", 3)
    assert found.error == (
        "`while len(results) < len(fns)` looks again every 0.3 s instead of being woken, and notices late"
    )
    assert "wait for the change itself" in found.help


@pytest.mark.parametrize(
    ("condition", "asked"),
    [
        ("True", "this loop looks again"),
        ("a and " * 20 + "a", "`while a and a and a and a and a and a and a...` looks"),
    ],
)
def test_how_the_loop_is_called(condition: str, asked: str) -> None:
    found = found_in(looking(0.3, 0.3, 0.3), LOOKS.replace("len(results) < len(fns)", condition))

    assert found is not None
    assert found.error.startswith(asked)


@pytest.mark.parametrize(
    ("mine", "source", "reference"),
    [
        (looking(0.3, 0.3), LOOKS, ON_TIME),
        (looking(0.1, 0.2, 0.4), LOOKS, ON_TIME),  # each pause longer than the one before
        (looking(0.3, 0.3, 0.3, what="Event.wait"), LOOKS, ON_TIME),
        (looking(0, 0, 0), LOOKS, ON_TIME),
        (looking(0.3, 0.3, 0.3, elapsed=0.5), LOOKS, ON_TIME),  # on time
        (looking(0.3, 0.3, 0.3), LOOKS.replace("while len(results) < len(fns)", "for x in y"), ON_TIME),
        (looking(0.3, 0.3, 0.3), LOOKS, None),
    ],
)
def test_what_is_not_polling(mine: Recording, source: str, reference: Recording | None) -> None:
    assert found_in(mine, source, reference) is None


@pytest.mark.parametrize("ended", [Ended.LATE, Ended.LIMIT, Ended.NEVER_YIELDS])
def test_a_play_that_does_not_end_notices_late_without_a_reference(ended: Ended) -> None:
    assert found_in(looking(0.3, 0.3, 0.3, ended=ended), reference=None) is not None


def test_a_span_that_ends_at_another_time_is_noticed_late() -> None:
    mine = looking(0.3, 0.3, 0.3)
    mine.spans = (span("a", 0, 0.5), span("b", 0, 0.6))
    other = play(spans=(span("a", 0, 0.5), span("b", 0, 0.5)), elapsed=0.9)

    assert found_in(mine, reference=other) is not None
    assert found_in(mine, reference=play(spans=mine.spans, elapsed=0.9)) is None


POLLS = """
import anyio
async def join(*fns):
    results = {}
    async def run(i, fn):
        results[i] = await fn()
    async with anyio.create_task_group() as tg:
        for i, fn in enumerate(fns):
            tg.start_soon(run, i, fn)
        while len(results) < len(fns):
            await anyio.sleep(0.3)
    return [results[i] for i in range(len(fns))]
"""


def test_a_program_that_polls(box: Box, tmp_path: Path) -> None:
    failures = failures_of(box, tmp_path, POLLS, backends=("asyncio", "trio"))

    assert failures
    assert {(one.diagnosis, one.line) for one in failures} == {("polling", 10)}
    assert failures[0].got == "over at 5.4 s"
    assert failures[0].expected == "over at 5.372 s"
