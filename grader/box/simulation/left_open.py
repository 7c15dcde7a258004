"""Notices what the student's code opens and does not close: async generators, memory streams, sockets.

What counts is who opened it: the innermost frame outside of the libraries must be in the student's file. An async
generator counts only if the coroutine that iterates over it made it for itself. One that is kept in an object or a
closure, came as an argument, or serves another generator, may be closed by whoever has those.
"""

from __future__ import annotations

import gc
import inspect
import sys
from collections.abc import Callable
from functools import wraps
from types import AsyncGeneratorType, FrameType
from typing import TYPE_CHECKING, Any
from weakref import ref

from anyio._backends import _asyncio as anyio_asyncio  # see private.py
from anyio._backends import _trio as anyio_trio
from anyio.streams.memory import MemoryObjectReceiveStream, MemoryObjectSendStream

from grader.box.simulation.where import Place, innermost_own, innermost_own_of, is_student

if TYPE_CHECKING:
    from grader.box.simulation.core import Simulation

Generator = AsyncGeneratorType[Any, Any]

MAX_LEFT_OPEN = 20


class LeftOpen:
    """What was opened in one run by the student's code and is not closed yet."""

    def __init__(self, simulation: Simulation) -> None:
        self._simulation = simulation
        # By number, for a weak reference is cleared before Python says that the generator is about to go.
        self._generators: dict[int, tuple[ref[Generator], Place]] = {}
        self._streams: dict[int, tuple[ref[object], Place]] = {}
        self._dropped: list[Place] = []
        """Of what nobody can close any more."""

    def places(self) -> list[Place]:
        """Where the student's code opened what is still open; for a generator, where it is iterated over."""
        generators = [(reference(), place) for reference, place in self._generators.values()]
        paused = [place for each, place in generators if each is not None and each.ag_frame is not None]
        streams = [place for _, place in self._streams.values()]
        return sorted(set(self._dropped + paused + streams))[:MAX_LEFT_OPEN]

    # ---- async generators --------------------------------------------------------------------------------------------

    def watch_generators(self) -> None:
        """Look over the shoulder of the backend's own hooks, which are in place once its loop runs."""
        # Two names: the collector does not look into the pair, which would keep the whole play of a generator alive.
        first, last = sys.get_asyncgen_hooks()

        def iterated(generator: Any) -> None:
            self._iterated(generator, sys._getframe(1))
            if first is not None:
                first(generator)

        def finalized(generator: Any) -> None:
            # Python calls this for a generator that is paused half-way and that nobody refers to any more.
            _, place = self._generators.pop(id(generator), (None, None))
            if place is not None and self._simulation.verdict is None and len(self._dropped) < MAX_LEFT_OPEN:
                self._dropped.append(place)
            if last is not None:
                last(generator)

        sys.set_asyncgen_hooks(iterated, finalized)

    def _iterated(self, generator: Generator, frame: FrameType) -> None:
        if not is_student(generator.ag_code):
            return
        caller = innermost_own(frame)
        if caller is not None and is_student(caller.f_code) and not _serves_others(generator, caller):
            self._generators[id(generator)] = ref(generator), Place(caller.f_lineno, generator.ag_code.co_name)

    # ---- streams -----------------------------------------------------------------------------------------------------

    def opened(self, stream: object, frame: FrameType) -> None:
        caller = self._own_caller(frame)
        replaced = self._streams.pop(id(stream), None)
        if replaced is not None:  # it is gone, without having been closed, and a new one has its address
            self._dropped.append(replaced[1])
        if caller is not None and is_student(caller.f_code) and len(self._streams) < MAX_LEFT_OPEN:
            self._streams[id(stream)] = ref(stream), Place(caller.f_lineno, type(stream).__name__)

    def _own_caller(self, frame: FrameType) -> FrameType | None:
        """The innermost frame of the student's file or the scenarios above this one, in older tasks if need be.

        Libraries start tasks for their own purposes, for instance to try several addresses at once.
        """
        simulation, caller = self._simulation, innermost_own(frame)
        number = simulation.running
        while caller is None and number is not None and (number := simulation.trace.tasks[number].parent) is not None:
            caller = innermost_own_of(simulation.coroutine_of(simulation.trace.tasks[number].task))
        return caller

    def closed(self, stream: object) -> None:
        self._streams.pop(id(stream), None)


def _serves_others(generator: Generator, frame: FrameType) -> bool:
    """Whether anybody but the coroutine of this frame may be the one to close the generator."""
    code, found = frame.f_code, frame.f_locals
    arguments = code.co_varnames[: code.co_argcount + code.co_kwonlyargcount]
    shared = (*code.co_cellvars, *code.co_freevars, *arguments)
    if code.co_flags & inspect.CO_ASYNC_GENERATOR or any(found.get(name) is generator for name in shared):
        return True
    # Not by attribute access, which would run the student's code.
    held = [referent for value in found.values() if value is not generator for referent in gc.get_referents(value)]
    inside = [value for referent in held if type(referent) is dict for value in referent.values()]
    return any(value is generator for value in (*held, *inside))


def report_streams(current: Callable[[], Simulation | None]) -> None:
    """Let the current simulation know when a stream of anyio is opened and closed."""
    _report(MemoryObjectSendStream, "__post_init__", "close", current)
    _report(MemoryObjectReceiveStream, "__post_init__", "close", current)
    _report(anyio_asyncio.SocketStream, "__init__", "aclose", current)
    _report(anyio_trio.SocketStream, "__init__", "aclose", current)


def _report(kind: Any, opening: str, closing: str, current: Callable[[], Simulation | None]) -> None:
    open_it, close_it = getattr(kind, opening), getattr(kind, closing)

    @wraps(open_it)
    def opened(self: object, *args: Any, **kwargs: Any) -> None:
        open_it(self, *args, **kwargs)
        simulation = current()
        if simulation is not None:
            simulation.left_open.opened(self, sys._getframe(1))

    @wraps(close_it)
    def closed(self: object, *args: Any, **kwargs: Any) -> Any:
        simulation = current()
        if simulation is not None:
            simulation.left_open.closed(self)
        return close_it(self, *args, **kwargs)

    setattr(kind, opening, opened)
    setattr(kind, closing, closed)
