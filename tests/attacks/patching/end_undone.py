# expect: tampered
# policy: import
"""Has the simulation forget that it stopped the play, and returns the right answer after its deadlock."""

import gc

import anyio


async def answer():
    performances = [each for each in gc.get_objects() if type(each).__name__ == "Performance"]
    try:
        await anyio.Event().wait()
    finally:
        for performance in performances:
            performance.simulation.stopped = None
        return 1
