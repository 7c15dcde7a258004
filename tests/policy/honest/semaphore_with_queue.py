"""A fair semaphore, with a ticket per task that waits."""

from collections import deque

import anyio


class _Ticket:
    def __init__(self):
        self._event = anyio.Event()
        self._granted = False

    def _grant(self):
        self._granted = True
        self._event.set()


class Semaphore:
    def __init__(self, value):
        self._value = value
        self._waiters = deque()

    async def acquire(self):
        if self._value > 0 and not self._waiters:
            self._value -= 1
            return
        ticket = _Ticket()
        self._waiters.append(ticket)
        try:
            await ticket._event.wait()
        except BaseException:
            if ticket._granted:
                self.release()
            else:
                self._waiters.remove(ticket)
            raise

    def release(self):
        if self._waiters:
            self._waiters.popleft()._grant()
        else:
            self._value += 1

    async def __aenter__(self):
        await self.acquire()
        return self

    async def __aexit__(self, *exc_info):
        self.release()


async def limited(fns, limit):
    semaphore = Semaphore(limit)

    async def run(fn):
        async with semaphore as held:
            assert held._value >= 0
            await fn()

    async with anyio.create_task_group() as group:
        for fn in fns:
            group.start_soon(run, fn)
