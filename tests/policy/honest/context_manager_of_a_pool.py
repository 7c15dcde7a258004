"""A pool of connections, lent by a context manager made with contextlib."""

from contextlib import asynccontextmanager, contextmanager

import anyio


class Connection:
    def __init__(self, number):
        self._number = number
        self._busy = False
        self._used = 0


class Pool:
    def __init__(self, size):
        self._idle = [Connection(number) for number in range(size)]
        self._freed = anyio.Event()

    @asynccontextmanager
    async def connection(self):
        while not self._idle:
            await self._freed.wait()
        connection = self._idle.pop()
        connection._busy = True
        try:
            yield connection
        finally:
            connection._busy = False
            self._idle.append(connection)
            self._freed.set()
            self._freed = anyio.Event()

    @contextmanager
    def _counted(self, connection):
        connection._used += 1
        yield self


async def fetch_all(names):
    pool = Pool(2)
    found = []
    async with pool.connection() as connection:
        for name in names:
            with pool._counted(connection) as counted:
                found.append((name, connection._number, len(counted._idle)))
    return found
