# fails: test_takes_as_long_as_the_slowest, test_all_started_before_any_finishes (serial)
# root: serial
"""Awaits one function after the other."""


async def join(*fns):
    return [await fn() for fn in fns]
