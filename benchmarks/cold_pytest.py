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
from collections.abc import Callable
from pathlib import Path
from typing import Any, NoReturn

import pytest

from grader.box.player import Message, Program
from grader.box.player import play as play_once
from grader.box.simulation.core import Bounds
from grader.box.simulation.trace import STUDENT
from grader.kit.exercise import Limits
from grader.sandbox.reading import read
from grader.wire.lines import dumps, loads
from grader.wire.recording import Recording
from grader.wire.values import encode_inputs


@pytest.fixture(scope="session")
def program(request: pytest.FixtureRequest) -> Program:
    path, folder = Path(os.environ["SUBMISSION"]), Path(request.config.args[0]).resolve().parent
    scenarios = folder / "scenarios.py"
    # The player collects garbage after every play, as a box does, whose heap is frozen: it would be half of the time.
    gc.collect()
    gc.freeze()
    return Program(
        module=path.stem,
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
def play(program: Program, backend: str, seed: int) -> Callable[..., Recording]:
    def playing(scenario: str, *, within: float | None = None, **inputs: object) -> Recording:
        asked = request(scenario, encode_inputs(dict(inputs)), backend, seed=seed, within=within)
        with open(os.environ.get("PLAYS", os.devnull), "ab") as file:
            file.write(b".")
        streams = sys.stdout, sys.stderr
        try:
            message = play_once(program, asked, Bounds(), leave)
        finally:
            sys.stdout, sys.stderr = streams
        recording, _ = read(loads(dumps(message)), play="1", scenario=scenario, backend=backend)
        return recording

    return playing


def request(scenario: str, inputs: object, backend: str, **more: Any) -> Message:
    """What a box is sent for a play."""
    plain = {"choices": None, "trace": False, "walk": "fair", "kinds": False, "output": Limits().output_bytes}
    return {"play": "1", "scenario": scenario, "inputs": inputs, "backend": backend, **plain, **more}


def leave(message: Message) -> NoReturn:
    os._exit(3)
