# expect: tampered
# policy: import
"""Gives the play other limits than those it was asked for."""

import gc


async def answer():
    for performance in [each for each in gc.get_objects() if type(each).__name__ == "Performance"]:
        performance.simulation.bounds = None
    return 1
