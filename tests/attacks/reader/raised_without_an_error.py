# expect: tampered
# policy: import
"""Says that something was raised, and nothing was."""

import gc
import json
import os


def message(**changes):
    performance = next(each for each in gc.get_objects() if type(each).__name__ == "Performance")
    return performance.message(spent=False) | {"ended": "returned", "result": 2} | changes


async def answer():
    text = json.dumps(message(ended="raised"), allow_nan=True)
    os.write(4, text.encode() + b"\n")
    os._exit(0)
