"""The way into the hidden tests for pytest: ``pytest exercises/ex01_join --submission FILE``.

pytest loads this module in every run on a computer where the grader is installed. It does nothing there, and imports
nothing of ours, unless a file of hidden tests is collected.
"""

from __future__ import annotations

import os
from argparse import ArgumentTypeError
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("awaitlings", "hidden tests of exercises")
    group.addoption("--submission", metavar="FILE", help="the submission to play; without it, the reference answer")
    group.addoption("--schedules", type=_whole(1), metavar="N", help="how many task schedules at most")


def _whole(least: int) -> Callable[[str], int]:
    """Read a whole number of at least so much, as the options of ``grade`` do."""

    def read(text: str) -> int:
        if not text.isdecimal() or int(text) < least:
            raise ArgumentTypeError(f"{text!r} is no whole number of at least {least}")
        return int(text)

    return read


@pytest.hookimpl(trylast=True)
def pytest_load_initial_conftests(parser: pytest.Parser, args: Sequence[str]) -> None:
    # Many suites have a --seed of their own. So ours is there only for the files of a kit, and theirs comes first.
    if any(_is_in_a_kit(Path(argument.partition("::")[0])) for argument in args):
        try:
            parser.getgroup("awaitlings").addoption(
                "--seed", type=_whole(0), dest="schedule", metavar="K", help="play this task schedule alone"
            )
        except ValueError:
            pass


@pytest.hookimpl(tryfirst=True)
def pytest_pycollect_makemodule(module_path: Path, parent: pytest.Collector) -> pytest.Module | None:
    if module_path.name != "test_hidden.py" or not (module_path.parent / "exercise.toml").is_file():
        return None
    from grader.judge.items import HiddenModule

    return HiddenModule.from_parent(parent, path=module_path)


def _is_in_a_kit(path: Path) -> bool:
    folders = (path, *path.parents[:2])
    # Not Path.is_file, which raises OSError for a word that is no path, such as a long -k expression.
    return any(os.path.isfile(folder / name) for folder in folders for name in ("exercise.toml", "kit.toml"))
