"""What a scenario may use: the submission, tokens, marks, spans, attempts and gates. All times are virtual seconds."""

from __future__ import annotations

import builtins
import sys
from collections.abc import Awaitable, Callable, Coroutine, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, replace
from itertools import islice
from types import ModuleType, TracebackType
from typing import Any, NoReturn

import anyio

from grader.box.simulation.clock import Clock
from grader.box.simulation.core import Simulation
from grader.box.simulation.plain import PlainSimulation
from grader.box.simulation.trace import innermost_place, leaves, scenario_line
from grader.wire.lines import Json, checksum
from grader.wire.recording import Ended
from grader.wire.rows import CALLER, MAX_LEAVES, MAX_RETURNED_PARTS, MAX_RETURNED_TEXT, MAX_ROWS, Leaf, Mark, Span, row
from grader.wire.values import Encoder, ReportEncoder, TooLarge, name_of

MAX_MESSAGE = 2000
MAX_NAME = 200
TOO_MUCH = "it returned or marked more than the grader accepts"

_BUILTINS = dict(vars(builtins))
_MADE_BY_PYTHON = 1 << 9
"""Py_TPFLAGS_HEAPTYPE, which every class has that a ``class`` statement or a call of ``type`` has made."""


class Overflow(Exception):
    """A play has recorded more than may cross to the trusted side, and the stage has ended it."""


@dataclass(slots=True)
class Caller:
    """What ``stage.caller()`` gives the scenario."""

    cancelled: bool = False
    """Whether a cancellation has ended it; known once it is over."""


class Stage:
    """What every scenario is handed. All that it records crosses to the hidden tests as plain data.

    A play that records more than may cross ends as ``limit``: 20,000 marks, spans or attempts, or more values and text
    than ``wire.values`` allows. The stage then raises Overflow, which needs no handling.
    """

    submission: ModuleType

    def __init__(self, simulation: Simulation) -> None:
        self._simulation = simulation
        self._clock = simulation.clock
        self._tokens: dict[int, tuple[str, object]] = {}
        self._encoder = Encoder(self._token_of)
        self.spans: list[list[Json]] = []
        self.marks: list[list[Json]] = []
        self.attempts: list[list[Json]] = []

    @property
    def now(self) -> float:
        """Virtual seconds since the play began."""
        return self._clock.read()

    def token(self, name: str, obj: Any = None) -> Any:
        """Name an object, so that it is recognised when this very object comes back. Makes one if none is given.

        A hidden test compares with ``token(name)``; for an exception, ``raised == name``.
        """
        if obj is None:
            obj = _Anonymous()
        self._tokens[id(obj)] = (name, obj)
        return obj

    def mark(self, name: str, value: object = None) -> None:
        """Record that something happened now, with a value."""
        encoded = self.encode(value)
        self._make_room(self.marks, name)
        with self._clock.held:
            self._add("mark", self.marks, row(Mark(time=self.now, name=name, value=encoded)))

    @contextmanager
    def caller(self) -> Iterator[Caller]:
        """Mark what ``play.each_step`` cancels: the code that waits for the submission. It is entered once in a play.

        It is a span named ``caller``. Its cancellation ends here, and the scenario goes on below.
        """
        self._need_a_loop("caller")
        caller = Caller()
        with anyio.CancelScope() as scope:
            span = self._open("span", self.spans, CALLER)
            self._simulation.enter_caller(scope.cancel)
            try:
                with self._noting_its_end(span):
                    yield caller
            finally:
                self._simulation.leave_caller()
        caller.cancelled = scope.cancelled_caught

    def span(self, name: str) -> Recorded:
        """Record when a stretch of work begins and ends, and how. Spans are the lanes of the timeline.

        Exceptions and cancellation go through. Enter it with ``async with``, or in a plain function with ``with``.
        """
        return Recorded(lambda: self._noting_its_end(self._open("span", self.spans, name)))

    def follow(self, name: str, coroutine: Coroutine[Any, Any, Any]) -> Coroutine[Any, Any, Any]:
        """A coroutine that does what this one does, for an executor of the learner's own; a lane of the timeline."""
        if not isinstance(self._simulation, PlainSimulation):
            raise RuntimeError("stage.follow() is of use only where no event loop follows the tasks: `backends = []`")
        return self._simulation.follow(name, coroutine)

    async def attempt(self, name: str, fn: Callable[..., Any], *args: Any) -> Any:
        """Call ``fn``, await what it returns if that can be awaited, record the value or the error, and go on.

        Returns the value, or None after an error. Cancellation goes through.
        """
        attempt = self._open("attempt", self.attempts, name)
        try:
            value = fn(*args)
            if isinstance(value, Awaitable):
                value = await value
        except self._simulation.cancelled:
            attempt.end("cancelled")
            raise
        except Exception as error:
            attempt.end("raised", self._error(error))
        else:
            attempt.end("returned", self.encode(value))
            return value

    def attempt_sync(self, name: str, fn: Callable[..., Any], *args: Any) -> Any:
        """Call a plain function, record the value or the error, and go on.

        Returns the value, or None after an error.
        """
        attempt = self._open("attempt", self.attempts, name)
        try:
            value = fn(*args)
        except Exception as error:
            attempt.end("raised", self._error(error))
        else:
            attempt.end("returned", self.encode(value))
            return value

    async def settle(self) -> None:
        """Return when all other tasks wait. No time passes."""
        self._need_a_loop("settle")
        await anyio.wait_all_tasks_blocked()

    def gate(self, n: int) -> Callable[[], Awaitable[None]]:
        """An async function whose calls wait until there are ``n`` of them. If one is missing, that is a deadlock."""
        self._need_a_loop("gate")
        opened = anyio.Event()
        missing = n

        async def arrive() -> None:
            nonlocal missing
            missing -= 1
            if missing == 0:
                opened.set()
            await opened.wait()

        return arrive

    # ---- for the player ----------------------------------------------------------------------------------------------

    def rows(self) -> dict[str, list[list[Json]]]:
        """All rows so far, for a caller that holds the clock: a thread that goes on adds nothing to these lists."""
        return {"spans": [*self.spans], "marks": [*self.marks], "attempts": [*self.attempts]}

    def encode(self, value: object) -> Json:
        """A value as it crosses. Raises Overflow, having ended the play, if it is too large."""
        try:
            return self._encoder.encode(value)
        except TooLarge:
            self._overflow()

    def encode_little(self, value: object) -> Json:
        """A value as it crosses if it is a small one, else the name of its type; it uses up nothing."""
        try:
            return ReportEncoder(self._token_of, parts=MAX_RETURNED_PARTS, text=MAX_RETURNED_TEXT).encode(value)
        except Exception:  # TooLarge, or whatever an attribute of the submission's own class raises
            return {"o": name_of(type(value))}

    def encode_error(self, error: BaseException) -> Json:
        """An exception as it crosses: its first leaves, and whether it is its own only leaf."""
        first = list(islice(leaves(error), MAX_LEAVES))
        return {"bare": first[0] is error, "leaves": [self._encode_leaf(leaf) for leaf in first]}

    def _error(self, error: BaseException) -> Json:
        """An exception as it crosses, at the expense of what may cross. Raises Overflow."""
        encoded = self.encode_error(error)
        self._spend(len(str(encoded)))
        return encoded

    def _encode_leaf(self, error: BaseException) -> Json:
        leaf = Leaf(
            token=self._token_of(error),
            types=self.class_names(error),
            message=_message(error),
            line=student_line(error),
            scenario_line=scenario_line(error),
        )
        return row(leaf)

    def class_names(self, value: object) -> tuple[str, ...]:
        """The names of the class of a value and of its bases, as they cross."""
        return tuple(self._class_name(kind) for kind in _own(type(value), "__mro__")[:20])

    def _class_name(self, kind: type) -> str:
        """The name of a class, after ``submission.`` if it is one of the submission, whatever the class says."""
        name = str.__getitem__(_own(kind, "__qualname__"), slice(MAX_NAME))
        builtin = _BUILTINS.get(name)
        if builtin is None and not _own(kind, "__flags__") & _MADE_BY_PYTHON:
            return name  # such as NoneType, which no module has under its name
        if builtin is None:
            origin = _own(kind, "__module__")
            module = sys.modules.get(origin) if type(origin) is str else None
            if module is not None and module is not self.submission and _find(module, name) is kind:
                return name
        return name if builtin is kind else f"submission.{name}"

    def _need_a_loop(self, method: str) -> None:
        if not self._simulation.has_loop:
            raise RuntimeError(f"stage.{method}() needs an event loop, and `backends = []` in exercise.toml means none")

    def _open(self, kind: str, rows: list[list[Json]], name: str) -> _Stretch:
        self._make_room(rows, name)
        with self._clock.held:
            span = Span(name, self.now, None, "open", None, self._simulation.task_of_this_thread())
            number = self._add(kind, rows, row(span))
        return _Stretch(span, rows, kind, number, self._clock)

    @contextmanager
    def _noting_its_end(self, span: _Stretch) -> Iterator[None]:
        """Note how a span ends. Exceptions and cancellation go through."""
        try:
            yield
        except self._simulation.cancelled:
            span.end("cancelled")
            raise
        except BaseException as error:
            span.end("raised", self._error(error))
            raise
        else:
            span.end("returned")

    def _add(self, kind: str, rows: list[list[Json]], new: list[Json]) -> int:
        """Add a row and note its instant; returns its number."""
        number = len(rows)
        rows.append(new)
        try:
            self._clock.note(kind, number, checksum(new))
        except MemoryError:
            rows.pop()  # a row of which nothing was noted would be taken for a forged one
            raise
        return number

    def _make_room(self, rows: list[list[Json]], name: str) -> None:
        self._spend(len(name))
        if len(rows) >= MAX_ROWS:
            self._overflow()

    def _spend(self, characters: int) -> None:
        try:
            self._encoder.spend(characters)
        except TooLarge:
            self._overflow()

    def _overflow(self) -> NoReturn:
        # The ending must not depend on an exception: a task group would wrap it, and the learner's code may catch it.
        self._simulation.fail(Ended.LIMIT, TOO_MUCH)
        raise Overflow

    def _token_of(self, value: object) -> str | None:
        name, token = self._tokens.get(id(value), (None, None))
        return name if token is value else None


class Recorded:
    """A context manager, of both kinds, round what is recorded; ``begin`` makes a plain one when it is entered."""

    def __init__(self, begin: Callable[[], AbstractContextManager[None]]) -> None:
        self._begin = begin

    def __enter__(self) -> None:
        self._recording = self._begin()
        self._recording.__enter__()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._recording.__exit__(kind, error, traceback)

    async def __aenter__(self) -> None:
        self.__enter__()

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.__exit__(kind, error, traceback)


class _Stretch:
    """A span or an attempt that goes on. Its row says ``open`` until it ends, and is then replaced."""

    def __init__(self, span: Span, rows: list[list[Json]], kind: str, number: int, clock: Clock) -> None:
        self._span = span
        self._rows = rows
        self._kind = kind
        self._number = number
        self._clock = clock

    def end(self, how: str, value_or_error: Json = None) -> None:
        with self._clock.held:
            ended = replace(self._span, stopped=self._clock.read(), how=how, value_or_error=value_or_error)
            new = row(ended)
            self._clock.note(f"end of {self._kind}", self._number, checksum(new))
            self._rows[self._number] = new


class _Anonymous:
    """What a token is when the scenario gives no object."""


def _own(kind: type, name: str) -> Any:
    """An attribute that every class has, read from ``type`` because a metaclass may answer something else."""
    return type.__dict__[name].__get__(kind)


def _message(error: BaseException) -> str:
    try:
        return str.__getitem__(str(error), slice(MAX_MESSAGE))
    except BaseException as failure:  # a hostile __str__ must not end the play in our frame
        return f"<its message raised {name_of(type(failure))}>"


def student_line(error: BaseException) -> int | None:
    """The innermost line of the learner's file that the exception came through."""
    place = innermost_place(error)
    return None if place is None else place.line


def _find(module: ModuleType, qualified: str) -> object:
    inner: object = module
    for part in qualified.split("."):
        try:
            inner = getattr(inner, part, None)
        except Exception:  # a hostile __getattr__
            return None
    return inner
