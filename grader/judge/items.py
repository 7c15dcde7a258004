"""Hidden tests as pytest runs tests: one item for each of them on each backend, played in a real box.

An item is called under one schedule after the other, as ``grade`` calls it, and comes to the same result. Of all these
calls pytest sees one: the first that fails, with its values and its traceback, or else the last.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from grader.errors import GraderError, KitError, UsageError
from grader.judge.attempt import TooLong
from grader.judge.calling import Caller, run_once
from grader.judge.collect import HiddenFunction, check_collected
from grader.judge.options import PlayOptions, asked_for
from grader.judge.subject import Subject
from grader.kit.exercise import Exercise
from grader.kit.hidden_tests import HiddenTest
from grader.kit.kit import Kit, read_kit
from grader.sandbox.box import Box

SECTION = "Played"
UNSEEN = "The test did not look at how this play ended: ask `recording.raised` or `recording.ended_as(...)` in it."
_BACKEND = "grader_backend"
"""The parameter that says on which backend an item is played."""


class HiddenModule(pytest.Module):
    """The ``test_hidden.py`` of one exercise."""

    subject: Subject
    _pairs: dict[str, tuple[HiddenTest, str]]
    """The hidden test and the backend of each item, by the item's name."""

    def collect(self) -> list[pytest.Item | pytest.Collector]:
        try:
            self.subject = _run(self.config).subject_of(self.path)
            exercise = self.subject.exercise
            pairs = [(test, backend) for test in exercise.tests for backend in exercise.backends]
            self._pairs = {_name(*pair): pair for pair in pairs}
            items = [item for item in super().collect() if isinstance(item, pytest.Function)]
            check_collected(self.path, items, [*self._pairs])
        except GraderError as error:
            raise self.CollectError(f"{error}\nhelp: {error.hint}") from None
        if self.config.pluginmanager.hasplugin("timeout"):
            for item in items:
                item.add_marker(pytest.mark.timeout(self.subject.timeout_seconds))
        return [*items]

    def pair_of(self, item: pytest.Item) -> tuple[HiddenTest, str]:
        """The hidden test and the backend of one of the items."""
        return self._pairs[item.name]

    def _getobj(self) -> Any:
        # Every exercise has a file of this name, and in its usual mode pytest refuses the second such file of a run.
        option = self.config.option
        mode, option.importmode = option.importmode, "importlib"
        try:
            return super()._getobj()  # type: ignore[no-untyped-call]
        finally:
            option.importmode = mode


def _name(test: HiddenTest, backend: str) -> str:
    return f"{test.name[:-1]}-{backend}]" if test.name.endswith("]") else f"{test.name}[{backend}]"


# ---- one run of pytest -----------------------------------------------------------------------------------------------


class HiddenRun(Caller):
    """The plugin that runs the items of hidden tests. All of them are played in one box."""

    def __init__(self, config: pytest.Config) -> None:
        super().__init__()
        self._config = config
        self._box: Box | None = None
        self._subjects: list[Subject] = []

    @property
    def options(self) -> PlayOptions:
        """Under which schedules items are played."""
        option = self._config.option
        return asked_for(schedules=option.schedules, seed=getattr(option, "schedule", None))

    def subject_of(self, path: Path) -> Subject:
        """What is played for the file of hidden tests. Raises KitError for a fault of its kit."""
        kit = _kit_of(path)
        exercise = next((one for one in kit.exercises if one.test_file.resolve() == path.resolve()), None)
        if exercise is None:
            hint = f'Add "{path.parent.name}" to `exercises` there.'
            raise KitError(f"{kit.root / 'exercises' / 'kit.toml'}: it does not list this exercise", hint=hint)
        self._box = self._box or Box()
        path = self._submission_for(exercise)
        subject = Subject(self._box, kit, exercise, path, self._shown(path), self.options)
        self._subjects.append(subject)
        return subject

    def _shown(self, path: Path) -> str:
        """A path as it is typed where pytest was started."""
        here = self._config.invocation_params.dir.resolve()
        return path.resolve().relative_to(here).as_posix() if here in path.resolve().parents else str(path)

    def _submission_for(self, exercise: Exercise) -> Path:
        named: str | None = self._config.option.submission
        if named is not None:
            path = self._config.invocation_params.dir / named
            if not path.is_file():
                raise UsageError(f"--submission: there is no file {path}", hint="Give the path of the file to play.")
            return path
        if exercise.reference is None:
            raise KitError(
                f"{exercise.test_file}: the kit has no reference answer to play",
                hint="Name a file, as in `pytest exercises/ex01_join --submission FILE`.",
            )
        return exercise.reference

    @pytest.hookimpl(trylast=True)
    def pytest_generate_tests(self, metafunc: pytest.Metafunc) -> None:
        module = metafunc.definition.getparent(HiddenModule)
        if module is not None:
            metafunc.fixturenames.append(_BACKEND)
            metafunc.parametrize(_BACKEND, module.subject.exercise.backends)

    def pytest_report_collectionfinish(self) -> list[str]:
        return [subject.described for subject in self._subjects]

    def pytest_unconfigure(self) -> None:
        for subject in self._subjects:
            subject.close()
        if self._box is not None:
            self._box.close()

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_protocol(self, item: pytest.Item, nextitem: pytest.Item | None) -> bool | None:
        module = item.getparent(HiddenModule)
        if module is None or not isinstance(item, pytest.Function):
            return None
        item.ihook.pytest_runtest_logstart(nodeid=item.nodeid, location=item.location)
        for report in self._reports(module, item, nextitem):
            item.ihook.pytest_runtest_logreport(report=report)
        item.ihook.pytest_runtest_logfinish(nodeid=item.nodeid, location=item.location)
        return True

    def _reports(
        self, module: HiddenModule, item: pytest.Function, nextitem: pytest.Item | None
    ) -> Iterator[pytest.TestReport]:
        calls, subject = _Calls(self, item), module.subject
        began = time.monotonic()
        why = seen = ""
        try:
            judged = subject.judge(*module.pair_of(item), HiddenFunction(code=item.function.__code__, call=calls))
            why, seen = subject.told(judged)
        except GraderError as error:
            why = f"{error}\nhelp: {error.hint}"
        except KeyboardInterrupt:
            if calls.quitting is not None:
                raise calls.quitting from None
            raise
        except (SystemExit, TooLong, pytest.fail.Exception) as error:
            why = f"the hidden test ended with {type(error).__name__}: {error}"
        if time.monotonic() - began >= subject.timeout_seconds:
            subject.start_afresh()
        yield from calls.reports_with(why, seen)
        # After each call only its own fixtures were torn down; now the others are that the next item does not need.
        teardown = partial(item.session._setupstate.teardown_exact, nextitem)
        call = pytest.CallInfo.from_call(teardown, "teardown")
        yield item.ihook.pytest_runtest_makereport(item=item, call=call)


class _Calls:
    """The calls of one item, and the reports of the one that pytest is shown."""

    def __init__(self, caller: Caller, item: pytest.Function) -> None:
        self._caller = caller
        self._item = item
        self._reports: list[pytest.TestReport] = []
        self._failed = False
        self.quitting: Exception | None = None
        """By what the user has left pytest, as with ``q`` in its debugger."""

    def __call__(self, play: object) -> object:
        # What comes after a failure is for comparison: with the reference answer, and with simpler schedules.
        call = self._caller.call_quietly if self._failed else self._caller.call
        return call(play, self._run)

    def _run(self) -> None:
        try:
            reports = run_once(self._item)
        except pytest.exit.Exception as error:
            # It is an Exception, which the judge would take for a fault of the hidden test, and go on.
            self.quitting = error
            raise KeyboardInterrupt from error
        if not self._failed:
            self._reports = reports
            self._failed = any(report.failed or report.skipped for report in reports)

    def reports_with(self, why: str, seen: str) -> list[pytest.TestReport]:
        """The reports of set-up and call, with what was ``seen`` of a failure, and ``why`` an item was not judged."""
        reports = [report for report in self._reports if report.when != "teardown" or report.failed]
        failed = next((report for report in reports if report.failed), None)
        if failed is None:
            unseen = f"{seen}\n{UNSEEN}" if seen else ""
            return [self._report("setup", ""), self._report("call", why or unseen)]
        if why:
            failed.longrepr = f"{failed.longreprtext}\n\n{why}"
        if seen:
            failed.sections.append((f"{SECTION} {failed.when}", seen))
        return reports

    def _report(self, when: Any, why: str) -> pytest.TestReport:
        item = self._item
        return pytest.TestReport(
            nodeid=item.nodeid,
            location=item.location,
            keywords=dict.fromkeys(item.keywords, 1),
            outcome="failed" if why else "passed",
            longrepr=why or None,
            when=when,
            duration=sum(report.duration for report in self._reports),
        )


def _kit_of(path: Path) -> Kit:
    """The kit of a file of hidden tests. Raises KitError with all that is wrong in its exercise, or in kit.toml."""
    folder = path.parent
    reading = read_kit(folder.parents[1])
    near = [fault for fault in reading.faults if fault.blocks and fault.path.parent in (folder, folder.parent)]
    if reading.kit is None or near:
        *others, last = near or reading.faults
        raise KitError("".join(f"{fault}\nhelp: {fault.hint}\n" for fault in others) + str(last), hint=last.hint)
    return reading.kit


def _run(config: pytest.Config) -> HiddenRun:
    """The plugin of this run of pytest; there is one once a file of hidden tests has been collected."""
    manager = config.pluginmanager
    run = manager.get_plugin(HiddenRun.__name__)
    if run is None:
        run = HiddenRun(config)
        manager.register(run, HiddenRun.__name__)
    assert isinstance(run, HiddenRun)
    return run
