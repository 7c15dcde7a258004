"""Decorators of methods, whose wrappers know `self`."""

import functools

import anyio


def timed(fn):
    @functools.wraps(fn)
    async def wrapper(self, *args, **kwargs):
        start = anyio.current_time()
        try:
            return await fn(self, *args, **kwargs)
        finally:
            self._times.append((fn.__name__, anyio.current_time() - start))

    return wrapper


def locked(method):
    async def inner(self, *args):
        async with self._lock:
            return await method(self, *args)

    return inner


class Account:
    def __init__(self, balance):
        self._balance = balance
        self._lock = anyio.Lock()
        self._times = []

    @timed
    async def deposit(self, amount):
        self._balance += amount

    @locked
    async def withdraw(self, amount):
        if amount > self._balance:
            raise ValueError("too much")
        self._balance -= amount

    @timed
    async def transfer(self, other, amount):
        await self.withdraw(amount)
        await other.deposit(amount)

    def __lt__(self, other):
        return self._balance < other._balance
