# expect: fails
# policy: import
"""A forged answer whose texts no encoding can write."""

import gc
import json
import os


def message(**changes):
    performance = next(each for each in gc.get_objects() if type(each).__name__ == "Performance")
    return performance.message(spent=False) | {"ended": "returned", "result": 2} | changes


async def answer():
    text = json.dumps(message(output="\ud800" * 100 + "\x1b[2J", reason="\udfff", spent=True), allow_nan=True)
    os.write(4, text.encode() + b"\n")
    os._exit(0)
