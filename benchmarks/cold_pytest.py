"""A pytest plugin that plays beside the student's code: what an instructor would run without a box, once for each file.

    PYTHONPATH=. SUBMISSION=join.py python -m pytest -p benchmarks.cold_pytest exercises/ex01_join/test_hidden.py

The hidden tests are those of the exercise, and so is the virtual clock. Every test runs once on each backend, and
``REPEATS`` times under shuffled schedules; nothing is kept between tests, and nothing is safe from the student. A byte
for each play is added to the file that ``PLAYS`` names.
"""

from __future__ import annotations

import gc
import os
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import NoReturn

import pytest

from grader.box.player import Message, Program
from grader.box.player import play as play_once
from grader.box.simulation.core import Bounds
from grader.box.simulation.trace import STUDENT
from grader.judge.cancelling import steps_to_cancel_at
from grader.kit.exercise import Limits
from grader.sandbox.play import Play, request
from grader.sandbox.reading import read
from grader.wire.lines import dumps, loads
from grader.wire.recording import Recording
from grader.wire.turns import chooser


@pytest.fixture(scope="session")
def program(pytestconfig: pytest.Config) -> Program:
    path, folder = Path(os.environ["SUBMISSION"]), Path(pytestconfig.args[0]).resolve().parent
    scenarios = folder / "scenarios.py"
    # The player collects garbage after every play, as a box does, whose heap is frozen: it would be half of the time.
    gc.collect()
    gc.freeze()
    return Program(
        module=path.stem,
        source=path.read_text(),
        submission=compile(path.read_text(), f"{STUDENT}{path.name}", "exec", dont_inherit=True),
        scenarios=compile(scenarios.read_text(), str(scenarios), "exec", dont_inherit=True),
    )


@pytest.fixture(params=["asyncio", "trio"])
def backend(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(params=range(int(os.environ.get("REPEATS", "1"))))
def seed(request: pytest.FixtureRequest) -> int:
    return int(request.param)


@pytest.fixture
def play(program: Program, backend: str, seed: int) -> Playing:
    return Playing(program, backend, seed)


class Playing:
    """What stands in for the grader's ``play``: it plays here, in this process."""

    def __init__(self, program: Program, backend: str, seed: int) -> None:
        self._program = program
        self._backend = backend
        self._seed = seed

    def __call__(self, scenario: str, *, within: float | None = None, **inputs: object) -> Recording:
        return self._recording(Play(scenario, Play.encode(inputs), self._backend, self._seed, within=within))

    def each_step(self, scenario: str, *, within: float | None = None, **inputs: object) -> Iterator[Recording]:
        play = Play(scenario, Play.encode(inputs), self._backend, self._seed, within=within)
        for step in steps_to_cancel_at(self._recording(play)):
            yield self._recording(replace(play, cancel_at=step))

    def _recording(self, play: Play) -> Recording:
        with open(os.environ.get("PLAYS", os.devnull), "ab") as file:
            file.write(b".")
        streams = sys.stdout, sys.stderr
        try:
            message = play_once(self._program, request(play, "1", Limits()), Bounds(), leave)
        finally:
            sys.stdout, sys.stderr = streams
        recording, _ = read(
            loads(dumps(message)),
            play="1",
            scenario=play.scenario,
            backend=play.backend,
            choose=chooser(play.seed),
            late=Limits().horizon_seconds,
            cancel_at=play.cancel_at,
        )
        return recording


def leave(message: Message) -> NoReturn:
    os._exit(3)
