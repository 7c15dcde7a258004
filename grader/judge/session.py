"""Judges submissions of one exercise by its hidden tests: ordinary pytest functions, collected once, called here.

A hidden test is called once per backend and, on each, once per schedule: natural order first, then shuffled ones, until
one fails (``rounds``). A play in which no two tasks were ever ready together has one schedule; a small tree of choices
is walked whole; a budget of task steps bounds the rest, never time. A test passes on a backend only by affirmative
evidence: its result is recorded after its last schedule, and a test without a recorded result earns no points. Ctrl-C
ends the judging: results that are recorded stay, and the other tests are not judged.
"""

from __future__ import annotations

import signal
import threading
import time
import warnings
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from types import FrameType

from grader.judge.attempt import Judged, TooLong, Trial, not_judged
from grader.judge.cells import AnyCell
from grader.judge.collect import hidden_functions
from grader.judge.options import PlayOptions
from grader.judge.progress import NOBODY, Onlooker, Progress
from grader.judge.reference import Reference
from grader.judge.rounds import Rounds, blamed
from grader.judge.schedules import Variants
from grader.judge.verdict import STOPPED, Outcome
from grader.kit.exercise import Exercise
from grader.kit.hidden_tests import HiddenTest
from grader.wire.rows import Remark

TIMEOUT_SECONDS = 600
"""The real time for a hidden test with all plays on one backend. Reaching it is the grader's fault: plays have limits,
and so has the CPU time of a test."""


Call = Callable[[Rounds], Judged | None]
"""Calls a hidden test under some of its schedules, as ``Rounds.next`` or ``Rounds.to_the_end``."""


@dataclass(slots=True, kw_only=True)
class Examination:
    """What the hidden tests found in one submission, which is played in ``cell``.

    ``tests`` and ``backends`` are what was asked for. A pair of them without a result was not judged.
    """

    cell: AnyCell
    tests: Sequence[HiddenTest]
    backends: Sequence[str]
    results: dict[tuple[str, str], Judged] = field(default_factory=dict)
    """The results by the name of the test and the backend."""
    virtual_seconds: float = 0.0
    open: bool = False
    """Whether some tests have held in natural order, and other schedules are still to come."""
    stopped: bool = False
    """Whether the user has ended it early. The cell is left as it was at that moment, perhaps within a play."""


class Session:
    """The hidden tests of one exercise, ready to judge one submission after the other.

    Raises KitError when they cannot be collected exactly as declared.
    """

    def __init__(self, exercise: Exercise, reference: Reference, onlooker: Onlooker = NOBODY) -> None:
        self._exercise = exercise
        self._reference = reference
        self._watch, self._stopping = onlooker.watch, onlooker.stopping
        self._functions = hidden_functions(exercise)

    def judge(self, cell: AnyCell, options: PlayOptions) -> Examination:
        """Judge the submission that is played in this cell."""
        examination = Examination(
            cell=cell, tests=options.tests_of(self._exercise), backends=options.backends_of(self._exercise)
        )
        trials = [self._trial(test, backend, cell) for test in examination.tests for backend in examination.backends]
        left = deque(trials)
        # Ctrl-C is caught here and not nearer to the hidden test, so there is no moment in which it gets past.
        try:
            self._stopping.listen()
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # hidden tests cause these warnings, and a learner cannot act on them
                self._judge_in_turn(left, options, examination)
                self._tell(trials[-1], examination)
                # Only now: what these plays use up must be missing from no test.
                self._try_unfairly(trials, options.unfair, examination)
            self._stopping.listen_no_more()
        except KeyboardInterrupt:
            if self._stopping.presses != 1:
                raise
            examination.stopped = True
        finally:
            self._functions.close()
        for trial in left:
            examination.results.setdefault(trial.key, not_judged(STOPPED))
        return examination

    def judge_in_stages(self, cell: AnyCell, options: PlayOptions) -> Iterator[Examination]:
        """Judge the submission in natural order of all tests first, and yield what is known then; then the rest.

        A test that has held in natural order counts as passed in what is yielded first. If that leaves nothing open, it
        is all that is yielded. What is yielded is one object, which is added to. Raises what the onlooker's ``check``
        does; the cell is then as it was at that moment, perhaps within a play.
        """
        examination = Examination(
            cell=cell, tests=options.tests_of(self._exercise), backends=options.backends_of(self._exercise)
        )
        variants = Variants()
        trials = [self._trial(test, backend, cell) for test in examination.tests for backend in examination.backends]
        rounds = [Rounds(trial, options, variants, self._stopping.check) for trial in trials]
        try:
            held = self._stage(rounds, Rounds.next, examination)
            examination.results.update((each.trial.key, each.passed()) for each in held)
            examination.open = bool(held)
            yield examination
            if held:
                self._stage(held, Rounds.to_the_end, examination)
                examination.open = False
                yield examination
        finally:
            self._functions.close()

    def _stage(self, rounds: Sequence[Rounds], call: Call, examination: Examination) -> list[Rounds]:
        """Call each of these tests once or to the end; returns those whose outcome is still open."""
        held = []
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # as in ``judge``
            for each in rounds:
                self._tell(each.trial, examination)
                with suppress(SystemExit, TooLong):
                    if (judged := self._judged(each, call, examination)) is None:
                        held.append(each)
                    else:
                        examination.results[each.trial.key] = judged
        return held

    def _judge_in_turn(self, left: deque[Trial], options: PlayOptions, examination: Examination) -> None:
        """Judge one trial after the other; those that are done are taken out of ``left``."""
        variants = Variants()
        while left:
            trial = left[0]
            self._tell(trial, examination)
            # A hidden test that leaves in one of these ways has no result.
            with suppress(SystemExit, TooLong):
                rounds = Rounds(trial, options, variants, self._stopping.check)
                judged = self._judged(rounds, Rounds.to_the_end, examination)
                assert judged is not None
                examination.results[trial.key] = judged
            self._stopping.check()
            left.popleft()

    def _judged(self, rounds: Rounds, call: Call, examination: Examination) -> Judged | None:
        """How a test comes out if it is called like this, and whether the kit is to blame; None if that is open."""
        before = rounds.seconds
        with _alarm():
            judged = call(rounds)
        examination.virtual_seconds += rounds.seconds - before
        if judged is not None:
            # An alarm of its own: what the submission took must not cut the reference answer short.
            with _alarm():
                judged = blamed(rounds.trial, judged, self._reference)
        self._stopping.check()
        return judged

    def _try_unfairly(self, trials: Sequence[Trial], seeds: int, examination: Examination) -> None:
        for trial in trials:
            if trial.key in examination.results:
                with suppress(SystemExit, TooLong), _alarm():
                    judged = _tried_unfairly(trial, examination.results[trial.key], seeds)
                    self._stopping.check()
                    examination.results[trial.key] = judged

    def _tell(self, trial: Trial, examination: Examination) -> None:
        self._stopping.listen_no_more()  # what is shown to a person must not break off in the middle
        self._watch(
            Progress(
                exercise=self._exercise,
                tests=examination.tests,
                backends=examination.backends,
                test=trial.test,
                backend=trial.backend,
                outcomes={key: judged.outcome for key, judged in examination.results.items()},
            )
        )
        self._stopping.listen()

    def _trial(self, test: HiddenTest, backend: str, cell: AnyCell) -> Trial:
        return Trial(
            test=test,
            function=self._functions.by_name[test.name],
            cell=cell,
            backend=backend,
            threads=self._exercise.rules.allow_threads,
        )


@contextmanager
def _alarm() -> Iterator[None]:
    """Raise TooLong in the block once its time is up. Only the main thread gets signals; others have no alarm.

    A timer that runs already, such as that of pytest-timeout, goes on afterwards with the time that it has left.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def ring(number: int, frame: FrameType | None) -> None:
        raise TooLong(f"the hidden test did not end within {TIMEOUT_SECONDS} s")

    before = signal.signal(signal.SIGALRM, ring)
    began = time.monotonic()
    seconds_left, interval = signal.setitimer(signal.ITIMER_REAL, TIMEOUT_SECONDS)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
        if seconds_left:
            # At least a moment: zero would switch the timer off that has run out meanwhile.
            signal.setitimer(signal.ITIMER_REAL, max(seconds_left - (time.monotonic() - began), 0.001), interval)


def _tried_unfairly(trial: Trial, judged: Judged, seeds: int) -> Judged:
    """The same, with a remark if the test passes but fails under an unfair schedule of seed 1 to ``seeds``."""
    if judged.outcome is not Outcome.PASS:
        return judged
    for seed in range(1, seeds + 1):
        if trial.is_fragile(seed):
            fragile = Remark(slug="fragile", line=None, detail=f"seed {seed}")
            return replace(judged, remarks=(*judged.remarks, fragile))
    return judged
