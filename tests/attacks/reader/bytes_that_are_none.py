# expect: tampered
# policy: import
"""Bytes beyond 255."""

import json
import os

# ---- with: message ----


async def answer():
    text = json.dumps(message(result={"b": "\u1234"}), allow_nan=True)
    os.write(4, text.encode() + b"\n")
    os._exit(0)
