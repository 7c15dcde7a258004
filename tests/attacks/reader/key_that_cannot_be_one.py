# expect: tampered
# policy: import
"""A dict with a list for a key."""

import json
import os

# ---- with: message ----


async def answer():
    text = json.dumps(message(result={"d": [[[1], 2]]}), allow_nan=True)
    os.write(4, text.encode() + b"\n")
    os._exit(0)
