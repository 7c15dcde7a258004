"""Collects the hidden tests of one exercise with pytest, without the plugins and settings of this computer.

pytest is imported by the functions that need it: the parent of a class run never judges, and if nothing is new it ends
in less than a second, a fifth of which the import would take.
"""

from __future__ import annotations

import os
import re
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
"""A hidden test; its one argument is the ``play`` fixture."""

_collected: dict[Path, tuple[str, Mapping[str, Function]]] = {}
"""Each file's text when it was collected, and its tests. Collecting takes as long as judging several submissions."""


def hidden_functions(exercise: Exercise) -> Mapping[str, Function]:
    """The hidden tests of an exercise by name. They are collected once, and again when their file has changed.

    Raises KitError when pytest does not collect exactly those that are declared.
    """
    source = read_text(exercise.test_file)
    known = _collected.get(exercise.test_file)
    if known is None or known[0] != source:
        known = _collected[exercise.test_file] = source, _collect(exercise)
    return known[1]


def skips() -> tuple[type[BaseException], ...]:
    """The exceptions that skip a hidden test."""
    import pytest

    return pytest.skip.Exception, pytest.xfail.Exception


def fails() -> tuple[type[BaseException], ...]:
    """The exceptions that fail a hidden test: not AssertionError alone, as sorting wrong values raises others."""
    import pytest

    return pytest.fail.Exception, Exception


def fails_by_assertion() -> tuple[type[BaseException], ...]:
    """Those among them by which a hidden test says that the submission is wrong."""
    import pytest

    return pytest.fail.Exception, AssertionError


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
    """A plugin of pytest that keeps the hidden tests which pytest collects."""

    def __init__(self) -> None:
        self.items: list[pytest.Function] = []
        self.error = ""
        """Why the file cannot be collected."""
        self.interrupted = False
        """Whether the user pressed Ctrl-C."""

    def pytest_pycollect_makeitem(self, collector: Any, name: str, obj: object) -> list[pytest.Item] | None:
        if not (name.startswith("test_") and callable(obj)):
            return None
        import pytest

        item: pytest.Function = pytest.Function.from_parent(collector, name=name)
        self.items.append(item)
        return [item]

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        if report.failed and not self.error:
            self.error = str(report.longrepr).strip()

    def pytest_keyboard_interrupt(self, excinfo: pytest.ExceptionInfo[BaseException]) -> None:
        self.interrupted = excinfo.type is KeyboardInterrupt  # pytest stops by subclasses of it


def _check(exercise: Exercise, collector: _Collector) -> None:
    """Raise KitError for hidden tests that would not run as their author means them to."""
    if collector.error:
        raise _uncollectable(exercise.test_file, collector.error)
    names, declared = [item.name for item in collector.items], [test.name for test in exercise.tests]
    if names != declared:
        raise KitError(
            f"{exercise.test_file}: pytest collects {len(names)} tests of {len(declared)} declared",
            hint="Declare every hidden test at the top level with @grading.",
        )
    # A fixture of its own would have to be set up again for every submission, backend and schedule.
    for item in collector.items:
        if set(item.fixturenames) != {"play"} or any(item.iter_markers()):
            raise KitError(
                f"{exercise.test_file}: `{item.name}` is marked or set up by something else than @grading",
                hint="Take `pytestmark`, `setup_module`, `setup_function` and fixtures out of the file.",
            )


def _uncollectable(path: Path, report: str) -> KitError:
    """The error for a file that pytest cannot import, from what pytest says of it: a traceback, its last line last."""
    lines = re.findall(rf"{re.escape(path.name)}:(\d+)", report)
    said = report.splitlines()[-1].removeprefix("E ").strip()
    place = f"{path}:{lines[-1]}" if lines else str(path)
    return KitError(f"{place}: pytest cannot collect it: {said}", hint="Correct that line of the kit.")


def _forget(exercise: Exercise) -> None:
    """Take the hidden tests out of ``sys.modules``, where pytest would find them for another kit with this exercise.

    They are found by name and not by file, because the path of a kit may be written in many ways.
    """
    for name in (exercise.folder.name, f"{exercise.folder.name}.{exercise.test_file.stem}"):
        sys.modules.pop(name, None)


def _arguments(exercise: Exercise) -> list[str]:
    off = "cacheprovider logging terminal faulthandler doctest unittest junitxml pastebin stepwise setuponly setupplan"
    # These two collect garbage when a session ends, which takes a fifth of its time, and their warnings go nowhere.
    off += " unraisableexception threadexception"
    return [
        # The root lies above the exercise: pytest names the module by its path from there, and each needs its own name.
        *("-c", os.devnull, "--rootdir", str(exercise.folder.parent), "--noconftest", "--import-mode=importlib"),
        *("--collect-only", "--assert=plain", "--capture=no", "--strict-markers"),
        *(argument for name in off.split() for argument in ("-p", f"no:{name}")),
        str(exercise.test_file),
    ]


@contextmanager
def _own_environment() -> Iterator[None]:
    """Keep the settings that the user's shell has for pytest away from ours, and bytecode out of the kit."""
    saved = {name: value for name, value in os.environ.items() if name.startswith("PYTEST_")}
    writes = sys.dont_write_bytecode
    for name in saved:
        del os.environ[name]
    # Finding the installed plugins takes 130 ms, and none of them is wanted here.
    os.environ["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"
    sys.dont_write_bytecode = True
    try:
        yield
    finally:
        sys.dont_write_bytecode = writes
        del os.environ["PYTEST_DISABLE_PLUGIN_AUTOLOAD"]
        os.environ.update(saved)
