# expect: tampered
# policy: import
"""Two readers might read two different values."""

import gc
import json
import os


def message(**changes):
    performance = next(each for each in gc.get_objects() if type(each).__name__ == "Performance")
    return performance.message(spent=False) | {"ended": "returned", "result": 2} | changes


async def answer():
    text = json.dumps(message(), allow_nan=True)
    text = text[:-1] + ', "result": 1}'
    os.write(4, text.encode() + b"\n")
    os._exit(0)
