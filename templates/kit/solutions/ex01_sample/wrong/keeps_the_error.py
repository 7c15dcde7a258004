# fails: test_an_error_is_not_kept (error-kept)
# A wrong answer: see check_then_act.py beside it.
"""Stores an error like a result, and raises it for ever."""

import anyio


def sample(fn):
    outcomes = []
    lock = anyio.Lock()

    async def call():
        async with lock:
            if not outcomes:
                try:
                    outcomes.append((await fn(), None))
                except Exception as error:
                    outcomes.append((None, error))
        result, error = outcomes[0]
        if error is not None:
            raise error
        return result

    return call
