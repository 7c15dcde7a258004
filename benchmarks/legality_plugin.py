"""A pytest plugin that runs anyio's own test suite inside the simulation: virtual time, shuffled schedules.

The suite's tests take the student's place: ``time.*`` reads virtual in their files, and what a task awaits is looked
up there. Every test gets a simulation of its own; a test that passes although the simulation thinks the run is over
(a deadlock, say) fails. ``legality.py`` starts pytest with this plugin and reads what it counted.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from grader.box.simulation import patches, where
from grader.box.simulation.core import Bounds
from grader.box.simulation.run import prepare
from grader.box.simulation.schedule import for_seed

SIMULATED = {"asyncio", "trio"}

EVERYWHERE: dict[str, str] = {}
"""Tests that cannot hold here, and why; a name stands for all its parameters."""


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--seed", type=int, default=0, help="the schedule of every test")
    parser.addoption("--control", action="store_true")
    parser.addoption("--without", type=Path)
    parser.addoption("--counts", type=Path, help="the file for the counts, as JSON")


def pytest_configure(config: pytest.Config) -> None:
    if config.getoption("--control"):
        config.pluginmanager.register(Control(config.getoption("--counts")))
        return
    patches.install()
    where.STUDENT = str(config.rootpath / "tests") + "/"
    config.pluginmanager.register(Legality(config.getoption("--seed"), config.getoption("--counts")))


class Control:
    def __init__(self, counts):
        self._counts = counts
        self.failed = set()

    def pytest_collection_modifyitems(self, config, items):
        items[:] = [item for item in items if not why_not(item)]

    def pytest_runtest_logreport(self, report):
        if report.failed:
            self.failed.add(report.nodeid)

    def pytest_sessionfinish(self):
        self._counts.write_text(json.dumps(sorted(self.failed)))


class Legality:
    def __init__(self, seed: int, counts: Path | None) -> None:
        self._seed = seed
        self._counts = counts
        self._left_out: Counter[str] = Counter()
        self._outcomes: Counter[str] = Counter()
        self._failed: list[str] = []
        self._simulation = None

    # ---- which tests -------------------------------------------------------------------------------------------------

    def pytest_collection_modifyitems(self, config: pytest.Config, items: list[pytest.Item]) -> None:
        without = set(json.loads(config.getoption("--without").read_text()))
        reasons = [why_not(item) or ("fails without" if item.nodeid in without else None) for item in items]
        left_out = [item for item, reason in zip(items, reasons, strict=True) if reason]
        self._left_out.update(reason for reason in reasons if reason)
        items[:] = [item for item, reason in zip(items, reasons, strict=True) if not reason]
        config.hook.pytest_deselected(items=left_out)

    # ---- one test ----------------------------------------------------------------------------------------------------

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> Iterator[None]:
        backend = backend_of(item)
        simulation = self._simulation = prepare(backend, for_seed(self._seed), Bounds())
        options = simulation.options(patches.counted)
        item.callspec.params["anyio_backend"] = (backend, {"debug": True, **options} if backend == "asyncio" else options)
        patches.activate(simulation)
        try:
            return (yield)
        finally:
            patches.activate(None)
            simulation.workers.close()

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_call(self, item) -> Iterator[None]:
        yield
        if not self._simulation.steps:
            print("NOSTEP", item.nodeid, file=open("/tmp/w/hanna/nostep.txt", "a"))
        self._complain()

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_teardown(self) -> Iterator[None]:
        yield
        self._complain()

    def _complain(self) -> None:
        verdict = self._simulation.verdict
        if verdict is not None:
            pytest.fail(f"the simulation ended this run: {verdict.ended}, {verdict.reason}", pytrace=False)

    # ---- counting ----------------------------------------------------------------------------------------------------

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.failed:
            self._outcomes["failed"] += 1
            self._failed.append(report.nodeid)
        elif report.when == "call" or report.skipped:
            self._outcomes["xfailed" if hasattr(report, "wasxfail") else report.outcome] += 1

    def pytest_sessionfinish(self) -> None:
        if self._counts is not None:
            counts = {"outcomes": self._outcomes, "left_out": self._left_out, "failed": self._failed}
            self._counts.write_text(json.dumps(counts))


def backend_of(item: pytest.Item) -> str | None:
    callspec = getattr(item, "callspec", None)
    backend = callspec.params.get("anyio_backend") if callspec is not None else None
    return backend if isinstance(backend, str) else backend and backend[0]


def variant_of(item):
    callspec = getattr(item, "callspec", None)
    if callspec is None or "anyio_backend" not in callspec.params:
        return None
    p = callspec.params["anyio_backend"]
    if isinstance(p, str):
        return p
    f = p[1].get("loop_factory")
    return p[0] if f is None else "other loop"


def why_not(item: pytest.Item) -> str | None:
    """Why a test cannot run inside the simulation."""
    variant = variant_of(item)
    if variant is None:
        return "starts no event loop of the suite's choosing"
    if variant not in SIMULATED:
        return f"another event loop"
    return EVERYWHERE.get(item.nodeid.partition("[")[0])
