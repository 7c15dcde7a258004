# expect: tampered
# policy: import
"""A trace of a hundred thousand events."""

import json
import os

# ---- with: message ----


async def answer():
    text = json.dumps(
        message(trace={"tasks": [[1, "main", None]], "events": [[0, "block", 1, 1, "1"]] * 100_000, "deviations": []}),
        allow_nan=True,
    )
    os.set_blocking(4, True)
    data = text.encode() + b"\n"
    while data:
        data = data[os.write(4, data) :]
    os._exit(0)
