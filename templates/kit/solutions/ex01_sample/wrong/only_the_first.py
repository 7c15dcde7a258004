# fails: test_every_caller_gets_the_result (nothing-returned)
# A wrong answer: see check_then_act.py beside it.
"""Returns the result to the caller that did the work; a caller that waited for it gets None."""

import anyio


def sample(fn):
    results = []
    running = None

    async def call():
        nonlocal running
        if results:
            return results[0]
        if running is not None:
            await running.wait()
            return None
        running = anyio.Event()
        try:
            results.append(await fn())
        finally:
            running.set()
            running = None
        return results[0]

    return call
