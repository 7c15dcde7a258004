"""Plays small programs in a box, with as few words as possible."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from textwrap import dedent

import pytest

from grader.kit.exercise import Limits
from grader.sandbox.box import Box, Job
from grader.sandbox.cell import Cell
from grader.sandbox.play import Play
from grader.wire import BACKENDS
from grader.wire.recording import Recording

RUN_MAIN = """
async def scenario(stage):
    return await stage.submission.main()
"""
"""The scenario of a submission that needs nothing: it awaits ``main()`` and returns what that returns."""

RUN_MAIN_WITH_STAGE = """
async def scenario(stage):
    return await stage.submission.main(stage)
"""

RUN_MAIN_WITH_INPUTS = """
async def scenario(stage, **inputs):
    return await stage.submission.main(**inputs)
"""

RUN_MAIN_THAT_BURNS = """
import time
def burn(seconds):
    begin = time.thread_time()
    while time.thread_time() - begin < seconds:
        pass
async def scenario(stage):
    stage.submission.burn = burn
    return await stage.submission.main()
"""
"""A scenario that lets the submission burn CPU in frames that are not its own, as a library does."""

on_both_backends = pytest.mark.parametrize("backend", BACKENDS)


@contextmanager
def cell_of(box: Box, submission: str, scenarios: str = RUN_MAIN, limits: Limits | None = None) -> Iterator[Cell]:
    """A cell for many plays of one program. Whatever it sends has to be what our own code would have written."""
    job = Job(
        module="x",
        submission=dedent(submission),
        scenarios=dedent(scenarios),
        limits=limits or Limits(wall_seconds=60),
        needs=("loopback", "processes"),
    )
    cell = Cell(box, job)
    try:
        yield cell
    finally:
        cell.close()
    assert not cell.tampered


def play_of(
    backend: str, *, seed: int = 0, choices: tuple[int, ...] | None = None, scenario: str = "scenario", **inputs: object
) -> Play:
    return Play(scenario, Play.encode(inputs), backend, seed, choices, trace=True)


def played(
    box: Box,
    backend: str,
    submission: str,
    scenarios: str = RUN_MAIN,
    *,
    seed: int = 0,
    choices: tuple[int, ...] | None = None,
    limits: Limits | None = None,
    **inputs: object,
) -> Recording:
    """The recording of one play of ``scenario(stage, **inputs)`` in a child of its own."""
    with cell_of(box, submission, scenarios, limits) as cell:
        return cell.recording(play_of(backend, seed=seed, choices=choices, **inputs))


def line_of(submission: str, comment: str = "# here") -> int:
    """The number of the only line that ends with this comment, counted as the box counts."""
    lines = dedent(submission).splitlines()
    (number,) = [number for number, line in enumerate(lines, start=1) if line.endswith(comment)]
    return number
