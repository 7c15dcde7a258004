# fails: test_time_stands_still_during_work (wrong-clock)
# root: wrong-clock
"""Shows the time in whole seconds."""

import heapq
from collections import deque
from itertools import count

GIVE_WAY = object()


class Deadlock(RuntimeError):
    pass


class Future:
    def __init__(self):
        self._done = False
        self._value = None
        self._error = None
        self._wakers = []

    def done(self):
        return self._done

    def set_result(self, value):
        self._finish(value, None)

    def set_exception(self, exc):
        self._finish(None, exc)

    def _finish(self, value, error):
        if self._done:
            raise RuntimeError("this future is set already")
        self._done = True
        self._value = value
        self._error = error
        for wake in self._wakers:
            wake()

    def result(self):
        if not self._done:
            raise RuntimeError("this future is not ready")
        if self._error is not None:
            raise self._error
        return self._value

    def add_waker(self, wake):
        if self._done:
            wake()
        else:
            self._wakers.append(wake)

    def __await__(self):
        if not self._done:
            yield self
        return self.result()


class GiveWay:
    def __await__(self):
        yield GIVE_WAY


def yield_now():
    return GiveWay()


class Executor:
    def __init__(self):
        self.now = self._time = 0
        self._ready = deque()
        self._timers = []
        self._numbers = count()
        self._tasks = []

    def spawn(self, coro):
        future = Future()
        self._tasks.append((coro, future))
        self._ready.append((coro, future))
        return future

    def sleep(self, seconds):
        future = Future()
        heapq.heappush(self._timers, (self._time + seconds, next(self._numbers), future))
        return future

    def run(self, coro):
        main = self.spawn(coro)
        try:
            while not main.done():
                if self._ready:
                    self._step(*self._ready.popleft())
                elif self._timers:
                    self._time, _, future = heapq.heappop(self._timers)
                    self.now = self._time // 1
                    future.set_result(None)
                else:
                    raise Deadlock("nothing can happen any more")
            return main.result()
        finally:
            for coro, _ in self._tasks:
                coro.close()

    def _step(self, coro, future):
        try:
            awaited = coro.send(None)
        except StopIteration as stop:
            future.set_result(stop.value)
        except Exception as error:
            future.set_exception(error)
        else:
            if awaited is GIVE_WAY:
                self._ready.append((coro, future))
            elif isinstance(awaited, Future):
                awaited.add_waker(lambda: self._ready.append((coro, future)))
            else:
                coro.close()
                future.set_exception(TypeError(f"{awaited!r} is no future"))
