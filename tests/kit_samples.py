"""A kit of two tiny exercises, made in a folder: fast to play, and ours to break."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

KIT = """\
format = 1
title = "Tiny"
version = "0.1"
exercises = ["ex01_double", "ex02_wait"]

[diagnoses.wrong-value]
sentence = "another value than promised"
explanation = "The value is not the one that the README promises."
help = "compare the value with the one in the README"
hints = ["value hint 1", "value hint 2", "value hint 3"]
"""

EXERCISE = """\
id = "{id}"
title = "{name}"
summary = "the {name} exercise"
file = "{name}.py"
concepts = ["tasks"]
level = 1
minutes = 5

[rules]
imports = ["anyio", "@pure"]
off_limits = ["anyio.gather"]

[hints]
general = ["general hint 1", "general hint 2", "general hint 3"]
"""

STUB = """\
import anyio


async def {name}(n):
    raise NotImplementedError("your turn")
"""

SCENARIOS = """\
async def call(stage, n):
    async with stage.span("call"):
        return await stage.submission.{name}(n)
"""

TESTS = '''\
from grader.judge import grading


@grading(points=60, diagnosis="wrong-value", feedback="The value is not twice the argument.")
def test_value(play):
    """returns twice the argument"""
    assert play("call", n=3).result == 6


@grading(points=40, diagnosis="wrong-value", feedback="It does not take that many seconds.")
def test_time(play):
    """takes that many seconds"""
    assert play("call", n=3).elapsed == 3
'''

RIGHT = """\
import anyio


async def {name}(n):
    await anyio.sleep(n)
    return 2 * n
"""

WRONG_VALUE = RIGHT.replace("2 * n", "n")
TOO_SOON = RIGHT.replace("sleep(n)", "sleep(0)")
EXERCISES = (("ex01", "double"), ("ex02", "wait"))


def answer(text: str, name: str = "double") -> str:
    """The text of an answer to one of the two exercises."""
    return text.replace("{name}", name)


def make_kit(root: Path) -> Path:
    """Write the kit below this folder, with answers that prove it."""
    (root / "exercises").mkdir(parents=True)
    (root / "exercises" / "kit.toml").write_text(KIT)
    for id, name in EXERCISES:
        folder = root / "exercises" / f"{id}_{name}"
        folder.mkdir()
        (folder / "exercise.toml").write_text(EXERCISE.format(id=id, name=name))
        (folder / "README.md").write_text(f"# {name}\n")
        (folder / f"{name}.py").write_text(answer(STUB, name))
        (folder / "scenarios.py").write_text(answer(SCENARIOS, name))
        (folder / "test_hidden.py").write_text(TESTS)
        _write_answers(root / "solutions" / folder.name, name)
    return root


def make_small_kit(root: Path) -> Path:
    """Write a kit of the first exercise alone: the other would only take time."""
    make_kit(root)
    change(root / "exercises" / "kit.toml", '"ex01_double", "ex02_wait"', '"ex01_double"')
    for place in ("exercises", "solutions"):
        shutil.rmtree(root / place / "ex02_wait")
    return root


def _write_answers(folder: Path, name: str) -> None:
    for below in ("right", "wrong"):
        (folder / below).mkdir(parents=True)
    right = answer(RIGHT, name)
    (folder / f"{name}.py").write_text(right)
    for number, value in enumerate(("n + n", "n * 2", "sum((n, n))")):
        (folder / "right" / f"way{number}.py").write_text(right.replace("2 * n", value))
    value = "# fails: test_value (wrong-value)\n"
    (folder / "wrong" / "value.py").write_text(value + answer(WRONG_VALUE, name))
    (folder / "wrong" / "soon.py").write_text("# fails: test_time (wrong-value)\n" + answer(TOO_SOON, name))


def change(path: Path, old: str, new: str) -> None:
    """Replace a text that must be there."""
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new))


# ---- the same without an event loop ----------------------------------------------------------------------------------

PLAIN_STUB = """\
def double(n):
    raise NotImplementedError("your turn")
"""
PLAIN_SCENARIOS = """\
def call(stage, n):
    with stage.span("call"):
        return stage.submission.double(n)
"""
PLAIN_RIGHT = """\
import time


def double(n):
    time.sleep(n)
    return 2 * n
"""


def make_plain_kit(root: Path) -> Path:
    """Write a kit of one exercise whose scenarios are plain functions, and which asks for the same."""
    make_small_kit(root)
    folder, solutions = root / "exercises" / "ex01_double", root / "solutions" / "ex01_double"
    change(folder / "exercise.toml", "minutes = 5\n", "minutes = 5\nbackends = []\n")
    change(folder / "exercise.toml", 'imports = ["anyio", "@pure"]', 'imports = ["@pure"]')
    (folder / "double.py").write_text(PLAIN_STUB)
    (folder / "scenarios.py").write_text(PLAIN_SCENARIOS)
    for path in solutions.rglob("*.py"):
        head = "".join(line for line in path.read_text().splitlines(keepends=True) if line.startswith("# fails"))
        value = re.search(r"return (.*)", path.read_text())
        seconds = re.search(r"sleep\((.*)\)", path.read_text())
        assert value is not None
        assert seconds is not None
        text = PLAIN_RIGHT.replace("2 * n", value[1]).replace("sleep(n)", f"sleep({seconds[1]})")
        path.write_text(head + text)
    return root
