# expect: tampered
# policy: import
"""Two readers might read two different values."""

import json
import os

# ---- with: message ----


async def answer():
    text = json.dumps(message(), allow_nan=True)
    text = text[:-1] + ', "result": 1}'
    os.write(4, text.encode() + b"\n")
    os._exit(0)
