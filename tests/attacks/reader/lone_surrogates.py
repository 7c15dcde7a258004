# expect: fails
# policy: import
"""A forged answer whose texts no encoding can write."""

import json
import os

# ---- with: message ----


async def answer():
    text = json.dumps(message(output="\ud800" * 100 + "\x1b[2J", reason="\udfff", spent=True), allow_nan=True)
    os.write(4, text.encode() + b"\n")
    os._exit(0)
