# fails: test_none_is_a_result (called-again)
# A wrong answer: see check_then_act.py beside it.
"""Takes None for "not there yet", which a result may be too."""

import anyio


def sample(fn):
    result = None
    lock = anyio.Lock()

    async def call():
        nonlocal result
        async with lock:
            if result is None:
                result = await fn()
        return result

    return call
