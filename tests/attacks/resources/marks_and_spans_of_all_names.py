# expect: fails or blocked-loop
# policy: import
"""As many marks and spans as may cross, each of a name of its own, for tests that look things up by name."""

import gc


def stage():
    return next(each for each in gc.get_objects() if type(each).__name__ == "Stage")


async def answer():
    stolen = stage()
    for number in range(19_000):
        stolen.mark(f"mark {number}", number)
        async with stolen.span(f"span {number}"):
            pass
    return 2
