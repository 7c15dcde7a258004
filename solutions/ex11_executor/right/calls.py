"""As in asyncio: the loop is a queue of calls, and knows no tasks; the step of a task is one of these calls."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Coroutine, Generator
from dataclasses import dataclass, field
from functools import partial
from typing import Any


class Deadlock(RuntimeError):
    """No call is queued, and none is planned."""


class GiveWay:
    def __await__(self) -> Generator[Any, None, None]:
        yield self


def yield_now() -> GiveWay:
    return GiveWay()


@dataclass(eq=False)
class Future:
    state: str = "pending"
    outcome: Any = None
    wakers: list[Callable[[], None]] = field(default_factory=list)

    def done(self) -> bool:
        return self.state != "pending"

    def set_result(self, value: Any) -> None:
        self._become("returned", value)

    def set_exception(self, exc: BaseException) -> None:
        self._become("raised", exc)

    def _become(self, state: str, outcome: Any) -> None:
        if self.state != "pending":
            raise RuntimeError(f"this future has {self.state} already")
        self.state, self.outcome = state, outcome
        for wake in self.wakers:
            wake()

    def result(self) -> Any:
        if self.state == "returned":
            return self.outcome
        raise self.outcome if self.state == "raised" else RuntimeError("this future is pending")

    def add_waker(self, wake: Callable[[], None]) -> None:
        if self.done():
            wake()
        else:
            self.wakers.append(wake)

    def __await__(self) -> Generator[Any, None, Any]:
        if not self.done():
            yield self
        return self.result()


class Executor:
    def __init__(self) -> None:
        self.now: float = 0
        self._calls: deque[Callable[[], None]] = deque()
        self._planned: dict[float, list[Future]] = {}
        self._open: set[Coroutine[Any, Any, Any]] = set()

    def spawn(self, coro: Coroutine[Any, Any, Any]) -> Future:
        future = Future()
        self._open.add(coro)
        future.add_waker(lambda: self._open.discard(coro))
        self._calls.append(partial(self._step, coro, future))
        return future

    def sleep(self, seconds: float) -> Future:
        future = Future()
        self._planned.setdefault(self.now + seconds, []).append(future)
        return future

    def run(self, coro: Coroutine[Any, Any, Any]) -> Any:
        main = self.spawn(coro)
        try:
            while not main.done():
                if not self._calls:
                    self._advance()
                for _ in range(len(self._calls)):
                    if not main.done():
                        self._calls.popleft()()
            return main.result()
        finally:
            for unfinished in [*self._open]:
                unfinished.close()

    def _advance(self) -> None:
        if not self._planned:
            raise Deadlock("no call is queued, and none is planned")
        self.now = min(self._planned)
        for future in self._planned.pop(self.now):
            future.set_result(None)

    def _step(self, coro: Coroutine[Any, Any, Any], future: Future) -> None:
        again = partial(self._calls.append, partial(self._step, coro, future))
        try:
            match coro.send(None):
                case Future() as awaited:
                    awaited.add_waker(again)
                case GiveWay():
                    again()
                case other:
                    coro.close()
                    raise TypeError(f"{other!r} is nothing to wait for")
        except StopIteration as stop:
            future.set_result(stop.value)
        except Exception as error:
            future.set_exception(error)
