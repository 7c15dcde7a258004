# expect: tampered
# policy: import
"""A span that ended as no span ends."""

import json
import os

# ---- with: message ----


async def answer():
    text = json.dumps(message(spans=[["a", 0, 1, "passed", None, 0]]), allow_nan=True)
    os.write(4, text.encode() + b"\n")
    os._exit(0)
