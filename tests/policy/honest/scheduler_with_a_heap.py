"""Timers in a heap, with virtual time."""

import heapq


class Timer:
    def __init__(self, when, callback):
        self._when = when
        self._callback = callback
        self._cancelled = False

    def cancel(self):
        self._cancelled = True

    def __lt__(self, other):
        return self._when < other._when


class Scheduler:
    def __init__(self):
        self._heap = []
        self._now = 0.0

    def call_at(self, when, callback):
        timer = Timer(when, callback)
        heapq.heappush(self._heap, timer)
        return timer

    def call_later(self, delay, callback):
        return self.call_at(self._now + delay, callback)

    def run(self):
        while self._heap:
            timer = heapq.heappop(self._heap)
            if timer._cancelled:
                continue
            self._now = timer._when
            timer._callback()

    def next_time(self):
        while self._heap and self._heap[0]._cancelled:
            heapq.heappop(self._heap)
        return self._heap[0]._when if self._heap else None
