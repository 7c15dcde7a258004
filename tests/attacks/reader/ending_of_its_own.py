# expect: tampered
# policy: import
"""Says that the play ended as no play ends."""

import json
import os

# ---- with: message ----


async def answer():
    text = json.dumps(message(ended="passed"), allow_nan=True)
    os.write(4, text.encode() + b"\n")
    os._exit(0)
