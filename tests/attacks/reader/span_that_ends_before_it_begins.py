# expect: tampered
# policy: import
"""A span that is over before it has begun."""

import json
import os

# ---- with: message ----


async def answer():
    text = json.dumps(message(spans=[["a", 5, 1, "cancelled", None, 0]]), allow_nan=True)
    os.write(4, text.encode() + b"\n")
    os._exit(0)
