"""A kit of one exercise with two questions, and hostile answers graded on it by the whole machinery."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from textwrap import dedent

from grader.judge.engine import Request, grade
from grader.judge.options import PlayOptions
from grader.judge.verdict import BackendResult, Verdict
from grader.kit.kit import Kit, load_kit
from grader.policy.rules import Findings
from grader.sandbox.box import Box
from grader.wire import BACKENDS

KIT = """\
format = 1
title = "Forging"
version = "1"
exercises = ["ex01_one"]

[limits]
cpu_seconds = 1
wall_seconds = 20
memory_mb = 400

[diagnoses.wrong]
sentence = "it is the wrong answer"
explanation = "There is another one."
hints = ["a", "b", "c"]
"""

EXERCISE = """\
id = "ex01"
title = "one"
summary = "two questions"
file = "one.py"
concepts = ["answers"]
level = 1
minutes = 1

[rules]
imports = []

[hints]
general = ["a", "b", "c"]
"""

SCENARIOS = """
async def ask(stage):
    return await stage.submission.answer()


async def other(stage):
    return await stage.submission.other()
"""

TESTS = '''\
from grader.judge import grading


@grading(points=60, diagnosis="wrong", feedback="The answer is wrong.")
def test_answer(play):
    """the answer is 1"""
    assert play("ask").result == 1


@grading(points=40, diagnosis="wrong", feedback="The other is wrong.")
def test_other(play):
    """the other is fine"""
    assert play("other").result == "fine"
'''

HONEST = """
async def answer():
    return 1
"""

OTHER = """

async def other():
    return "fine"
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Graded:
    """What became of one submission."""

    verdict: Verdict

    @property
    def points(self) -> float:
        return self.verdict.points

    def results(self, name: str) -> tuple[BackendResult, ...]:
        """The results of one hidden test, a backend each."""
        (test,) = (test for test in self.verdict.tests if test.name == name)
        return test.results

    def ends(self, name: str) -> set[str]:
        """How the plays ended that failed this hidden test; its outcome where it did not fail."""
        results = self.results(name)
        return {result.failure.ended.value if result.failure else result.outcome.value for result in results}

    def why(self, name: str) -> str:
        """What the learner is told, and why what was not judged was not."""
        return " | ".join(
            result.reason or (result.failure.error if result.failure else "") for result in self.results(name)
        )


def make_kit(root: Path, *, tests: str = TESTS, scenarios: str = SCENARIOS, settings: str = KIT) -> Kit:
    """Write the kit to a folder and read it."""
    folder = root / "exercises" / "ex01_one"
    folder.mkdir(parents=True)
    files: Mapping[str, str] = {
        "exercise.toml": EXERCISE,
        "test_hidden.py": tests,
        "scenarios.py": scenarios,
        "one.py": "async def answer(): ...\n",
        "README.md": "",
    }
    (root / "exercises" / "kit.toml").write_text(settings)
    for name, text in files.items():
        (folder / name).write_text(text)
    return load_kit(root)


def graded(box: Box, root: Path, submission: str, backends: tuple[str, ...] = BACKENDS, **parts: str) -> Graded:
    """Grade a submission without the rules on the syntax tree, which would stop most of these."""
    course = make_kit(root, **parts)
    path = root / "one.py"
    path.write_text(dedent(submission) + ("" if "def other" in submission else OTHER))
    request = Request(path=path, shown="one.py", options=PlayOptions(backends=backends), check=no_rules)
    (verdict,) = grade(box, course, course.exercises[0], [request])
    return Graded(verdict=verdict)


def no_rules(*_: object) -> Findings:
    """The rules look away: the box is on trial here."""
    return Findings(faults=(), look=())


def running_with(marker: str) -> set[int]:
    """Every process on this machine with that marker on its command line."""
    found = set()
    for name in os.listdir("/proc"):
        if name.isdigit():
            try:
                if marker.encode() in Path(f"/proc/{name}/cmdline").read_bytes():
                    found.add(int(name))
            except OSError:
                continue
    return found
