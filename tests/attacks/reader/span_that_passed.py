# expect: tampered
# policy: import
"""A span that ended as no span ends."""

import gc
import json
import os


def message(**changes):
    performance = next(each for each in gc.get_objects() if type(each).__name__ == "Performance")
    return performance.message(spent=False) | {"ended": "returned", "result": 2} | changes


async def answer():
    text = json.dumps(message(spans=[["a", 0, 1, "passed", None, 0]]), allow_nan=True)
    os.write(4, text.encode() + b"\n")
    os._exit(0)
