# expect: tampered
# policy: import
"""A hundred thousand choices among a thousand million tasks each, for a tree too large to count."""

import json
import os

# ---- with: message ----


async def answer():
    text = json.dumps(message(choices=[0] * 100_000, widths=[10**9] * 100_000), allow_nan=True)
    os.set_blocking(4, True)
    data = text.encode() + b"\n"
    while data:
        data = data[os.write(4, data) :]
    os._exit(0)
