"""As in Rust: the executor polls what a task waits for, and hands it a waker; a task knows whether it is scheduled."""

import heapq
from collections import deque
from itertools import count

PENDING = object()
NOTHING = object()


class Deadlock(RuntimeError):
    pass


class Future:
    def __init__(self):
        self._value = NOTHING
        self._error = None
        self._wakers = []

    def done(self):
        return self._value is not NOTHING or self._error is not None

    def poll(self, waker):
        """PENDING, and the waker is kept; or something else, and the task may go on."""
        if not self.done():
            self._wakers.append(waker)
            return PENDING
        return None

    def set_result(self, value):
        self._check()
        self._value = value
        self._wake()

    def set_exception(self, exc):
        self._check()
        self._error = exc
        self._wake()

    def _check(self):
        if self.done():
            raise RuntimeError("set twice")

    def _wake(self):
        wakers, self._wakers = self._wakers, []
        for wake in wakers:
            wake()

    def result(self):
        if self._error is not None:
            raise self._error
        if self._value is NOTHING:
            raise RuntimeError("not ready")
        return self._value

    def add_waker(self, wake):
        if self.poll(wake) is not PENDING:
            wake()

    def __await__(self):
        while not self.done():
            yield self
        return self.result()


class _Once(Future):
    """Pending when it is polled for the first time, and ready at once after that."""

    def __init__(self):
        super().__init__()
        self._polled = False

    def poll(self, waker):
        if self._polled:
            return None
        self._polled = True
        waker()
        return PENDING

    def __await__(self):
        yield self


def yield_now():
    return _Once()


class Task(Future):
    def __init__(self, coro, queue):
        super().__init__()
        self.coro = coro
        self._queue = queue
        self._scheduled = False
        self.wake()

    def wake(self):
        if not self._scheduled:
            self._scheduled = True
            self._queue.append(self)

    def go_on(self):
        self._scheduled = False
        step = self.coro.send
        argument = None
        try:
            while True:
                awaited = step(argument)
                if not isinstance(awaited, Future):
                    step, argument = self.coro.throw, TypeError(f"{awaited!r} cannot be polled")
                elif awaited.poll(self.wake) is PENDING:
                    return
        except StopIteration as stop:
            self.set_result(stop.value)
        except Exception as error:
            self.set_exception(error)


class Executor:
    def __init__(self):
        self.now = 0.0
        self._queue = deque()
        self._heap = []
        self._count = count()
        self._all = []

    def spawn(self, coro):
        task = Task(coro, self._queue)
        self._all.append(task)
        return task

    def sleep(self, seconds):
        timer = Future()
        heapq.heappush(self._heap, (self.now + seconds, next(self._count), timer))
        return timer

    def run(self, coro):
        main = self.spawn(coro)
        try:
            while not main.done():
                if self._queue:
                    self._queue.popleft().go_on()
                    continue
                if not self._heap:
                    raise Deadlock("nobody can go on")
                self.now = self._heap[0][0]
                while self._heap and self._heap[0][0] == self.now:
                    heapq.heappop(self._heap)[2].set_result(None)
        finally:
            for task in self._all:
                task.coro.close()
        return main.result()
