# expect: tampered
# policy: import
"""A span that is over before it has begun."""

import gc
import json
import os


def message(**changes):
    performance = next(each for each in gc.get_objects() if type(each).__name__ == "Performance")
    return performance.message(spent=False) | {"ended": "returned", "result": 2} | changes


async def answer():
    text = json.dumps(message(spans=[["a", 5, 1, "cancelled", None, 0]]), allow_nan=True)
    os.write(4, text.encode() + b"\n")
    os._exit(0)
