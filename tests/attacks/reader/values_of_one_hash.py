# expect: limit
# policy: import
"""Values of one hash, written straight into the answer."""

import json
import os

# ---- with: message ----


async def answer():
    text = json.dumps(message(result={"d": [[number * (2**61 - 1), 0] for number in range(12_000)]}), allow_nan=True)
    os.set_blocking(4, True)
    data = text.encode() + b"\n"
    while data:
        data = data[os.write(4, data) :]
    os._exit(0)
