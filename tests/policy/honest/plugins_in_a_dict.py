"""Commands registered by a decorator in a dictionary."""

import functools

_COMMANDS = {}


class Command:
    def __init__(self, fn, name):
        self._fn = fn
        self._name = name
        self._calls = 0
        functools.update_wrapper(self, fn)

    async def __call__(self, *args):
        self._calls += 1
        return await self._fn(*args)


def command(name):
    def register(fn):
        made = Command(fn, name)
        _COMMANDS[name] = made
        return made

    return register


@command("add")
async def add(a, b):
    return a + b


@command("negate")
async def negate(a):
    return -a


async def run(name, *args):
    return await _COMMANDS[name](*args)


def statistics():
    return {name: found._calls for name, found in _COMMANDS.items()}


def report():
    used = [found for found in _COMMANDS.values() if found._calls]
    used.sort(key=lambda found: found._calls)
    return [found._name for found in used]
