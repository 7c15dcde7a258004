"""ex11 - Executor: what is underneath.  Plain Python; no asyncio, trio or anyio."""

import bisect
import types
from collections import deque


class Deadlock(RuntimeError):
    pass


class Instruction(tuple):
    """A tuple of a class of its own, which no other library yields."""


@types.coroutine
def tell(*words):
    return (yield Instruction(words))


class Future:
    def __init__(self):
        self._outcome = []
        self._callbacks = deque()

    def done(self):
        return bool(self._outcome)

    def set_result(self, value):
        self._settle(lambda: value)

    def set_exception(self, exc):
        def fail():
            raise exc

        self._settle(fail)

    def _settle(self, outcome):
        if self._outcome:
            raise RuntimeError("a future is set only once")
        self._outcome.append(outcome)
        while self._callbacks:
            self._callbacks.popleft()()

    def result(self):
        if not self._outcome:
            raise RuntimeError("the future is not ready")
        return self._outcome[0]()

    def add_waker(self, wake):
        self._callbacks.append(wake)
        if self._outcome:
            self._callbacks.popleft()()

    def __await__(self):
        if not self.done():
            yield from tell("wait", self)
        return self.result()


def yield_now():
    return tell("turn")


class Executor:
    def __init__(self):
        self.now = 0
        self._queue = deque()
        self._timers = []
        self._tasks = []

    def spawn(self, coro):
        future = Future()
        self._tasks.append((coro, future))
        self._queue.append((coro, future))
        return future

    def sleep(self, seconds):
        future = Future()
        # Behind all that end at the same time.
        bisect.insort_right(self._timers, (self.now + seconds, future), key=lambda timer: timer[0])
        return future

    def run(self, coro):
        main = self.spawn(coro)
        try:
            while not main.done():
                while self._queue and not main.done():
                    self._go_on(*self._queue.popleft())
                if not main.done():
                    self._jump()
            return main.result()
        finally:
            for each, future in self._tasks:
                if not future.done():
                    each.close()

    def _jump(self):
        if not self._timers:
            raise Deadlock("all wait, for nothing")
        self.now, future = self._timers.pop(0)
        future.set_result(None)

    def _go_on(self, coro, future):
        try:
            said = coro.send(None)
        except StopIteration as stop:
            future.set_result(stop.value)
            return
        except Exception as error:
            future.set_exception(error)
            return
        if type(said) is not Instruction:
            coro.close()
            future.set_exception(TypeError("no instruction of this executor"))
            return
        match said:
            case ("wait", awaited):
                awaited.add_waker(lambda: self._queue.append((coro, future)))
            case ("turn",):
                self._queue.append((coro, future))
