# expect: tampered
# policy: import
"""A trace with an event of a task that is not there."""

import json
import os

# ---- with: message ----


async def answer():
    text = json.dumps(
        message(trace={"tasks": [], "events": [[0, "start", 7, None, None]], "deviations": []}), allow_nan=True
    )
    os.write(4, text.encode() + b"\n")
    os._exit(0)
