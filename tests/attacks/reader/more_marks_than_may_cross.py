# expect: tampered
# policy: import
"""More marks than our own code would have written."""

import json
import os

# ---- with: message ----


async def answer():
    text = json.dumps(message(marks=[[0, "answer", None]] * 20_001), allow_nan=True)
    os.set_blocking(4, True)
    data = text.encode() + b"\n"
    while data:
        data = data[os.write(4, data) :]
    os._exit(0)
