"""Runs hidden tests over recordings: ordinary pytest functions, in the trusted process, one collected session.

A hidden test is called once per backend and, on each, once per schedule: natural order first, then shuffled ones, until
one fails. A play in which no two tasks were ever ready together has one schedule; a small tree of choices is walked
whole; a budget of task steps bounds the rest, never time. A test passes on a backend only by affirmative evidence: its
result is noted here, after its last schedule, and what is not noted earns nothing, whatever pytest thinks of it.
"""

from __future__ import annotations

import signal
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from types import FrameType
from typing import Any, TypeVar

import pytest

from grader.attempt import Function, Judged, Playing, TooLong, attempt, fragile, remarks, shortened
from grader.cell import Cell
from grader.errors import InternalError, KitError
from grader.kit import Exercise, HiddenTest
from grader.play import Play
from grader.pytest_session import run_pytest
from grader.recording import Recording
from grader.schedules import Variants
from grader.values import Token
from grader.verdict import Outcome

F = TypeVar("F", bound=Callable[..., None])

DEFAULT_SCHEDULES = 21
"""Natural order and twenty more."""
STEP_BUDGET = 400_000
"""Task steps of all plays of one test on one backend, after which no further schedule is begun."""
TIMEOUT_SECONDS = 600
"""For one hidden test with all its plays. Reaching it is our fault: every play has limits of its own."""


def grading(*, points: int, diagnosis: str, feedback: str, schedules: int | None = None) -> Callable[[F], F]:
    """Declare a hidden test. The arguments are read from the source by ``kit``, which refuses anything but literals."""

    def declare(function: F) -> F:
        return function

    return declare


def token(name: str) -> Token:
    """The object that a scenario named so, as it appears in a recording."""
    return Token(name)


# ---- what is asked for, and what comes of it -------------------------------------------------------------------------


@dataclass(slots=True, kw_only=True)
class Examination:
    """One submission to be examined, and what has come of it so far.

    ``tests`` and ``backends`` are what is asked for. ``only`` is the one schedule to play, None for all of them.
    """

    cell: Cell
    tests: Sequence[HiddenTest]
    backends: Sequence[str]
    schedules: int = DEFAULT_SCHEDULES
    only: int | None = None
    unfair: int = 0
    """How many unfair schedules to try on a test that passed; they cost no points."""
    results: dict[tuple[str, str], Judged] = field(default_factory=dict)
    virtual_seconds: float = 0.0


def examine(exercise: Exercise, examinations: Iterable[Examination]) -> None:
    """Judge submissions of one exercise in one pytest session.

    Examinations are drawn one at a time; when the next one is asked for, the last is complete. Raises KitError when the
    hidden tests cannot be collected exactly as declared.
    """
    plugin = _Plugin(exercise, iter(examinations))
    run_pytest(exercise, plugin, timeout_seconds=TIMEOUT_SECONDS)
    if plugin.error is not None:
        raise plugin.error
    if not plugin.finished:
        raise InternalError(
            f"pytest did not run the hidden tests of {exercise.id}", hint="Run `grade kit check`, and report this."
        )


# ---- the plugin ------------------------------------------------------------------------------------------------------


class _Item(pytest.Function):
    def repr_failure(self, excinfo: Any, style: Any = None) -> str:
        return ""  # a rendered traceback would cost five times the judging, and nobody would see it


class _Plugin:
    def __init__(self, exercise: Exercise, examinations: Iterator[Examination]) -> None:
        self._exercise = exercise
        self._declared = {test.name: test for test in exercise.tests}
        self._examinations = examinations
        self._examination: Examination
        self._variants: Variants
        self.error: BaseException | None = None
        self.finished = False

    def pytest_pycollect_makeitem(self, collector: Any, name: str, obj: object) -> list[pytest.Item] | None:
        if name.startswith("test_") and callable(obj):
            return [_Item.from_parent(collector, name=name)]
        return None

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        if report.failed and self.error is None:
            last = str(report.longrepr).strip().splitlines()[-1]
            self.error = KitError(
                f"{self._exercise.test_file}: pytest cannot collect it: {last}", hint="Run `grade kit check`."
            )

    @pytest.fixture
    def play(self) -> None:
        """Replaced for every backend and schedule by ``pytest_pyfunc_call``."""

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        collected = [item.name for item in session.items]
        if self.error is None and collected != list(self._declared):
            self.error = KitError(
                f"{self._exercise.test_file}: pytest collects {len(collected)} tests of {len(self._declared)} declared",
                hint="Declare every hidden test at the top level with @grading.",
            )
        if self.error is not None:
            return True
        try:
            self._run(session)
        except BaseException as error:  # raised again by examine(), outside of pytest
            self.error = error
        self.finished = True
        return True

    def _run(self, session: pytest.Session) -> None:
        items = {item.name: item for item in session.items}
        for examination in self._examinations:
            self._examination = examination
            self._variants = Variants()
            wanted = [items[test.name] for test in examination.tests]
            for item, following in zip(wanted, [*wanted[1:], *wanted[:1]], strict=True):
                # The first follows the last, so that pytest keeps the module set up for the next examination.
                nextitem = None if following is item else following
                session.config.hook.pytest_runtest_protocol(item=item, nextitem=nextitem)
            session.testsfailed = 0
            session.shouldfail = False

    @pytest.hookimpl(tryfirst=True, optionalhook=True)
    def pytest_timeout_set_timer(self, item: Any, settings: Any) -> bool:
        """Set the timer as pytest-timeout does; its own handler fails without the terminal reporter we do without."""

        def ring(number: int, frame: FrameType | None) -> None:
            raise TooLong(_too_long())

        def cancel() -> None:
            signal.setitimer(signal.ITIMER_REAL, 0)
            signal.signal(signal.SIGALRM, before)

        before = signal.signal(signal.SIGALRM, ring)
        signal.setitimer(signal.ITIMER_REAL, settings.timeout)
        item.cancel_timeout = cancel
        return True

    @pytest.hookimpl(tryfirst=True)
    def pytest_pyfunc_call(self, pyfuncitem: pytest.Function) -> bool:
        test = self._declared[pyfuncitem.name]
        judged: Judged | None = None
        for backend in self._examination.backends:
            # pytest-timeout goes off once per test; on the next backend nothing would end a test that hangs.
            if judged is None or judged.reason != _too_long():
                judged = self._judge(test, pyfuncitem.obj, backend)
            self._examination.results[test.name, backend] = judged
        return True

    def _judge(self, test: HiddenTest, function: Function, backend: str) -> Judged:
        examination = self._examination
        asked = min(examination.schedules, test.schedules or examination.schedules)
        first, last = (0, asked - 1) if examination.only is None else (examination.only, examination.only)
        steps = 0
        used: list[tuple[Play, Recording]] = []
        all_schedules = False
        for number in range(first, last + 1):
            playing = Playing(self._variants, examination.cell, backend, number, last if number >= 2 else number)
            judged = attempt(test, function, playing, number)
            examination.virtual_seconds += sum(recording.elapsed for _, recording in playing.used)
            if judged is not None and judged.failed is not None and number:
                short = shortened(test, function, examination.cell, judged.failed, playing)
                return replace(judged, failed=short)
            if judged is not None:
                return judged
            used += playing.used
            steps += sum(recording.steps for _, recording in playing.used)
            if self._variants.exhausted([play for play, _ in playing.used], number):
                all_schedules = examination.only is None
                break
            if steps > STEP_BUDGET:
                break
        return Judged(
            outcome=Outcome.PASS,
            schedules=number - first + 1,
            all_schedules=all_schedules,
            remarks=remarks(used) + fragile(test, function, examination.cell, backend, examination.unfair),
        )


def _too_long() -> str:
    return f"the hidden test did not end within {TIMEOUT_SECONDS} s"
