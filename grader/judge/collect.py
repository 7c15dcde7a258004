"""Collects the hidden tests of one exercise with pytest, without the plugins and settings of this computer.

A test that takes nothing but ``play`` is called as the function that it is. Any other is called through pytest, with
its parameters and with fixtures that are set up anew for every call.

pytest is imported by the functions that need it: the parent of a class run never judges, and if nothing is new it ends
in less than a second, a fifth of which the import would take.
"""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from types import CodeType
from typing import TYPE_CHECKING, Any

from grader.errors import KitError
from grader.kit.exercise import Exercise
from grader.kit.tables import read_text

if TYPE_CHECKING:
    import pytest

    from grader.judge.calling import HiddenCalls


@dataclass(frozen=True, slots=True, kw_only=True)
class HiddenFunction:
    """A hidden test, ready to be called."""

    code: CodeType
    """The code of its function, which knows the file and the line."""
    call: Callable[[Any], object]
    """Calls it once with a ``play``, and lets out what it returns or raises."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HiddenFunctions:
    """The hidden tests of an exercise."""

    by_name: Mapping[str, HiddenFunction]
    close: Callable[[], None]
    """Tears down what they have set up for more than one call, such as a fixture of the module."""


_FOLDERS = "_tmp_path_factory"
"""Where pytest's configuration keeps what makes the folders of ``tmp_path``."""
_collected: dict[Path, tuple[str, HiddenFunctions]] = {}
"""Each file's text when it was collected, and its tests. Collecting takes as long as judging several submissions."""


def hidden_functions(exercise: Exercise) -> HiddenFunctions:
    """The hidden tests of an exercise. They are collected once, and again when their file has changed.

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


def _collect(exercise: Exercise) -> HiddenFunctions:
    import pytest

    from grader.judge.calling import HiddenCalls

    collector, calls = _Collector(), HiddenCalls()
    _forget(exercise)
    with _own_environment():
        pytest.main(_arguments(exercise), plugins=[collector, calls])
    collector.keep_folders()
    _forget(exercise)
    if collector.interrupted:
        raise KeyboardInterrupt
    if collector.error:
        raise _uncollectable(exercise.test_file, collector.error)
    check_collected(exercise.test_file, collector.items, [test.name for test in exercise.tests])
    return HiddenFunctions(
        by_name={item.name: _hidden_function(item, calls) for item in collector.items},
        close=partial(_tear_down, collector.items[0]),
    )


class _Collector:
    """A plugin of pytest that keeps the hidden tests which pytest collects, and spares their calls a report."""

    def __init__(self) -> None:
        self.items: list[pytest.Function] = []
        self.error = ""
        """Why the file cannot be collected."""
        self.interrupted = False
        """Whether the user pressed Ctrl-C."""
        self._folders: Any = None

    def pytest_collection_finish(self, session: pytest.Session) -> None:
        self.items = [*session.items]  # type: ignore[list-item]
        self._folders = getattr(session.config, _FOLDERS)

    def keep_folders(self) -> None:
        """Give ``tmp_path`` back what it makes folders with, which pytest takes away at the end of its run."""
        if self.items:
            setattr(self.items[0].config, _FOLDERS, self._folders)

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        if report.failed and not self.error:
            self.error = str(report.longrepr).strip()

    def pytest_keyboard_interrupt(self, excinfo: pytest.ExceptionInfo[BaseException]) -> None:
        self.interrupted = excinfo.type is KeyboardInterrupt  # pytest stops by subclasses of it

    def pytest_runtest_makereport(self, item: pytest.Item, call: pytest.CallInfo[Any]) -> pytest.TestReport:
        import pytest

        # pytest would make a traceback, which takes five times as long as the judging, and no user would see it.
        return pytest.TestReport(
            nodeid=item.nodeid,
            location=item.location,
            keywords={},
            outcome="passed" if call.excinfo is None else "failed",
            longrepr=None,
            when=call.when,  # type: ignore[arg-type]  # a collection comes to no such report
        )


def _hidden_function(item: pytest.Function, calls: HiddenCalls) -> HiddenFunction:
    from grader.judge.calling import run_once, takes_play_alone

    def call(play: object) -> object:
        return calls.call(play, partial(run_once, item))

    return HiddenFunction(code=item.function.__code__, call=item.obj if takes_play_alone(item) else call)


def _tear_down(item: pytest.Function) -> None:
    try:
        item.ihook.pytest_runtest_teardown(item=item, nextitem=None)
    except fails() as error:
        what = f"{item.path}: a fixture cannot be torn down: {type(error).__name__}: {error}"
        raise KitError(what, hint="Correct what stands behind its `yield`.") from error


def check_collected(path: Path, items: Sequence[pytest.Function], declared: Sequence[str]) -> None:
    """Raise KitError for hidden tests of a file that are not those declared, or would not run as their author means."""
    from grader.judge.calling import refuse_what_grade_cannot_do

    if [item.name for item in items] != [*declared]:
        raise KitError(
            f"{path}: pytest collects {len(items)} tests of {len(declared)} declared",
            hint="Declare every hidden test at the top level with @grading.",
        )
    for item in items:
        refuse_what_grade_cannot_do(item)


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
    off = "cacheprovider capture logging terminal faulthandler doctest unittest junitxml pastebin stepwise setuponly"
    # The last two collect garbage when a session ends, which takes a fifth of its time, and their warnings go nowhere.
    off += " setupplan unraisableexception threadexception"
    return [
        # The root lies above the exercise: pytest names the module by its path from there, and each needs its own name.
        *("-c", os.devnull, "--rootdir", str(exercise.folder.parent), "--noconftest", "--import-mode=importlib"),
        *("--collect-only", "--assert=plain", "--strict-markers"),
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
