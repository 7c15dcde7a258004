# expect: tampered
# policy: import
"""Megabytes of output, of which a play may have some kilobytes."""

import json
import os

# ---- with: message ----


async def answer():
    text = json.dumps(message(output="x" * 3_000_000), allow_nan=True)
    os.set_blocking(4, True)
    data = text.encode() + b"\n"
    while data:
        data = data[os.write(4, data) :]
    os._exit(0)
