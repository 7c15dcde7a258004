"""What the author of a kit writes against: the declaration of a hidden test, what it is handed, and what a scenario is.

A scenario gets a ``Stage`` and runs in the box, beside the submission. A hidden test gets ``play``, a ``Play``, and
judges the ``Recording`` that comes back. All times are virtual seconds since the play began.

Importing this module loads neither pytest nor the sandbox. A scenario needs it for annotations alone, and imports it
under ``if TYPE_CHECKING:``, which costs a play nothing. ``docs/authoring.md`` has the tutorial and the whole reference.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Coroutine, Iterator, Sequence
from contextlib import AbstractAsyncContextManager, AbstractContextManager
from types import ModuleType
from typing import Any, Protocol, TypeVar

from grader.wire.recording import Ended, Recording
from grader.wire.rows import Leaf, Mark, Raised, Span
from grader.wire.values import Token

__all__ = [
    "Caller",
    "Diagnosed",
    "Ended",
    "Leaf",
    "Mark",
    "Play",
    "Raised",
    "Recording",
    "Span",
    "Stage",
    "grading",
    "token",
]

_HiddenTest = TypeVar("_HiddenTest", bound=Callable[..., None])
_T = TypeVar("_T")


# ---- scenarios -------------------------------------------------------------------------------------------------------


class Caller(Protocol):
    """What ``with stage.caller() as caller`` gives the scenario."""

    @property
    def cancelled(self) -> bool:
        """Whether a cancellation has ended it: ``if caller.cancelled: ...``, below the ``with``. False before."""


class _Stretch(AbstractContextManager[None], AbstractAsyncContextManager[None], Protocol):
    """What ``stage.span`` gives: a context manager for ``async with``, and for ``with``."""


class Stage(Protocol):
    """What every scenario is handed as its first argument. The inputs of ``play`` follow as keywords::

        async def working(stage: Stage, seconds: float) -> object:
            async with stage.span("job"):
                return await stage.submission.work(seconds)

    What it records crosses to the hidden test as plain data: None, bool, int, float, str and bytes, lists, tuples and
    dicts of these, and objects that ``token`` has named. Of anything else only the name of its class crosses, and that
    equals nothing. A play that records more than may cross ends as ``limit``: 20,000 marks, spans or attempts, 50,000
    parts of values, 2,000,000 characters.
    """

    @property
    def submission(self) -> ModuleType:
        """The learner's module, loaded anew for this play: ``await stage.submission.join(slow, fast)``."""

    @property
    def now(self) -> float:
        """Virtual seconds since the play began: ``stage.mark("asked", stage.now)``. A mark has its time anyway."""

    def token(self, name: str, obj: Any = None) -> Any:
        """Name an object, so that it is recognised when this very object comes back. Makes one if none is given.

        Returns the object, whatever its type. The hidden test compares with ``token(name)``, and an exception with the
        name alone: ``raised == "boom"``. Equality of the object itself is never asked::

            raise stage.token("boom", ValueError("no"))
        """

    def mark(self, name: str, value: object = None) -> None:
        """Record that something happens now, with a value: ``stage.mark("call", number)``.

        The hidden test reads ``order``, ``values(name)`` and ``times(name)`` of its recording.
        """

    def caller(self) -> AbstractContextManager[Caller]:
        """Mark what ``play.each_step`` cancels: the code that waits for the submission. It is entered once in a play.

        It is a span named ``caller``. Its cancellation ends here, and the scenario goes on below::

            with stage.caller():
                await stage.submission.move(accounts)
            return accounts
        """

    def span(self, name: str) -> _Stretch:
        """Record when a stretch of work begins and ends, and how. Spans are the lanes of the timeline.

        Exceptions and cancellation go through. The hidden test reads ``recording.span(name)``::

            async with stage.span("download"):
                await anyio.sleep(3)

        In a plain function, such as one in a worker thread or a scenario without an event loop, enter it with ``with``.
        """

    def follow(self, name: str, coroutine: Coroutine[Any, Any, Any]) -> Coroutine[Any, Any, Any]:
        """A coroutine that does what this one does, and is a lane of the timeline: each ``send`` is one of its steps.

        For scenarios without an event loop (``backends = []``), whose submission runs coroutines itself::

            executor.run(stage.follow("main", main()))
        """

    async def attempt(self, name: str, fn: Callable[..., Any], *args: Any) -> Any:
        """Call ``fn``, await what it returns if that can be awaited, record the value or the error, and go on.

        Returns the value, or None after an error. Cancellation goes through, and so does what is no Exception. The
        hidden test reads ``recording.attempt(name)``::

            await stage.attempt("second call", stage.submission.fetch, "b")
        """

    def attempt_sync(self, name: str, fn: Callable[..., Any], *args: Any) -> Any:
        """Call a plain function, record the value or the error, and go on: ``stage.attempt_sync("new", Queue, -1)``.

        Returns the value, or None after an error.
        """

    async def settle(self) -> None:
        """Return when all other tasks wait. No time passes, so that "at once" can be told from "later"::

        tg.start_soon(stage.submission.consume, queue)
        await stage.settle()  # by now it waits for the first item
        queue.put("a")
        """

    def gate(self, n: int) -> Callable[[], Awaitable[None]]:
        """An async function without arguments, whose calls wait until there are ``n`` of them.

        If one is missing, that is a deadlock: it proves that ``n`` calls run at the same time, whatever they take::

            arrive = stage.gate(3)
            await stage.submission.join(arrive, arrive, arrive)
        """


# ---- hidden tests ----------------------------------------------------------------------------------------------------


class Play(Protocol):
    """The fixture ``play`` of a hidden test: plays a scenario in the box, on one backend and under one schedule."""

    def __call__(self, scenario: str, *, within: float | None = None, **inputs: object) -> Recording:
        """Play the scenario of that name with these inputs, and return what happened, however the play ended.

        Inputs are plain data: None, bool, int, float, str, bytes, and lists, tuples and dicts of these. A play that is
        not over ``within`` so many virtual seconds is stopped there and ends as ``late``; without it, it may take as
        many as ``horizon_seconds`` of the limits::

            recording = play("race", within=20, seconds={"slow": 3, "fast": 1})
        """

    def each_step(self, scenario: str, *, within: float | None = None, **inputs: object) -> Iterator[Recording]:
        """Play a scenario once for each step of its caller, which is cancelled there, and yield what happened.

        The scenario marks its caller with ``with stage.caller():``. It is played without a cancellation first, and that
        play must return; it is not yielded. If its caller is open for n task steps, n + 1 recordings follow: in the
        first the caller is cancelled before its first wait, in number k just before the k-th of those steps. The other
        inputs and the schedule are the same in all of them. Of a caller with 200 steps or more, the first hundred steps
        are tried, and a hundred further ones at even distances. Raises Missing, which fails the test, if the first play
        did not return or has no caller::

            for recording in play.each_step("moving"):
                assert recording.result == {"from": 0, "to": 10}
        """


def grading(
    *,
    points: int,
    diagnosis: str,
    feedback: str,
    promise: int | None = None,
    part: str = "",
    help: str = "",
    schedules: int | None = None,
    show: Sequence[str] = (),
) -> Callable[[_HiddenTest], _HiddenTest]:
    """Declare a hidden test. The arguments are read from the source, so nothing but literals is accepted.

    ``points`` are a whole number; those of an exercise add up to 100. ``diagnosis`` is the slug of what a failure
    means, in the catalogue of the grader or in ``kit.toml``. ``feedback`` says what the code did and what the contract
    asks. ``promise`` is the number of the promise in the stub's docstring that the test proves; a learner is shown it.
    ``part`` is the name of its part, where ``[[parts]]`` cuts the exercise into some. ``help``, in place of that of the
    diagnosis, says what to change. ``schedules`` is the most schedules that are played, 21 if it is left out. ``show``
    names inputs of its plays that a learner may see when it fails, variables of the loop in which it fails, and
    ``"expected"`` for what the reference answer returned in the same play::

        @grading(points=10, diagnosis="serial", feedback="The calls ran one after the other.", show=("seconds",))
        def test_takes_as_long_as_the_slowest(play: Play) -> None:
            \"\"\"takes as long as the slowest\"\"\"
            assert play("working", seconds=[3, 5, 2]).elapsed == 5
    """

    def declare(function: _HiddenTest) -> _HiddenTest:
        return function

    return declare


def token(name: str) -> Token:
    """The object to which a scenario gave this name, as it appears in a recording: ``result == [token("first")]``.

    It equals a token of that name and nothing else, no text either.
    """
    return Token(name)


class Diagnosed(AssertionError):
    """Raised by a hidden test that has seen why it fails, and knows a better diagnosis than the one it declares.

    ``diagnosis`` is a literal slug of the catalogue; ``feedback`` may say what was observed; ``help`` replaces that of
    the diagnosis::

        if recording.elapsed == 100:
            raise Diagnosed("losers-left-running", f"The race was over after {recording.elapsed:g} s.")
    """

    def __init__(self, diagnosis: str, feedback: str, *, help: str = "") -> None:
        super().__init__(diagnosis, feedback)
        self.diagnosis = diagnosis
        self.feedback = feedback
        self.help = help
