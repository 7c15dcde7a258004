"""Notices what the learner's code should not do with cancellations, and what it leaves open.

*Swallowed cancellations.* The traceback of a cancellation's exception tells how far the exception came. When the
exception is gone, it ended in the outermost frame that it reached. That is in order if it left the task, or arrived at
a cancel scope or a task group. If it ended in a frame of the learner's file, the code there swallowed it. Frames of
scenarios and libraries are not judged. The exception is held by a strong reference during a step only, because it keeps
alive all that the frames on its way held.

*Left open.* Async generators, memory streams and sockets that the learner's code opens and does not close. What counts
is the opener: the innermost frame outside of the libraries must be in the learner's file. An async generator counts
only if the coroutine that iterates over it made it for itself. One that is kept in an object or a closure, came as an
argument, or serves another generator, may be closed by other code. Where no event loop cleans up after the learner's
code, the coroutines count that it has begun and not closed.
"""

from __future__ import annotations

import asyncio
import gc
import inspect
import sys
import threading
import weakref
from collections.abc import Callable, Iterator
from functools import wraps
from types import AsyncGeneratorType, CoroutineType, FrameType
from typing import Any, Protocol

import trio
from anyio._backends import _asyncio as anyio_asyncio  # see private.py
from anyio._backends import _trio as anyio_trio
from anyio.streams.memory import MemoryObjectReceiveStream, MemoryObjectSendStream

from grader.box.simulation.trace import (
    Place,
    Trace,
    innermost_own,
    innermost_own_of,
    is_student,
    leaves,
    site_of,
    steps_of,
)


class _Simulation(Protocol):
    """What is used here of the simulation that runs."""

    cancellations: Cancellations
    left_open: LeftOpen
    trace: Trace
    running: int | None
    loop_thread: int

    @property
    def in_step(self) -> bool: ...
    @property
    def stopped(self) -> object: ...
    @property
    def running_task(self) -> object: ...
    def coroutine_of(self, task: object) -> object: ...


Current = Callable[[], _Simulation | None]
Reference = weakref.ref[BaseException]
Generator = AsyncGeneratorType[Any, Any]

MAX_LEFT_OPEN = 20


class Cancellations:
    """The cancellations that were thrown into the tasks of one run, and where they came to their end."""

    def __init__(self) -> None:
        self._thrown: list[BaseException] = []
        """The cancellations of the task whose step is in progress."""
        self._pending: dict[int, list[Reference]] = {}
        """Cancellations still referred to, by task: a clean-up is in progress, or the learner's code keeps them."""
        self._swallowed: dict[int, list[Place]] = {}
        self.watching = False
        """Whether any cancellation was thrown; most plays have none."""

    def thrown(self, error: BaseException) -> None:
        """A cancellation is about to be thrown into the running task, or goes on through it."""
        self._thrown.append(error)
        self.watching = True

    def resumed(self, task: int) -> None:
        if task in self._pending:
            self._thrown += filter(None, (reference() for reference in self._pending.pop(task)))

    def arrived(self, error: BaseException | None) -> None:
        """An exception has reached a cancel scope or a task group, which is where a cancellation may end."""
        if not self._thrown or error is None:
            return
        for leaf in leaves(error):
            over = [leaf, *_replaced_by(leaf)]
            self._thrown = [thrown for thrown in self._thrown if all(thrown is not error for error in over)]

    def step_over(self, task: int) -> None:
        while self._thrown:
            place, reference = _end_of(self._thrown[-1]), weakref.ref(self._thrown.pop())
            if reference() is not None:
                self._pending.setdefault(task, []).append(reference)
            elif place is not None:
                self._swallowed.setdefault(task, []).append(place)

    def finished(self, task: int, outcome: str) -> None:
        """A task has ended. A cancellation that left it, or was replaced by one that did, was not swallowed."""
        held = [_end_of(error) for reference in self._pending.pop(task, ()) if (error := reference()) is not None]
        if outcome == "returned":
            self._swallowed.setdefault(task, []).extend(place for place in held if place is not None)
        else:
            self._swallowed.pop(task, None)

    def swallowed(self) -> list[Place]:
        """Where the learner's code has swallowed a cancellation so far; one place for each task."""
        return [places[0] for places in self._swallowed.values() if places]


def _end_of(error: BaseException) -> Place | None:
    """The outermost frame that the exception reached, if it is one of the learner's."""
    step = next(steps_of(error), None)
    if step is None or not is_student(step.tb_frame.f_code):
        return None
    return Place(step.tb_lineno, step.tb_frame.f_code.co_name)


def _replaced_by(error: BaseException) -> Iterator[BaseException]:
    """The exceptions that this one replaces: when a clean-up awaits, the backend throws a new cancellation into it.

    It must have left the frame in which the other one ended. Otherwise both are under way, one inside the handler of
    the other: trio ends every ``sleep`` by a cancellation of its own.
    """
    frames = {step.tb_frame for step in steps_of(error)}
    seen: set[int] = set()
    while (context := error.__context__) is not None and id(context) not in seen:
        seen.add(id(context))
        first = next(steps_of(context), None)
        if first is not None and first.tb_frame in frames:
            yield context
        error = context


# ---- where cancellations come from, and where they may end -----------------------------------------------------------


def report_cancellations(current: Current) -> None:
    """Let the current simulation know of every cancellation of a cancel scope, on either backend."""
    _report_thrown_on_asyncio(current)
    # A task group keeps the exception of its body until its tasks have ended; then its scope decides about it.
    _report_arrivals(anyio_asyncio.TaskGroup, "__aexit__", 2, current)
    _report_arrivals(trio.Nursery, "_nested_child_finished", 1, current)
    _report_decisions(current)


def _report_arrivals(owner: Any, name: str, position: int, current: Current) -> None:
    original = getattr(owner, name)

    @wraps(original)
    def arrive(*args: Any, **kwargs: Any) -> Any:
        simulation = current()
        if simulation is not None and simulation.cancellations.watching and len(args) > position:
            simulation.cancellations.arrived(args[position])
        return original(*args, **kwargs)

    setattr(owner, name, arrive)


def _report_decisions(current: Current) -> None:
    scope: Any = anyio_asyncio.CancelScope
    trio_scope: Any = trio.CancelScope
    leave, close = scope.__exit__, trio_scope._close

    @wraps(leave)
    def __exit__(self: Any, kind: Any, error: BaseException | None, traceback: Any) -> Any:
        _decided(current(), error, None)
        absorbed = leave(self, kind, error, traceback)
        if not absorbed:
            _decided(current(), None, error)
        return absorbed

    @wraps(close)
    def _close(self: Any, error: BaseException | None) -> BaseException | None:
        left: BaseException | None = close(self, error)
        _decided(current(), error, left)
        return left

    scope.__exit__, trio_scope._close = __exit__, _close


def _decided(simulation: _Simulation | None, arrived: BaseException | None, goes_on: BaseException | None) -> None:
    if simulation is None or not simulation.cancellations.watching:
        return
    simulation.cancellations.arrived(arrived)
    # Not a group with cancellations in it: `except*` takes groups apart, and another object goes on.
    if isinstance(goes_on, asyncio.CancelledError | trio.Cancelled) and simulation.stopped is None:
        simulation.cancellations.thrown(goes_on)


def _report_thrown_on_asyncio(current: Current) -> None:
    # asyncio makes the exception of a cancellation in C, in the step into which it is thrown, and has no hook for it.
    original = asyncio.CancelledError.__init__

    def __init__(self: asyncio.CancelledError, *args: object) -> None:
        original(self, *args)
        simulation = current()
        if simulation is not None and simulation.in_step and simulation.stopped is None:
            maker = sys._getframe(1).f_globals.get("__name__")
            own_thread = threading.get_ident() == simulation.loop_thread
            if type(maker) is str and maker.startswith("asyncio.") and own_thread and _by_a_scope(simulation):
                simulation.cancellations.thrown(self)

    asyncio.CancelledError.__init__ = __init__  # type: ignore[method-assign, assignment]


def _by_a_scope(simulation: _Simulation) -> bool:
    """Whether a cancel scope has cancelled the running task; asyncio's own ``task.cancel`` has other rules."""
    # asyncio.current_task() would be too early: the exception is made before the task is entered.
    task: Any = simulation.running_task
    state = anyio_asyncio._task_states.get(task)
    scope = state.cancel_scope if state is not None else None
    while scope is not None and not scope._cancel_called:
        scope = None if scope._shield else scope._parent_scope
    return scope is not None


# ---- left open -------------------------------------------------------------------------------------------------------


class LeftOpen:
    """What the learner's code opened in one run and has not closed yet."""

    def __init__(self, simulation: _Simulation) -> None:
        self._simulation = simulation
        # By id: a weak reference is cleared before Python calls the finalizer hook of the generator.
        self._generators: dict[int, tuple[weakref.ref[Generator], Place]] = {}
        self._streams: dict[int, tuple[weakref.ref[object], Place]] = {}
        self._dropped: list[Place] = []
        """The places of generators and streams that nothing refers to any more, so that no code can close them."""

    def places(self) -> list[Place]:
        """Where the learner's code opened what is still open; for a generator, where the code iterates over it."""
        generators = [(reference(), place) for reference, place in self._generators.values()]
        paused = [place for generator, place in generators if generator is not None and generator.ag_frame is not None]
        streams = [place for _, place in self._streams.values()]
        return sorted(set(self._dropped + paused + streams))[:MAX_LEFT_OPEN]

    # ---- async generators --------------------------------------------------------------------------------------------

    def watch_generators(self) -> None:
        """Wrap the backend's own hooks, which are in place once its loop runs."""
        # Unpacked, because the garbage collector does not look into the pair: it would keep the whole play alive.
        first, last = sys.get_asyncgen_hooks()

        def iterated(generator: Any) -> None:
            self._iterated(generator, sys._getframe(1))
            if first is not None:
                first(generator)

        def finalized(generator: Any) -> None:
            # Python calls this for a generator that is paused half-way when its last reference goes.
            _, place = self._generators.pop(id(generator), (None, None))
            if place is not None and self._simulation.stopped is None and len(self._dropped) < MAX_LEFT_OPEN:
                self._dropped.append(place)
            if last is not None:
                last(generator)

        sys.set_asyncgen_hooks(iterated, finalized)

    def _iterated(self, generator: Generator, frame: FrameType) -> None:
        if not is_student(generator.ag_code):
            return
        caller = innermost_own(frame)
        if caller is not None and is_student(caller.f_code) and not _serves_others(generator, caller):
            self._generators[id(generator)] = weakref.ref(generator), Place(caller.f_lineno, generator.ag_code.co_name)

    # ---- streams -----------------------------------------------------------------------------------------------------

    def opened(self, stream: object, frame: FrameType) -> None:
        caller = self._own_caller(frame)
        replaced = self._streams.pop(id(stream), None)
        if replaced is not None:  # that stream is gone without having been closed, and the new one has its address
            self._dropped.append(replaced[1])
        if caller is not None and is_student(caller.f_code) and len(self._streams) < MAX_LEFT_OPEN:
            self._streams[id(stream)] = weakref.ref(stream), Place(caller.f_lineno, type(stream).__name__)

    def _own_caller(self, frame: FrameType) -> FrameType | None:
        """The innermost frame of the learner's file or the scenarios above this one, or above the task's ancestors.

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
    """Whether other code than the coroutine of this frame may close the generator."""
    code, local_values = frame.f_code, frame.f_locals
    arguments = code.co_varnames[: code.co_argcount + code.co_kwonlyargcount]
    shared = (*code.co_cellvars, *code.co_freevars, *arguments)
    if code.co_flags & inspect.CO_ASYNC_GENERATOR or any(local_values.get(name) is generator for name in shared):
        return True
    # Attribute access would run the learner's code.
    held = [
        referent for value in local_values.values() if value is not generator for referent in gc.get_referents(value)
    ]
    inside = [value for referent in held if type(referent) is dict for value in referent.values()]
    return any(value is generator for value in (*held, *inside))


def half_done_coroutines() -> list[Place]:
    """The lines of the learner's in which coroutines wait that nothing closes; for a play that no loop cleans up after.

    Such as those of the tasks that an executor has left behind.
    """
    waiting = (one for one in gc.get_objects() if type(one) is CoroutineType and one.cr_suspended)
    sites = [site for coroutine in waiting if (site := site_of(coroutine)) is not None]
    return sorted({Place(site.line, site.function) for site in sites})[:MAX_LEFT_OPEN]


def report_streams(current: Current) -> None:
    """Let the current simulation know when a stream of anyio is opened and closed."""
    _report(MemoryObjectSendStream, "__post_init__", "close", current)
    _report(MemoryObjectReceiveStream, "__post_init__", "close", current)
    _report(anyio_asyncio.SocketStream, "__init__", "aclose", current)
    _report(anyio_trio.SocketStream, "__init__", "aclose", current)


def _report(kind: Any, opening: str, closing: str, current: Current) -> None:
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
