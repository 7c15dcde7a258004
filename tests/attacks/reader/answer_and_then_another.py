# expect: tampered
# policy: import
"""An answer, and the real one after it."""

import json
import os

# ---- with: message ----


async def answer():
    text = json.dumps(message(), allow_nan=True)
    os.write(4, text.encode() + b"\n")
    return 1
