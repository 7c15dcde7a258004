"""Collects the hidden tests of one exercise with pytest, and nothing else that this computer has for pytest.

pytest is imported when it is needed and not before: the parent of a class run never judges, and a class that is graded
already is looked through in less than a second, a fifth of which it was.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from grader.errors import KitError
from grader.kit.exercise import Exercise
from grader.kit.tables import read_text

if TYPE_CHECKING:
    import pytest

Function = Callable[[Any], object]
"""A hidden test, which is called with what it knows as ``play``."""

_collected: dict[Path, tuple[str, Mapping[str, Function]]] = {}
"""By file: what it held when it was collected, and its tests. A session takes as long as judging several answers."""


def hidden_functions(exercise: Exercise) -> Mapping[str, Function]:
    """The hidden tests of an exercise by name. They are collected once for as long as their file stays as it is.

    Raises KitError when pytest does not collect exactly those that are declared.
    """
    source = read_text(exercise.test_file)
    known = _collected.get(exercise.test_file)
    if known is None or known[0] != source:
        known = _collected[exercise.test_file] = source, _collect(exercise)
    return known[1]


def skips() -> tuple[type[BaseException], ...]:
    """What is raised in a hidden test that skips itself."""
    import pytest

    return pytest.skip.Exception, pytest.xfail.Exception


def fails() -> tuple[type[BaseException], ...]:
    """What is raised in a hidden test that fails: not only AssertionError, as sorting what has no order does."""
    import pytest

    return pytest.fail.Exception, Exception


def _collect(exercise: Exercise) -> Mapping[str, Function]:
    import pytest

    collector = _Collector()
    _forget(exercise)
    with _own_environment():
        pytest.main(_arguments(exercise), plugins=[collector])
    _forget(exercise)
    if collector.interrupted:
        raise KeyboardInterrupt
    _check(exercise, collector)
    return {item.name: item.obj for item in collector.items}


class _Collector:
    """A plugin that notes what is collected."""

    def __init__(self) -> None:
        self.items: list[pytest.Function] = []
        self.said = ""
        """Why the file cannot be collected."""
        self.interrupted = False
        """By Ctrl-C."""

    def pytest_pycollect_makeitem(self, collector: Any, name: str, obj: object) -> list[pytest.Item] | None:
        if not (name.startswith("test_") and callable(obj)):
            return None
        import pytest

        item: pytest.Function = pytest.Function.from_parent(collector, name=name)
        self.items.append(item)
        return [item]

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        if report.failed and not self.said:
            self.said = str(report.longrepr).strip().splitlines()[-1]

    def pytest_keyboard_interrupt(self, excinfo: pytest.ExceptionInfo[BaseException]) -> None:
        self.interrupted = excinfo.type is KeyboardInterrupt  # pytest stops by subclasses of it


def _check(exercise: Exercise, collector: _Collector) -> None:
    """Refuse what would not be run as its author means it."""
    if collector.said:
        raise KitError(
            f"{exercise.test_file}: pytest cannot collect it: {collector.said}", hint="Run `grade kit check`."
        )
    names, declared = [item.name for item in collector.items], [test.name for test in exercise.tests]
    if names != declared:
        raise KitError(
            f"{exercise.test_file}: pytest collects {len(names)} tests of {len(declared)} declared",
            hint="Declare every hidden test at the top level with @grading.",
        )
    # What is set up for a test would have to be set up for every answer, backend and schedule.
    for item in collector.items:
        if set(item.fixturenames) != {"play"} or any(item.iter_markers()):
            raise KitError(
                f"{exercise.test_file}: `{item.name}` is marked or set up by something else than @grading",
                hint="Take `pytestmark`, `setup_module`, `setup_function` and fixtures out of the file.",
            )


def _forget(exercise: Exercise) -> None:
    """Take the hidden tests out of ``sys.modules``; pytest would give them to the same exercise of another kit.

    By name and not by file: the path of a kit may be written in many ways.
    """
    for name in (exercise.folder.name, f"{exercise.folder.name}.{exercise.test_file.stem}"):
        sys.modules.pop(name, None)


def _arguments(exercise: Exercise) -> list[str]:
    off = "cacheprovider logging terminal faulthandler doctest unittest junitxml pastebin stepwise setuponly setupplan"
    # These two collect garbage whenever a session ends, a fifth of what it costs, and nobody reads what they find.
    off += " unraisableexception threadexception"
    return [
        # The root is above the exercise: pytest names the module by its path from there, and the names must differ.
        *("-c", os.devnull, "--rootdir", str(exercise.folder.parent), "--noconftest", "--import-mode=importlib"),
        *("--collect-only", "--assert=plain", "--capture=no", "--strict-markers"),
        *(argument for name in off.split() for argument in ("-p", f"no:{name}")),
        str(exercise.test_file),
    ]


@contextmanager
def _own_environment() -> Iterator[None]:
    """Keep what the user's shell has for pytest away from ours, and our bytecode out of the kit."""
    saved = {name: value for name, value in os.environ.items() if name.startswith("PYTEST_")}
    writes = sys.dont_write_bytecode
    for name in saved:
        del os.environ[name]
    # Discovering installed plugins takes 130 ms, and none of them has any business here.
    os.environ["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"
    sys.dont_write_bytecode = True
    try:
        yield
    finally:
        sys.dont_write_bytecode = writes
        del os.environ["PYTEST_DISABLE_PLUGIN_AUTOLOAD"]
        os.environ.update(saved)
