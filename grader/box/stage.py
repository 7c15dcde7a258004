"""What a scenario may use: the submission, named tokens, marks, spans, attempts and gates, all in virtual time."""

from __future__ import annotations

import builtins
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager
from itertools import islice
from types import ModuleType, TracebackType
from typing import Any, NoReturn

import anyio

from grader.box.simulation.core import Simulation
from grader.box.simulation.trace import is_student
from grader.wire.lines import Json
from grader.wire.recording import Ended, Leaf, Mark, Span, row
from grader.wire.values import Encoder, TooLarge, name_of

MAX_ROWS = 20_000
"""Marks, spans and attempts of one play; a scenario that is kept busy for ever must not fill the memory."""
MAX_MESSAGE = 2000
MAX_LEAVES = 8
MAX_NAME = 200
TOO_MUCH = "it left more behind than may cross"

_BUILTINS = dict(vars(builtins))
_IN_GROUP: Callable[[BaseException], tuple[BaseException, ...]] = BaseExceptionGroup.__dict__["exceptions"].__get__


class Overflow(Exception):
    """A play has left more behind than may cross; it has been ended for that."""


class Stage:
    """Handed to every scenario. Everything it records crosses to the hidden tests as plain data."""

    submission: ModuleType

    def __init__(self, simulation: Simulation) -> None:
        self._simulation = simulation
        self._tokens: dict[int, tuple[str, object]] = {}
        self._encoder = Encoder(self._token_of)
        self.spans: list[list[Json]] = []
        self.marks: list[list[Json]] = []
        self.attempts: list[list[Json]] = []

    @property
    def now(self) -> float:
        """Virtual seconds since the play began."""
        return self._simulation.now

    def token(self, name: str, obj: Any = None) -> Any:
        """Name an object, so that it is recognised when this very object comes back. Makes one if none is given."""
        if obj is None:
            obj = _Anonymous()
        self._tokens[id(obj)] = (name, obj)
        return obj

    def mark(self, name: str, value: object = None) -> None:
        """Note that something happened now, with a value."""
        self._append(self.marks, row(Mark(time=self.now, name=name, value=self.encode(value))), name)

    @asynccontextmanager
    async def span(self, name: str) -> AsyncIterator[None]:
        """Note when a stretch of work begins and ends, and how. Spans are the lanes of the timeline."""
        span = self._open(self.spans, name)
        try:
            yield
        except anyio.get_cancelled_exc_class():
            span.end(self.now, "cancelled")
            raise
        except BaseException as error:
            span.end(self.now, "raised", self._error(error))
            raise
        else:
            span.end(self.now, "returned")

    async def attempt(self, name: str, fn: Callable[..., Any], *args: Any) -> Any:
        """Call ``fn``, await what it returns if that can be awaited, note the value or the error, and go on.

        Returns the value, or None after an error. Cancellation goes through.
        """
        attempt = self._open(self.attempts, name)
        try:
            value = fn(*args)
            if isinstance(value, Awaitable):
                value = await value
        except anyio.get_cancelled_exc_class():
            attempt.end(self.now, "cancelled")
            raise
        except Exception as error:
            attempt.end(self.now, "raised", self._error(error))
        else:
            attempt.end(self.now, "returned", self.encode(value))
            return value

    def attempt_sync(self, name: str, fn: Callable[..., Any], *args: Any) -> Any:
        """Call a plain function, note the value or the error, and go on."""
        attempt = self._open(self.attempts, name)
        try:
            value = fn(*args)
        except Exception as error:
            attempt.end(self.now, "raised", self._error(error))
        else:
            attempt.end(self.now, "returned", self.encode(value))
            return value

    async def settle(self) -> None:
        """Return when everything that can run has run. No time passes."""
        await anyio.wait_all_tasks_blocked()

    def gate(self, n: int) -> Callable[[], Awaitable[None]]:
        """An async function that returns once it has been called ``n`` times. A missing call is a deadlock."""
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

    def encode(self, value: object) -> Json:
        """Raises Overflow, which has ended the play already."""
        try:
            return self._encoder.encode(value)
        except TooLarge:
            self._overflow()

    def encode_error(self, error: BaseException) -> Json:
        """Every leaf of what was raised: token, class names, message and the student's innermost line."""
        found = list(islice(leaves(error), MAX_LEAVES))
        return {"bare": found[0] is error, "leaves": [self._encode_leaf(leaf) for leaf in found]}

    def _error(self, error: BaseException) -> Json:
        encoded = self.encode_error(error)
        self._spend(len(str(encoded)))
        return encoded

    def _encode_leaf(self, error: BaseException) -> Json:
        names = tuple(self._class_name(kind) for kind in _own(type(error), "__mro__")[:20])
        return row(Leaf(token=self._token_of(error), types=names, message=_message(error), line=student_line(error)))

    def _class_name(self, kind: type) -> str:
        """A class of the submission says so, whatever it calls itself."""
        name = str.__getitem__(_own(kind, "__qualname__"), slice(MAX_NAME))
        builtin = _BUILTINS.get(name)
        if builtin is None:
            origin = _own(kind, "__module__")
            module = sys.modules.get(origin) if type(origin) is str else None
            if module is not None and module is not self.submission and _find(module, name) is kind:
                return name
        return name if builtin is kind else f"submission.{name}"

    def _open(self, rows: list[list[Json]], name: str) -> _Stretch:
        stretch = _Stretch(name, self.now, self._simulation.running)
        self._append(rows, stretch.row, name)
        return stretch

    def _append(self, rows: list[list[Json]], row: list[Json], name: str) -> None:
        self._spend(len(name))
        if len(rows) >= MAX_ROWS:
            self._overflow()
        rows.append(row)

    def _spend(self, characters: int) -> None:
        try:
            self._encoder.spend(characters)
        except TooLarge:
            self._overflow()

    def _overflow(self) -> NoReturn:
        # The verdict must not hang on an exception: a task group would wrap it, the student's code may catch it.
        self._simulation.fail(Ended.LIMIT, TOO_MUCH)
        raise Overflow

    def _token_of(self, value: object) -> str | None:
        found = self._tokens.get(id(value))
        return found[0] if found is not None and found[1] is value else None


class _Stretch:
    """A span or an attempt that goes on. Its row is open from the beginning, and is written anew when it ends."""

    def __init__(self, name: str, start: float, task: int | None) -> None:
        self.row: list[Json] = []
        self._name = name
        self._start = start
        self._task = task
        self.end(None, "open")

    def end(self, stopped: float | None, how: str, value_or_error: Json = None) -> None:
        name, start, task = self._name, self._start, self._task
        span = Span(name=name, start=start, stopped=stopped, how=how, value_or_error=value_or_error, task=task)
        self.row[:] = row(span)


class _Anonymous:
    """What a token is when the scenario does not care."""


def leaves(error: BaseException) -> Iterator[BaseException]:
    """The exceptions inside all groups, however deep; what a group says about itself does not count."""
    rest = [error]
    while rest:
        found = rest.pop()
        if issubclass(type(found), BaseExceptionGroup):
            rest += reversed(_IN_GROUP(found))
        else:
            yield found


def _own(kind: type, name: str) -> Any:
    """An attribute that every class has, past whatever its metaclass makes of it."""
    return type.__dict__[name].__get__(kind)


def _message(error: BaseException) -> str:
    try:
        return str.__getitem__(str(error), slice(MAX_MESSAGE))
    except BaseException as failure:  # a hostile __str__ must not end the play in our frame
        return f"<its message raised {name_of(type(failure))}>"


def student_line(error: BaseException) -> int | None:
    """The innermost line of the student's file that the exception came through."""
    line, step = None, error.__traceback__
    while isinstance(step, TracebackType):
        if is_student(step.tb_frame.f_code):
            line = step.tb_lineno
        step = step.tb_next
    return line


def _find(module: ModuleType, qualified: str) -> object:
    found: object = module
    for part in qualified.split("."):
        try:
            found = getattr(found, part, None)
        except Exception:  # a hostile __getattr__
            return None
    return found
