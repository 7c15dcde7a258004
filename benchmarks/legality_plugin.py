"""A pytest plugin that runs anyio's own test suite inside the simulation; ``legality.py`` starts pytest with it.

The suite's files take the place of the student's: ``time.*`` reads virtual there, and lines are looked up there. Every
test gets a simulation of its own, with the watcher of blocking steps. A test fails as well if the simulation has ended
its run, or if no task of it ever took a step inside the simulation.
"""

from __future__ import annotations

import datetime
import inspect
import json
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from grader.box.simulation import patches, trace
from grader.box.simulation.core import Bounds, Simulation, activate
from grader.box.simulation.run import prepare
from grader.box.simulation.schedule import Schedule
from grader.box.simulation.watch import Watch
from grader.wire.turns import chooser

DATES = datetime.datetime, datetime.date
NO_LOOP = "uses no event loop of the suite's choice"
OTHER_LOOP = "wants another event loop, or eager tasks"
IN_THREAD = "starts the loop in a thread, and wakes it from outside of it at any time"
FAILS_HERE = "fails on this machine without the simulation too"

FIRST_IN_FIRST_OUT = "takes for granted that on asyncio a new task steps before its parent that awaits sleep(0)"

BY_NAME = {
    "tests/test_subprocesses.py::test_wait_returns_on_process_exit_with_open_stdout": (
        "a process that outlives the child that started it does not hold the clock"
    ),
    "tests/test_taskgroups.py::TestRefcycles::test_exception_refcycles_parent_task": (
        "counts the references to an exception, and the trace keeps every task"
    ),
    # The suite runs trio as a guest, and what waits in the queue of its host would be a task that blocks the loop.
    "tests/test_sockets.py::TestTCPStream::test_receive_timeout": (
        "a thread of its own sleeps while the loop waits, and outlives the test"
    ),
    "tests/test_synchronization.py::TestLock::test_cancel_after_release": FIRST_IN_FIRST_OUT,
    "tests/test_synchronization.py::TestSemaphore::test_cancel_after_release": FIRST_IN_FIRST_OUT,
}
"""Tests that cannot hold inside the simulation; a name stands for all its parameters."""

EXPECTED = frozenset({NO_LOOP, OTHER_LOOP, IN_THREAD, *BY_NAME.values()})
"""Why tests are left out on every machine."""


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("legality")
    group.addoption("--seed", type=int, help="the schedule of every test; without it the suite runs plainly")
    group.addoption("--without", type=Path, help="JSON list of tests that fail on this machine anyway")
    group.addoption("--only", type=Path, help="JSON list of the tests to run")
    group.addoption("--counts", type=Path, required=True, help="where to write what happened, as JSON")


def pytest_configure(config: pytest.Config) -> None:
    config.pluginmanager.register(Tally(config), "legality tally")
    seed = config.getoption("--seed")
    if seed is not None:
        # Before any test module is loaded, for ``from time import sleep`` there.
        patches.install()
        # The suite makes certificates with code in Rust, which takes dates for what the class was that it found first.
        datetime.datetime, datetime.date = DATES  # type: ignore[misc]
        # It would refuse the lock in which a thread waits for its turn; the watcher finds what blocks here.
        sys.modules["blockbuster"] = None  # type: ignore[assignment]
        trace.STUDENT = f"{config.rootpath / 'tests'}/"
        config.pluginmanager.register(Simulated(seed), "legality simulation")


class Tally:
    """Leaves out what cannot run inside the simulation, and counts the rest."""

    def __init__(self, config: pytest.Config) -> None:
        self._without = _names(config.getoption("--without"))
        self._only = _names(config.getoption("--only"))
        self._counts: Path = config.getoption("--counts")
        self._left_out: Counter[str] = Counter()
        self._outcomes: Counter[str] = Counter()
        self._failed: dict[str, None] = {}

    @pytest.hookimpl(trylast=True)
    def pytest_collection_modifyitems(self, config: pytest.Config, items: list[pytest.Item]) -> None:
        reasons = {item: self._why_not(item) for item in items}
        self._left_out.update(reason for reason in reasons.values() if reason)
        items[:] = [item for item in items if not reasons[item]]
        config.hook.pytest_deselected(items=[item for item, reason in reasons.items() if reason])

    def _why_not(self, item: pytest.Item) -> str | None:
        if self._only and item.nodeid not in self._only:
            return "not asked for"
        return why_not(item) or (FAILS_HERE if item.nodeid in self._without else None)

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.failed:
            self._failed[report.nodeid] = None
        elif report.when == "call" or report.skipped:
            self._outcomes["xfailed" if hasattr(report, "wasxfail") else report.outcome] += 1

    def pytest_sessionfinish(self) -> None:
        # A test whose teardown fails has passed before.
        counts = {"outcomes": self._outcomes, "failed": list(self._failed), "left_out": self._left_out}
        self._counts.write_text(json.dumps(counts))


class Simulated:
    """Gives every test a simulation, and looks afterwards what that has to say."""

    def __init__(self, seed: int) -> None:
        self._seed = seed
        self._simulation: Simulation

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> Iterator[None]:
        parameters = _parameters(item)
        backend = _backend(parameters["anyio_backend"])
        simulation = self._simulation = prepare(backend, Schedule(chooser(self._seed)), Bounds())
        debug = {"debug": True} if backend == "asyncio" else {}  # as the suite's own fixture has it
        parameters["anyio_backend"] = (backend, {**debug, **simulation.options()})
        activate(simulation)
        try:
            with Watch(simulation):
                return (yield)
        finally:
            activate(None)
            simulation.workers.close()

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_call(self) -> Iterator[None]:
        yield
        self._look()
        if not self._simulation.steps:
            pytest.fail("no task took a step inside the simulation", pytrace=False)

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_teardown(self) -> Iterator[None]:
        yield
        self._look()

    def _look(self) -> None:
        verdict = self._simulation.stopped
        if verdict is not None:
            waiting = [name for name, _, _ in self._simulation.waiting]
            pytest.fail(f"the simulation ended the run: {verdict.ended}, {verdict.reason}; {waiting}", pytrace=False)


def why_not(item: pytest.Item) -> str | None:
    """Why a test cannot run inside the simulation; None if it can."""
    backend = _parameters(item).get("anyio_backend")
    if backend is None:
        return NO_LOOP
    if not isinstance(backend, str) and backend[1].keys() - {"debug"}:
        return OTHER_LOOP
    if "::TestBlockingPortal" in item.nodeid and not inspect.iscoroutinefunction(getattr(item, "function", None)):
        return IN_THREAD
    return BY_NAME.get(item.nodeid.partition("[")[0])


def _parameters(item: pytest.Item) -> dict[str, Any]:
    callspec = getattr(item, "callspec", None)
    return {} if callspec is None else callspec.params


def _backend(parameter: str | tuple[str, dict[str, object]]) -> str:
    return parameter if isinstance(parameter, str) else parameter[0]


def _names(path: Path | None) -> frozenset[str]:
    return frozenset(json.loads(path.read_text()) if path else ())
