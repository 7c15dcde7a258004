# expect: tampered
# policy: import
"""Says that something was raised, and nothing was."""

import json
import os

# ---- with: message ----


async def answer():
    text = json.dumps(message(ended="raised"), allow_nan=True)
    os.write(4, text.encode() + b"\n")
    os._exit(0)
