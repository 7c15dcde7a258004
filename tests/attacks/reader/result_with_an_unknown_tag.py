# expect: tampered
# policy: import
"""A result of a kind that does not exist."""

import json
import os

# ---- with: message ----


async def answer():
    text = json.dumps(message(result={"passed": True}), allow_nan=True)
    os.write(4, text.encode() + b"\n")
    os._exit(0)
