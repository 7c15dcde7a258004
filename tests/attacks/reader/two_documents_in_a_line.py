# expect: tampered
# policy: import
"""Two answers in one line."""

import json
import os

# ---- with: message ----


async def answer():
    text = json.dumps(message(), allow_nan=True)
    text = text + " " + text
    os.write(4, text.encode() + b"\n")
    os._exit(0)
