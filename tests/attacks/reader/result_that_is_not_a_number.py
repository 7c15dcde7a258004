# expect: tampered
# policy: import
"""A result of NaN, as Python's json writes it."""

import json
import os

# ---- with: message ----


async def answer():
    text = json.dumps(message(result=float("nan")), allow_nan=True)
    os.write(4, text.encode() + b"\n")
    os._exit(0)
