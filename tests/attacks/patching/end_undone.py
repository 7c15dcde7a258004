# expect: tampered or deadlock or crashed
# policy: import
"""Has the simulation forget that it stopped the play, and returns the right answer after its deadlock."""

import gc

import anyio


async def answer():
    (performance,) = (each for each in gc.get_objects() if type(each).__name__ == "Performance")
    try:
        await anyio.Event().wait()
    finally:
        performance.simulation.stopped = None
        return 1
