"""Tells how far the judging of a submission is while it goes on, and lets Ctrl-C end it without losing what is known.

Where a file is judged whenever it is saved, a new save ends the judging of the old contents, and nothing of it is kept.

An ``Onlooker`` is handed down to ``session`` by the code that starts the grading. Nothing here knows a screen.
"""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from types import FrameType, TracebackType
from typing import TYPE_CHECKING

from grader.judge.verdict import Outcome

if TYPE_CHECKING:
    from grader.kit.exercise import Exercise
    from grader.kit.hidden_tests import HiddenTest

# ---- how far it is ---------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """How far the judging of one submission is: the test that is being played, and the results that are known.

    ``tests`` and ``backends`` are what was asked for, ``outcomes`` go by the name of the test and the backend.
    """

    exercise: Exercise
    tests: Sequence[HiddenTest]
    backends: Sequence[str]
    test: HiddenTest
    backend: str
    outcomes: Mapping[tuple[str, str], Outcome]

    @property
    def passed(self) -> tuple[int, ...]:
        """The numbers of the tests that have passed on every backend."""
        return tuple(test.number for test in self.tests if self._outcomes(test) == [Outcome.PASS] * len(self.backends))

    @property
    def over(self) -> bool:
        """Whether every test has an outcome on every backend."""
        return len(self.outcomes) == len(self.tests) * len(self.backends)

    def any_backend(self, outcome: Outcome) -> tuple[int, ...]:
        """The numbers of the tests that have come out like this on one backend at least."""
        return tuple(test.number for test in self.tests if outcome in self._outcomes(test))

    def _outcomes(self, test: HiddenTest) -> list[Outcome]:
        keys = [(test.name, backend) for backend in self.backends]
        return [self.outcomes[key] for key in keys if key in self.outcomes]


Watch = Callable[[Progress], None]
"""A function that is called before each test is played on a backend, and once all are judged."""


def unwatched(progress: Progress) -> None:
    """Take no notice: the ``Watch`` of those who wait for the verdict alone."""


# ---- Ctrl-C ----------------------------------------------------------------------------------------------------------


class Stopping:
    """Whether the user has pressed Ctrl-C. As a context manager, it answers Ctrl-C in the block.

    The first one ends the playing of tests, at once where it is ``listening`` and else before the next test; nothing
    else that goes on is interrupted. Each further one raises KeyboardInterrupt wherever it comes. An object that was
    not entered leaves Ctrl-C to those who answered it before.
    """

    def __init__(self) -> None:
        self.presses = 0
        """How often the user has pressed Ctrl-C."""
        self._listening = False
        self._before: Callable[[int, FrameType | None], object] | None = None

    def __enter__(self) -> Stopping:
        before = signal.getsignal(signal.SIGINT)
        # An interrupt reaches the main thread only, and no process that ignores it, such as one in the background.
        if threading.current_thread() is threading.main_thread() and callable(before):
            self._before = before
            signal.signal(signal.SIGINT, self._ring)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        if self._before is not None:
            signal.signal(signal.SIGINT, self._before)

    @property
    def asked(self) -> bool:
        """Whether no further test is to be played."""
        return self.presses > 0

    def listen(self) -> None:
        """From here on raise KeyboardInterrupt at the first Ctrl-C, and now if it has come already."""
        self._listening = True
        self.check()

    def listen_no_more(self) -> None:
        """From here on take a note of the first Ctrl-C and go on."""
        self._listening = False

    def check(self) -> None:
        """Raise KeyboardInterrupt if Ctrl-C has come: a hidden test may have caught the exception raised in it."""
        if self.asked:
            raise KeyboardInterrupt

    def _ring(self, number: int, frame: FrameType | None) -> None:
        self.presses += 1
        if self._listening or self.presses > 1:
            raise KeyboardInterrupt


class Overtaken(BaseException):
    """Raised in the judging of a file that has been saved again meanwhile."""


class Overtaking(Stopping):
    """Whether what is being judged is out of date, which another thread says. Leaves Ctrl-C to those who answer it.

    The judging ends by Overtaken: after the call of a hidden test that goes on, or while a play is waited for.
    """

    def __init__(self) -> None:
        super().__init__()
        self._overtaken = threading.Event()

    def overtake(self) -> None:
        """End the judging that goes on, from any thread."""
        self._overtaken.set()

    def begin(self) -> None:
        """From here on, what is judged is up to date."""
        self._overtaken.clear()

    def check(self) -> None:
        """Raise Overtaken if the judging is to end."""
        if self._overtaken.is_set():
            raise Overtaken


UNSTOPPED = Stopping()
"""For those who have Ctrl-C end the whole command. It is never entered."""


# ---- both ------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Onlooker:
    """The person who waits for a verdict: is told how far the judging is, and may end it."""

    watch: Watch = unwatched
    stopping: Stopping = UNSTOPPED


NOBODY = Onlooker()
