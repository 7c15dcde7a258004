# expect: tampered
# policy: import
"""Says that the play took for ever."""

import json
import os

# ---- with: message ----


async def answer():
    text = json.dumps(message(elapsed=float("inf")), allow_nan=True)
    os.write(4, text.encode() + b"\n")
    os._exit(0)
