# fails: test_takes_as_long_as_the_slowest (serial), test_all_started_before_any_finishes (deadlock)
# root: serial
"""Awaits one function after the other."""


async def join(*fns):
    return [await fn() for fn in fns]
