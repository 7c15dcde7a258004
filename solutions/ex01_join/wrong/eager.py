# fails: test_awaiting_is_what_starts_it (eager)
# root: eager
"""Takes the first step of the coroutine at the call, before anybody awaits it."""

from functools import wraps

import anyio


class Started:
    """A coroutine that has already taken its first step."""

    def __init__(self, coroutine):
        self.coroutine = coroutine
        self.result = None
        self.done = False
        try:
            self.waits_for = coroutine.send(None)
        except StopIteration as stop:
            self.done, self.result = True, stop.value

    def __await__(self):
        while not self.done:
            try:
                answer = yield self.waits_for
            except BaseException as error:
                step = self.coroutine.throw, error
            else:
                step = self.coroutine.send, answer
            try:
                self.waits_for = step[0](step[1])
            except StopIteration as stop:
                self.done, self.result = True, stop.value
        return self.result


def started_at_once(function):
    @wraps(function)
    def call(*args):
        return Started(function(*args))

    return call


@started_at_once
async def join(*fns):
    results = [None] * len(fns)

    async def run(i, fn):
        results[i] = await fn()

    async with anyio.create_task_group() as tg:
        for i, fn in enumerate(fns):
            tg.start_soon(run, i, fn)
    return results
