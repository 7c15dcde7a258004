"""Calls hidden tests that pytest has collected, with a ``play`` of ours and with the fixtures of their author.

Fixtures are set up anew for every call: what one of them has played under one schedule says nothing about the next.
This module imports pytest, and is itself imported only where pytest is needed.
"""

from __future__ import annotations

import traceback
from collections.abc import Callable, Generator
from pathlib import Path
from typing import Any

import pytest
from _pytest.runner import runtestprotocol

from grader.errors import KitError
from grader.kit.fixtures import GIVEN
from grader.kit.functions import MARKS
from grader.text import joined
from grader.wire.rows import Missing


class HiddenCalls:
    """A plugin of pytest that provides ``play``, and notes how each call of a hidden test came out."""

    def __init__(self) -> None:
        self._play: Any = None
        self._returned: object = None
        self._raised: BaseException | None = None
        self._quiet = False
        self.failed: pytest.TestReport | None = None
        """The report of the call that runs, if it has failed: the debugger may be left before pytest is shown it."""

    @pytest.fixture
    def play(self) -> Any:
        """Plays a scenario of the exercise: ``play("name", **inputs) -> Recording``."""
        return self._play

    def call(self, play: Any, run: Callable[[], object]) -> object:
        """Have ``run`` run one test, which gets this ``play``, and return what the test returns.

        Raises what the test raised, or the set-up or the tear-down of its fixtures: the first of them that did.
        """
        self._play, self._returned, self._raised = play, None, None
        try:
            run()
            if self._raised is not None:
                raise self._raised
            return self._returned
        finally:
            self._play = self._returned = self._raised = None

    def call_quietly(self, play: Any, run: Callable[[], object]) -> object:
        """As ``call``; what the test raises is not shown to pytest, which might open a debugger."""
        self._quiet = True
        try:
            return self.call(play, run)
        finally:
            self._quiet = False

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_make_collect_report(self, collector: pytest.Collector) -> Generator[None, Any, Any]:
        # pytest would print an internal error with its traceback, and tell no plugin of ours in which line it began.
        try:
            return (yield)
        except SystemExit as error:
            if collector.path.name != "test_hidden.py":
                raise  # one of the author's other files, in a run of pytest that we are guests in
            frames = traceback.extract_tb(error.__traceback__)
            lines = [f"{Path(frame.filename).name}:{frame.lineno}" for frame in frames]
            said = "\n".join([*lines, f"E   SystemExit: {error}"])
            return pytest.CollectReport(nodeid=collector.nodeid, outcome="failed", longrepr=said, result=[])

    @pytest.hookimpl(tryfirst=True)
    def pytest_pyfunc_call(self, pyfuncitem: pytest.Function) -> bool | None:
        # pytest itself would only warn of a value that is returned, and the judge refuses it.
        if self._play is None:
            return None
        arguments = {name: pyfuncitem.funcargs[name] for name in _arguments_of(pyfuncitem)}
        try:
            self._returned = pyfuncitem.obj(**arguments)
        except Exception as error:
            if isinstance(error, Missing):
                _end_where_the_test_asked(error)
            if not self._quiet:
                raise
            self._raised = error
        return True

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_runtest_makereport(
        self, call: pytest.CallInfo[Any]
    ) -> Generator[None, pytest.TestReport, pytest.TestReport]:
        if self._raised is None and call.excinfo is not None:
            self._raised = call.excinfo.value
        report = yield
        self.failed = report if report.failed else None
        return report


def _end_where_the_test_asked(error: Missing) -> None:
    """Cut the lines of ours off a traceback: pytest hides them in its text, and its debugger would open at the last."""
    line = asked = error.__traceback__
    while line is not None:
        if not line.tb_frame.f_globals.get("__tracebackhide__"):
            asked = line
        line = line.tb_next
    if asked is not None:
        asked.tb_next = None


def run_once(item: pytest.Function) -> list[pytest.TestReport]:
    """Set a test up, call it and tear down what is its own; what its module has set up stays, as the parent is next."""
    # Not by the hook ``pytest_runtest_protocol``: plugins put a report, a timer and a search for warnings round it.
    parent: Any = item.parent
    return runtestprotocol(item, log=False, nextitem=parent)


def takes_play_alone(item: pytest.Function) -> bool:
    """Whether calling the function with a ``play`` is all there is to a test."""
    return set(item.fixturenames) == {"play"} == set(_arguments_of(item))


def refuse_what_grade_cannot_do(item: pytest.Function) -> None:
    """Raise KitError for a mark or a fixture that works in pytest, and would not when ``grade`` judges."""
    for mark in item.iter_markers():
        if f"pytest.mark.{mark.name}" not in MARKS:
            raise KitError(
                f"{item.path}: `{item.name}` has the mark `{mark.name}`",
                hint=f"Take it out: beside @grading, a hidden test may have {joined(MARKS)}.",
            )
    for name in _asked_for(item):
        if not (name in GIVEN or _is_own(item, name)):
            raise KitError(
                f"{item.path}: `{item.name}` uses the fixture `{name}`, which is not defined in this file",
                hint=f"Define it there, or take it out; there are no others than {', '.join(GIVEN)}.",
            )


def _asked_for(item: pytest.Function) -> list[str]:
    """The fixtures that the test uses, and those of its file; not those that a plugin adds to every test."""
    definitions = item._fixtureinfo.name2fixturedefs
    asked = [*_arguments_of(item), *(name for mark in item.iter_markers("usefixtures") for name in mark.args)]
    asked += [name for name in definitions if _is_own(item, name)]
    for name in asked:  # grows meanwhile
        inner = definitions[name][-1].argnames if _is_own(item, name) else ()
        asked += [each for each in inner if each not in asked]
    parameters = item.callspec.params if hasattr(item, "callspec") else ()
    return [name for name in asked if name in definitions and name not in parameters]


def _is_own(item: pytest.Function, name: str) -> bool:
    """Whether a fixture is defined in the file of the test."""
    definitions = item._fixtureinfo.name2fixturedefs.get(name, ())
    codes = [getattr(definition.func, "__code__", None) for definition in definitions[-1:]]
    return any(code is not None and code.co_filename == str(item.path) for code in codes)


def _arguments_of(item: pytest.Function) -> tuple[str, ...]:
    return item._fixtureinfo.argnames
