# expect: limit
# policy: import
"""Marks values of one hash through the stage of the scenario, one in each mark."""

import gc


def stage():
    return next(each for each in gc.get_objects() if type(each).__name__ == "Stage")


async def answer():
    stolen = stage()
    for number in range(15_000):
        stolen.mark("got", number * (2**61 - 1))
    return 2
