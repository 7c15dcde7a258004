"""ex11 - Executor: what is underneath.  Plain Python; no asyncio, trio or anyio."""

from __future__ import annotations

import heapq
from collections import deque
from collections.abc import Awaitable, Callable, Coroutine, Generator
from itertools import count
from typing import Any, Generic, TypeVar, cast

T = TypeVar("T")


class Deadlock(RuntimeError):
    """Nothing is ready, no timer is set, and the main coroutine is not finished."""


class Future(Generic[T]):
    """A value that may not be ready yet."""

    def __init__(self) -> None:
        # Whether there is a value, and which, are two questions: the value may be None, or an exception object.
        self._done = False
        self._value: T | None = None
        self._error: BaseException | None = None
        self._wakers: list[Callable[[], None]] = []

    def done(self) -> bool:
        return self._done

    def set_result(self, value: T) -> None:
        self._set(value, None)

    def set_exception(self, exc: BaseException) -> None:
        self._set(None, exc)

    def _set(self, value: T | None, error: BaseException | None) -> None:
        if self._done:
            raise RuntimeError("this future is set already")
        self._done, self._value, self._error = True, value, error
        # The list is taken out first: a waker may add another one, which is then called by add_waker() itself.
        wakers, self._wakers = self._wakers, []
        for wake in wakers:
            wake()

    def result(self) -> T:
        if not self._done:
            raise RuntimeError("this future is not ready")
        if self._error is not None:
            raise self._error
        return cast(T, self._value)

    def add_waker(self, wake: Callable[[], None]) -> None:
        if self._done:
            wake()
        else:
            self._wakers.append(wake)

    def __await__(self) -> Generator[Any, None, T]:
        # The one `yield` below all of this: the future goes through every `await` of the task, out to the executor.
        if not self._done:
            yield self
        return self.result()


def yield_now() -> Awaitable[None]:
    return _GiveWay()


class _GiveWay:
    def __await__(self) -> Generator[Any, None, None]:
        # A future that is ready: its waker is called at once, and puts the task at the end of the queue.
        ready: Future[None] = Future()
        ready.set_result(None)
        yield ready


class _Task(Future[Any]):
    """A coroutine, and the future of its outcome."""

    def __init__(self, coro: Coroutine[Any, Any, Any]) -> None:
        super().__init__()
        self.coro = coro


class Executor:
    """Runs coroutines.  Ready tasks take turns, first in, first out."""

    def __init__(self) -> None:
        self.now = 0.0
        self._ready: deque[_Task] = deque()
        # The number decides between equal times, and keeps the heap from comparing futures.
        self._timers: list[tuple[float, int, Future[None]]] = []
        self._numbers = count()
        # A dict, because it keeps the order of its keys.
        self._unfinished: dict[_Task, None] = {}

    def spawn(self, coro: Coroutine[Any, Any, T]) -> Future[T]:
        task = _Task(coro)
        self._unfinished[task] = None
        self._ready.append(task)
        return task

    def sleep(self, seconds: float) -> Future[None]:
        timer: Future[None] = Future()
        heapq.heappush(self._timers, (self.now + seconds, next(self._numbers), timer))
        return timer

    def run(self, coro: Coroutine[Any, Any, T]) -> T:
        main = self.spawn(coro)
        try:
            while not main.done():
                if self._ready:
                    self._step(self._ready.popleft())
                elif self._timers:
                    self._move_on()
                else:
                    raise Deadlock("every task waits, and no timer is left")
            return main.result()
        finally:
            # Not a loop over the dict: a `finally` of a task may spawn another one.
            while self._unfinished:
                self._unfinished.popitem()[0].coro.close()

    def _move_on(self) -> None:
        """Jump to the time of the next timer, and wake who waits for it, and for those of the same time."""
        self.now = self._timers[0][0]
        while self._timers and self._timers[0][0] == self.now:
            heapq.heappop(self._timers)[2].set_result(None)

    def _step(self, task: _Task) -> None:
        """Let a task go on to its next wait, or to its end."""
        try:
            awaited = task.coro.send(None)
        except StopIteration as stop:
            self._end(task)
            task.set_result(stop.value)
        except Exception as error:
            self._end(task)
            task.set_exception(error)
        else:
            if isinstance(awaited, Future):
                awaited.add_waker(lambda: self._ready.append(task))
                return
            self._end(task)
            task.coro.close()
            task.set_exception(TypeError(f"a task awaits {awaited!r}, which is no future of this module"))

    def _end(self, task: _Task) -> None:
        del self._unfinished[task]
