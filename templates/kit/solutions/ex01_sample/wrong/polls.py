# fails: test_all_are_done_at_the_same_moment (polling)
# A wrong answer: see check_then_act.py beside it. Only virtual time shows this mistake: the results are right.
"""Looks every half second whether the work is done."""

import anyio


def sample(fn):
    results = []
    busy = False

    async def call():
        nonlocal busy
        while busy:
            await anyio.sleep(0.5)
        if not results:
            busy = True
            try:
                results.append(await fn())
            finally:
                busy = False
        return results[0]

    return call
