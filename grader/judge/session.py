"""Runs hidden tests over recordings: ordinary pytest functions, in the trusted process, collected once.

A hidden test is called once per backend and, on each, once per schedule: natural order first, then shuffled ones, until
one fails. A play in which no two tasks were ever ready together has one schedule; a small tree of choices is walked
whole; a budget of task steps bounds the rest, never time. A test passes on a backend only by affirmative evidence: its
result is noted here, after its last schedule, and what is not noted earns nothing.
"""

from __future__ import annotations

import signal
import threading
import warnings
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from types import FrameType

from grader.judge.attempt import Judged, TooLong, Trial, by_number
from grader.judge.collect import Function, hidden_functions
from grader.judge.options import PlayOptions
from grader.judge.schedules import Variants
from grader.judge.verdict import Outcome
from grader.kit.exercise import Exercise
from grader.kit.hidden_tests import HiddenTest
from grader.sandbox.cell import Cell, Play
from grader.wire.recording import LEFT_BEHIND, Recording, Remark

STEP_BUDGET = 400_000
"""Task steps of all plays of one test on one backend, after which no further schedule is begun."""
TIMEOUT_SECONDS = 600
"""For one hidden test with all its plays on one backend. Reaching it is our fault: every play has limits of its own."""


# ---- what is asked for, and what comes of it -------------------------------------------------------------------------


@dataclass(slots=True, kw_only=True)
class Examination:
    """One submission to be examined, and what has come of it so far.

    ``tests`` and ``backends`` are what is asked for.
    """

    cell: Cell
    tests: Sequence[HiddenTest]
    backends: Sequence[str]
    options: PlayOptions
    results: dict[tuple[str, str], Judged] = field(default_factory=dict)
    virtual_seconds: float = 0.0


def examine(exercise: Exercise, examinations: Iterable[Examination]) -> None:
    """Judge submissions of one exercise.

    Examinations are drawn one at a time; when the next one is asked for, the last is complete. Raises KitError when the
    hidden tests cannot be collected exactly as declared.
    """
    functions = hidden_functions(exercise)
    for examination in examinations:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of hidden tests; nobody who sees them could do anything about them
            _examine(examination, functions)


def _examine(examination: Examination, functions: Mapping[str, Function]) -> None:
    variants = Variants()
    for test in examination.tests:
        for backend in examination.backends:
            # What leaves in one of these ways has no result, and a test without a result earns nothing.
            with suppress(SystemExit, TooLong), _alarm():
                trial = Trial(test=test, function=functions[test.name], cell=examination.cell, backend=backend)
                examination.results[test.name, backend] = _judge(examination, variants, trial)


@contextmanager
def _alarm() -> Iterator[None]:
    """Raise TooLong in the block once its time is up. In another thread than the main one nothing does."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def ring(number: int, frame: FrameType | None) -> None:
        raise TooLong(f"the hidden test did not end within {TIMEOUT_SECONDS} s")

    before = signal.signal(signal.SIGALRM, ring)
    signal.setitimer(signal.ITIMER_REAL, TIMEOUT_SECONDS)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def _judge(examination: Examination, variants: Variants, trial: Trial) -> Judged:
    options = examination.options
    numbers = options.numbers(trial.test)
    steps = 0
    used: list[tuple[Play, Recording]] = []
    all_schedules = False
    for number in numbers:
        # Nothing is asked for ahead of the first two: a failure there would make it waste.
        ahead = numbers[-1] if number >= 2 else number
        play = trial.fixture(by_number(examination.cell, variants, number, ahead))
        judged = trial.call(play, number)
        examination.virtual_seconds += sum(recording.elapsed for _, recording in play.used)
        if judged is not None and judged.failed is not None and number:
            return replace(judged, failed=trial.shortened(judged.failed, play.used))
        if judged is not None:
            return judged
        used += play.used
        steps += sum(recording.steps for _, recording in play.used)
        if variants.exhausted([play for play, _ in play.used], number):
            all_schedules = options.only is None
            break
        if steps > STEP_BUDGET:
            break
    fragile = next((seed for seed in range(1, options.unfair + 1) if trial.is_fragile(seed)), None)
    return Judged(
        outcome=Outcome.PASS,
        schedules=number - numbers[0] + 1,
        all_schedules=all_schedules,
        remarks=_left_behind(used) + _fragile(fragile),
    )


def _left_behind(used: Iterable[tuple[Play, Recording]]) -> tuple[Remark, ...]:
    """What plays left behind, one remark of each kind and line."""
    remarks = {(remark.slug, remark.line): remark for _, recording in used for remark in recording.hygiene}
    return tuple(sorted(remarks.values(), key=lambda remark: (LEFT_BEHIND.index(remark.slug), remark.line or 0)))


def _fragile(seed: int | None) -> tuple[Remark, ...]:
    return () if seed is None else (Remark(slug="fragile", line=None, detail=f"seed {seed}"),)
