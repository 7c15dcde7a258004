# expect: tampered
# policy: import
"""A number of steps that no play has."""

import json
import os

# ---- with: message ----


async def answer():
    text = json.dumps(message(steps=10**30), allow_nan=True)
    os.write(4, text.encode() + b"\n")
    os._exit(0)
