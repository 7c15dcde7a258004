# expect: tampered
# policy: import
"""A number of steps that no play has."""

import gc
import json
import os


def message(**changes):
    performance = next(each for each in gc.get_objects() if type(each).__name__ == "Performance")
    return performance.message(spent=False) | {"ended": "returned", "result": 2} | changes


async def answer():
    text = json.dumps(message(steps=10**30), allow_nan=True)
    os.write(4, text.encode() + b"\n")
    os._exit(0)
