# expect: tampered
# policy: import
"""Writes true where a number belongs."""

import json
import os

# ---- with: message ----


async def answer():
    text = json.dumps(message(elapsed=True), allow_nan=True)
    os.write(4, text.encode() + b"\n")
    os._exit(0)
