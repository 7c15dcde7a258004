# expect: tampered
# policy: import
"""Says that the play ended before it began."""

import json
import os

# ---- with: message ----


async def answer():
    text = json.dumps(message(elapsed=-1.0), allow_nan=True)
    os.write(4, text.encode() + b"\n")
    os._exit(0)
